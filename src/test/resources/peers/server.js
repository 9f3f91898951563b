// A server of Node, by HTTP/1.1 or by HTTP/2 without TLS, that tells what it got: node server.js PORT http|h2c
const http = require('http')
const http2 = require('http2')

const [port, kind] = process.argv.slice(2)
const server = kind === 'h2c' ? http2.createServer() : http.createServer()
server.on('request', (request, response) => {
  let size = 0
  request.on('data', data => { size += data.length }).on('end', () => {
    response.setHeader('x-version', request.httpVersion)
    if (request.method === 'HEAD') {
      response.setHeader('content-length', '12345')
      return response.end()
    }
    response.setHeader('trailer', 'x-size')
    response.write(request.method + ' ' + request.url + ' ')
    response.addTrailers({ 'x-size': String(size), 'x-sent': String(request.trailers['x-sum']) })
    response.end(String(size))
  })
})
server.listen(Number(port), '127.0.0.1', () => console.log('listening'))
