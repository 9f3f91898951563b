// Node's own clients, by HTTP/1.1 and by HTTP/2: many at a time, bodies and trailers both ways. node client.js ORIGIN CA
const assert = require('assert')
const fs = require('fs')
const http2 = require('http2')
const https = require('https')
const { once } = require('events')

const [origin, file] = process.argv.slice(2)
const ca = fs.readFileSync(file)
// Node does not know that every name below localhost is this machine.
const lookup = (name, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)

async function text (stream) {
  let all = ''
  for await (const part of stream) all += part
  return all
}

async function byHttp1 (agent, i) {
  const request = https.request(origin + '/' + i, { method: 'POST', ca, lookup, agent, headers: { trailer: 'x-sum' } })
  request.addTrailers({ 'x-sum': String(i) })
  request.write(Buffer.alloc(i * 100))
  request.end()
  const [response] = await once(request, 'response')
  assert.strictEqual(await text(response), `POST /${i} ${i * 100}`)
  assert.strictEqual(response.trailers['x-size'], String(i * 100))
  assert.strictEqual(response.trailers['x-sent'], String(i))
}

async function byHttp2 (session, i) {
  const stream = session.request({ ':method': 'POST', ':path': '/' + i }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': String(i) }))
  let trailers
  stream.on('trailers', fields => { trailers = fields })
  stream.end(Buffer.alloc(i * 100))
  const [headers] = await once(stream, 'response')
  assert.strictEqual(headers[':status'], 200)
  assert.strictEqual(await text(stream), `POST /${i} ${i * 100}`)
  assert.strictEqual(trailers['x-size'], String(i * 100))
  assert.strictEqual(trailers['x-sent'], String(i))
}

async function all () {
  const numbers = Array.from({ length: 400 }, (_, i) => i)
  const agent = new https.Agent({ keepAlive: true, maxSockets: 20 })
  await Promise.all(numbers.map(i => byHttp1(agent, i)))
  const session = http2.connect(origin, { ca, lookup })
  for (let from = 0; from < 400; from += 100) await Promise.all(numbers.slice(from, from + 100).map(i => byHttp2(session, i)))
  console.log('all passed')
  process.exit(0)
}

all().catch(failure => {
  console.log(failure)
  process.exit(1)
})
