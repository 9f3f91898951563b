// A WebSocket server that does what it is told, and a page that opens one.
const http = require('http')
const { WebSocketServer } = require('ws')

const server = http.createServer((request, response) => {
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
      socket.send(request.rawHeaders.includes('host') ? 'over HTTP/2' : 'over HTTP/1.1')
    } else {
      socket.send(data, { binary })
    }
  })
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'))
