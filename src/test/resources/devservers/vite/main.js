import { word } from './word.js'
document.title = word
import.meta.hot.accept('./word.js', changed => { document.title = changed.word })
