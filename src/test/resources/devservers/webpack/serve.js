// The development server as its command line starts it, without asking npm for one: node serve.js PORT
const webpack = require('webpack')
const DevServer = require('webpack-dev-server')

const compiler = webpack({ mode: 'development', context: __dirname, entry: './main.js' })
const options = {
  port: Number(process.argv[2]),
  static: { directory: __dirname, watch: false },
  // Pages ask for the WebSocket where they come from, and not at the port above.
  client: { webSocketURL: 'auto://0.0.0.0:0/ws' }
}
new DevServer(options, compiler).start()
