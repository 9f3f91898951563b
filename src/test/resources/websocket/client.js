// Says "passed NAME" for every check, over HTTP/1.1 or over HTTP/2 (RFC 8441): node client.js http1|http2 ORIGIN CA [TRANSPORT]
const assert = require('assert')
const crypto = require('crypto')
const { once } = require('events')
const fs = require('fs')
const http2 = require('http2')
const WebSocket = require('ws')
const PerMessageDeflate = require('./node_modules/ws/lib/permessage-deflate.js')
const { parse } = require('./node_modules/ws/lib/extension.js')

const [transport, origin, file, seen] = process.argv.slice(2)
const ca = fs.readFileSync(file)
// Node does not know that every name below localhost is this machine.
const lookup = (name, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
const session = transport === 'http2' ? http2.connect(origin, { ca, lookup, settings: { initialWindowSize: 1 << 20 } }) : null

async function open (compressed) {
  return session ? overHttp2(compressed) : overHttp1(compressed)
}

async function overHttp1 (compressed) {
  const socket = new WebSocket(origin.replace('https', 'wss') + '/ws', ['other', 'chat'],
    { ca, lookup, perMessageDeflate: compressed && { threshold: 0 }, maxPayload: 64 << 20 })
  await once(socket, 'open')
  assert.strictEqual(socket.protocol, 'chat')
  return socket
}

async function overHttp2 (compressed) {
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/ws',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'other, chat',
    ...(compressed && { 'sec-websocket-extensions': 'permessage-deflate' })
  })
  const [headers] = await once(stream, 'response')
  assert.strictEqual(headers[':status'], 200)
  assert.strictEqual(headers['sec-websocket-protocol'], 'chat')
  const socket = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 30000 })
  socket._isServer = false
  if (compressed) {
    const agreed = parse(headers['sec-websocket-extensions'])
    const deflate = new PerMessageDeflate({ threshold: 0 }, false, 64 << 20)
    deflate.accept(agreed['permessage-deflate'])
    socket._extensions['permessage-deflate'] = deflate
  } else {
    assert.strictEqual(headers['sec-websocket-extensions'], undefined)
  }
  stream.setNoDelay = stream.setNoDelay || (() => {})
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 64 << 20, skipUTF8Validation: false })
  return socket
}

async function said (socket) {
  const [data] = await once(socket, 'message')
  return data
}

async function check (name, compressed, body) {
  const socket = await open(compressed)
  await body(socket)
  socket.close()
  if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close')
  console.log('passed ' + name)
}

async function all () {
  if (session) assert.strictEqual((await once(session, 'remoteSettings'))[0].enableConnectProtocol, true)
  for (const compressed of [false, true]) {
    const how = compressed ? ' compressed' : ''
    await check('text' + how, compressed, async socket => {
      socket.send('grüße')
      assert.strictEqual((await said(socket)).toString(), 'grüße')
    })
    await check('empty' + how, compressed, async socket => {
      socket.send('')
      assert.strictEqual((await said(socket)).length, 0)
    })
    await check('fragments' + how, compressed, async socket => {
      socket.send('one ', { fin: false })
      socket.send('two ', { fin: false })
      socket.ping('between')
      socket.send('three', { fin: true })
      assert.strictEqual((await said(socket)).toString(), 'one two three')
    })
    await check('16 MiB' + how, compressed, async socket => {
      const large = crypto.randomBytes(16 << 20)
      socket.send(large)
      assert.ok(large.equals(await said(socket)))
    })
    await check('16 MiB of one letter' + how, compressed, async socket => {
      const large = Buffer.alloc(16 << 20, 'a')
      socket.send(large)
      assert.ok(large.equals(await said(socket)))
    })
    await check('many' + how, compressed, async socket => {
      let back = 0
      const done = new Promise(resolve => socket.on('message', data => {
        assert.strictEqual(data.toString(), 'message ' + back++)
        if (back === 2000) resolve()
      }))
      for (let i = 0; i < 2000; i++) socket.send('message ' + i)
      await done
    })
  }
  await check('ping', false, async socket => {
    socket.ping('x'.repeat(125))
    assert.strictEqual((await once(socket, 'pong'))[0].toString(), 'x'.repeat(125))
  })
  await check('pong', false, async socket => {
    socket.send('ping me')
    assert.strictEqual((await said(socket)).toString(), 'ponged hello')
  })
  await check('closed by the server', false, async socket => {
    socket.send('close me')
    const [code, reason] = await once(socket, 'close')
    assert.strictEqual(code + ' ' + reason, '4002 because')
  })
  await check('closed by the client', false, async socket => {
    socket.close(4001, 'why')
    assert.strictEqual((await once(socket, 'close'))[0], 4001)
  })
  await check('dropped by the server', false, async socket => {
    socket.on('error', () => {})
    socket.send('drop me')
    assert.strictEqual((await once(socket, 'close'))[0], 1006)
  })
  await check('transport', false, async socket => {
    socket.send('how did I come')
    assert.strictEqual((await said(socket)).toString(), seen || (session ? 'over HTTP/2' : 'over HTTP/1.1'))
  })
  console.log('all passed')
  process.exit(0)
}

all().catch(failure => {
  console.log(failure)
  process.exit(1)
})
