// A WebSocket server that does what it is told, and a page that opens one: node server.js PORT http|h2c|https [KEY CERT]
// Over h2c it allows WebSockets on HTTP/2 (RFC 8441); over https it prefers HTTP/2 and does not, as Node by itself.
const fs = require('fs')
const http = require('http')
const http2 = require('http2')
const WebSocket = require('ws')
const { WebSocketServer } = WebSocket
const PerMessageDeflate = require('./node_modules/ws/lib/permessage-deflate.js')
const { format, parse } = require('./node_modules/ws/lib/extension.js')

const [port, kind = 'http', key, cert] = process.argv.slice(2)
const servers = {
  http: answer => http.createServer(answer),
  h2c: answer => http2.createServer({ settings: { enableConnectProtocol: true } }, answer),
  https: answer => http2.createSecureServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert), allowHTTP1: true }, answer)
}
const server = servers[kind]((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><title>waiting</title><script>
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/page', ['chat'])
    socket.onopen = () => socket.send('how did I come')
    socket.onmessage = message => { document.title = message.data + ' ' + socket.protocol }
  </script>`)
})
const sockets = new WebSocketServer({
  server,
  maxPayload: 64 << 20,
  perMessageDeflate: { threshold: 0 },
  handleProtocols: offered => (offered.has('chat') ? 'chat' : false)
})
sockets.on('connection', (socket, request) => {
  serve(socket, request.rawHeaders.includes('host') ? 'over HTTP/2' : 'over HTTP/1.1')
})
// Else Node answers 405.
server.on('connect', () => {})
// The handshake of RFC 8441 by hand: ws knows that of HTTP/1.1.
server.on('stream', (stream, headers) => {
  if (headers[':protocol'] !== 'websocket') return
  const answer = { ':status': 200 }
  const socket = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 30000 })
  socket._isServer = true
  if (headers['sec-websocket-protocol'].includes('chat')) answer['sec-websocket-protocol'] = 'chat'
  if (headers['sec-websocket-extensions']) {
    const deflate = new PerMessageDeflate({ threshold: 0, isServer: true, maxPayload: 64 << 20 }, true, 64 << 20)
    deflate.accept(parse(headers['sec-websocket-extensions'])['permessage-deflate'])
    answer['sec-websocket-extensions'] = format({ 'permessage-deflate': [deflate.params] })
    socket._extensions['permessage-deflate'] = deflate
  }
  stream.respond(answer)
  stream.setNoDelay = stream.setNoDelay || (() => {})
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 64 << 20, skipUTF8Validation: false })
  serve(socket, 'to HTTP/2')
})
function serve (socket, transport) {
  socket.on('message', (data, binary) => {
    const text = binary ? '' : data.toString()
    if (text === 'ping me') {
      socket.once('pong', answer => socket.send('ponged ' + answer))
      socket.ping('hello')
    } else if (text === 'close me') {
      socket.close(4002, 'because')
    } else if (text === 'drop me') {
      socket.terminate()
    } else if (text === 'how did I come') {
      // Names of fields are in lower case when the client spoke HTTP/2.
      socket.send(transport)
    } else {
      socket.send(data, { binary })
    }
  })
}
server.listen(Number(port), '127.0.0.1', () => console.log('listening'))
