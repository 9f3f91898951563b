import { word } from './word.js'
document.title = word
module.hot.accept('./word.js', () => { document.title = word })
