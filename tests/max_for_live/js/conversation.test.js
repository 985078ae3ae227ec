// The talk with the daemon over a network that loses, repeats and reorders.
'use strict'

const test = require('node:test')
const assert = require('node:assert')
const { Device } = require('./fake_max')

const INFO = JSON.stringify({ n: 1, of: 1, kind: 'loop', bpm: 120, meter: '4/4', bars: 1, frames: 88200, sample_rate: 44100, parts: 'drums' })

function started (options) {
  const device = new Device({ options })
  device.start()
  device.say('control', 'prompt', 'dusty drums')
  device.say('control', 'target', 3)
  return device
}

const nonce = device => device.to('hello')[0][3]
const welcome = (device, boot = 'b1') => device.osc('welcome', nonce(device), '0.1', '/crate', boot, '/state/recordings')
const asked = device => device.to('generate').map(message => JSON.parse(message[1]))

function accepted () {
  const device = started()
  welcome(device)
  device.say('press', 'generate', 'bang')
  welcome(device)
  const id = asked(device)[0].id
  device.osc('accepted', id, 'j1', 1)
  return { device, id }
}

test('nothing touches Live before live.thisdevice has spoken, and controls that are restored earlier are kept', () => {
  const device = new Device()
  device.say('control', 'bars', 8)
  device.say('press', 'generate', 'bang')
  device.say('rate', 48000)
  device.osc('welcome', 'x')
  device.clock.run(1000)
  assert.equal(device.messages.length, 0)
  device.start()
  device.say('control', 'prompt', 'x')
  welcome(device)
  device.say('press', 'generate')
  welcome(device)
  assert.equal(asked(device)[0].bars, 8)
  assert.equal(asked(device)[0].context.sample_rate, 48000)
})

test('a port that another program holds is left for the next', () => {
  const device = started()
  const first = device.to('hello')[0][2]
  assert.deepEqual(device.from(1)[0], [1, 'port', first])
  device.osc('welcome', 'of-another-device', '0.1', '/crate', 'b1', '')
  device.clock.run(3000)
  const ports = device.from(1).map(message => message[2])
  assert.ok(new Set(ports).size >= 2 && ports[1] !== first, String(ports))
  welcome(device)
  const bound = device.from(1).length
  device.clock.run(4000)
  assert.equal(device.from(1).length, bound, 'a port that works is kept')
})

test('two devices choose names and, as a rule, ports of their own', () => {
  const devices = Array.from({ length: 8 }, () => started())
  assert.equal(new Set(devices.map(nonce)).size, 8)
  assert.ok(new Set(devices.map(device => device.to('hello')[0][2])).size >= 6)
})

test('devices that draw the same chances in the same moment still have names of their own', () => {
  const name = id => started().world.makeNonce(() => 0.5, 1e12, id)
  assert.notEqual(name(3), name(4))
  assert.match(name(3), /^m[a-z0-9]+e$/)
})

test('hello is said every 5 s, and its silence is noticed', () => {
  const device = started()
  welcome(device)
  const before = device.to('hello').length
  device.clock.run(11000)
  assert.equal(device.to('hello').length - before, 2)
  device.clock.run(10000)
  assert.match(device.status, /does not answer/)
  welcome(device)
  assert.equal(device.status, 'ready')
})

test('a new daemon is told the context', () => {
  const device = started()
  welcome(device)
  const before = device.to('context').length
  welcome(device)
  assert.equal(device.to('context').length, before)
  welcome(device, 'b2')
  assert.equal(device.to('context').length, before + 1)
})

test('what Live changes is told a moment later, once, and never from inside its notification', () => {
  const device = started()
  welcome(device)
  device.sent.length = 0
  device.live.change('tempo', 93.5)
  device.live.change('signature_numerator', 7)
  device.live.change('signature_denominator', 8)
  assert.equal(device.to('context').length, 0)
  device.clock.run(100)
  assert.equal(device.to('context').length, 1)
  const said = JSON.parse(device.to('context')[0][1])
  assert.deepEqual([said.bpm, said.meter, said.playing], [93.5, '7/8', false])
  assert.match(said.source, /^max:/)
  assert.deepEqual(device.live.console, [])
})

test('the position is told now and then while Live plays', () => {
  const device = started()
  welcome(device)
  device.live.song.values.current_song_time = 33.25
  device.live.change('is_playing', 1)
  device.sent.length = 0
  device.clock.run(4600)
  const said = device.to('context').map(message => JSON.parse(message[1]))
  assert.ok(said.length >= 2 && said[0].playing && said[0].position === 33.25)
})

test('Live\'s key is sent when its scale is on, or when the person says so', () => {
  const device = started()
  Object.assign(device.live.song.values, { root_note: 9, scale_name: 'Minor' })
  const key = () => device.world.readContext().key
  assert.equal(key(), '')
  device.live.change('scale_mode', 1)
  assert.equal(key(), 'Am')
  device.say('control', 'livekey', 2)
  assert.equal(key(), '')
  device.live.change('scale_mode', 0)
  device.say('control', 'livekey', 1)
  assert.equal(key(), 'Am')
})

test('a request waits for a welcome and brings its context', () => {
  const device = started()
  device.live.song.values.tempo = 93.5
  device.say('press', 'generate', 'bang')
  assert.equal(asked(device).length, 0)
  welcome(device)
  welcome(device)
  assert.equal(asked(device).length, 1, 'two welcomes in a row are one answer')
  const [said] = asked(device)
  assert.equal(said.context.source, `max:${nonce(device)}`)
  assert.deepEqual([said.prompt, said.kind, said.bars, said.count, said.engine, said.context.bpm], ['dusty drums', 'loop', 4, 1, 'auto', 93.5])
})

test('a lost request is said again with the same id until it is accepted', () => {
  const device = started()
  welcome(device)
  device.say('press', 'generate', 'bang')
  for (let n = 0; n < 3; n++) {
    welcome(device)
    device.clock.run(900)
  }
  assert.ok(asked(device).length >= 3)
  const hellos = device.to('hello').length
  device.clock.run(900)
  assert.ok(device.to('hello').length > hellos, 'it asks to be greeted before it repeats itself')
  assert.equal(new Set(asked(device).map(said => said.id)).size, 1)
  device.osc('accepted', asked(device)[0].id, 'j1', 1)
  const before = asked(device).length
  welcome(device)
  device.clock.run(3000)
  assert.equal(asked(device).length, before)
})

test('a pressed button counts once, its release not at all', () => {
  const device = started()
  welcome(device)
  device.say('press', 'generate', 'bang')
  device.say('press', 'generate', 1)
  device.say('press', 'generate', 0)
  welcome(device)
  assert.equal(asked(device).length, 1)
})

test('clips come once, whatever is repeated, late or out of order', () => {
  const { device, id } = accepted()
  const info = n => JSON.stringify({ ...JSON.parse(INFO), n, of: 2 })
  device.osc('finished', id, 'j1', 2, 0)
  assert.equal(device.to('got').filter(message => message[1] === id).length, 0, 'a clip is still missing')
  device.osc('done', id, 'j1', 'c2', '/crate/two.wav', info(2))
  device.osc('done', id, 'j1', 'c2', '/crate/two.wav', info(2))
  device.osc('progress', id, 'j1', 0.4, 'generating')
  device.osc('done', id, 'j1', 'c1', '/crate/one.wav', info(1))
  assert.equal(device.progress, 100)
  assert.deepEqual(device.to('got').map(message => message[1]), ['c2', 'c2', 'c1', id])
  assert.deepEqual(device.from(2, 'status').map(message => message[2]).filter(text => /in the crate/.test(text)), ['two is in the crate', 'one is in the crate'])
  device.osc('finished', id, 'j1', 2, 0)
  device.osc('progress', id, 'j1', 0.9, 'late')
  device.osc('accepted', id, 'j1', 1)
  assert.equal(device.status, 'one is in the crate')
  device.clock.run(6000)
  assert.equal(device.to('status').length, 0, 'what has ended is not asked after')
})

test('a silent job is asked after until it has ended', () => {
  const { device, id } = accepted()
  welcome(device)
  device.clock.run(4600)
  assert.deepEqual(device.to('status')[0], ['/sidecrate/status', 'j1'])
  assert.ok(device.to('status').length >= 2)
  device.osc('progress', id, 'j1', 0.5, 'generating')
  assert.deepEqual([device.progress, device.status], [50, 'generating'])
  device.osc('progress', id, 'j1', 0.25, 'earlier')
  assert.deepEqual([device.progress, device.status], [50, 'generating'], 'a late packet takes nothing back')
  const before = device.to('status').length
  device.clock.run(1500)
  assert.equal(device.to('status').length, before, 'news counts as an answer')
})

test('done and finished alone tell of a job whose other packets were all lost', () => {
  const device = started()
  welcome(device)
  device.say('press', 'generate', 'bang')
  welcome(device)
  const id = asked(device)[0].id
  device.osc('done', id, 'j1', 'c1', '/crate/one.wav', INFO)
  device.osc('finished', id, 'j1', 1, 0)
  device.clock.run(3000)
  assert.equal(asked(device).length, 1)
  assert.equal(device.status, 'one is in the crate')
})

test('what is not for this device is passed over', () => {
  const { device } = accepted()
  const before = device.messages.length
  device.osc('done', 'mother-1', 'j9', 'c9', '/crate/x.wav', INFO)
  device.osc('error', '/sidecrate/generate', 'bad_request', 'no', 'mother-1')
  device.osc('done')
  device.osc('session', '{}')
  device.osc('constructor', 1)
  device.say('osc')
  assert.equal(device.messages.length, before)
  assert.equal(device.status, 'accepted')
})

test('a refused request says why and is not repeated', () => {
  const device = started()
  welcome(device)
  device.say('press', 'generate', 'bang')
  welcome(device)
  device.osc('error', '/sidecrate/generate', 'bad_request', 'bars: 1 to 64', asked(device)[0].id)
  device.clock.run(3000)
  welcome(device)
  assert.equal(asked(device).length, 1)
  assert.equal(device.status, 'bars: 1 to 64')
})

test('a failure is shown once and its repeats are stopped', () => {
  const { device, id } = accepted()
  device.osc('failed', id, 'j1', 'engine', 'the engine is not there')
  device.osc('failed', id, 'j1', 'engine', 'the engine is not there')
  assert.equal(device.from(2, 'status').filter(message => /engine/.test(message[2])).length, 1)
  assert.equal(device.to('got').length, 2)
})

test('cancel is repeated until it is answered', () => {
  const { device, id } = accepted()
  welcome(device)
  device.say('press', 'cancel', 'bang')
  device.clock.run(2000)
  assert.ok(device.to('cancel').length >= 2 && device.to('cancel').every(message => message[1] === 'j1'))
  device.osc('failed', id, 'j1', 'cancelled', 'cancelled')
  const before = device.to('cancel').length
  device.clock.run(2000)
  assert.equal(device.to('cancel').length, before)
  assert.equal(device.status, 'cancelled')
})

test('a job that ended before the cancel came brings its clips', () => {
  const { device, id } = accepted()
  device.say('press', 'cancel', 'bang')
  device.osc('error', 'j1', 'ended', 'job j1 has ended already (done)', '')
  device.osc('done', id, 'j1', 'c1', '/crate/one.wav', INFO)
  device.osc('finished', id, 'j1', 1, 0)
  assert.equal(device.status, 'one is in the crate')
})

test('a job that the daemon no longer knows is given up', () => {
  const { device } = accepted()
  device.osc('error', 'j1', 'unknown_job', 'there is no job', '')
  assert.match(device.status, /no longer knows/)
})

test('again names the last job', () => {
  const device = started()
  welcome(device)
  device.say('press', 'again', 'bang')
  assert.match(device.status, /Nothing has been made/)
  const { device: other, id } = accepted()
  other.osc('done', id, 'j1', 'c1', '/crate/one.wav', INFO)
  other.osc('finished', id, 'j1', 1, 0)
  other.say('press', 'again', 'bang')
  welcome(other)
  const [message] = other.to('again')
  assert.deepEqual(message.slice(1, 3), ['j1', 'id'])
  assert.notEqual(message[3], id)
  other.osc('accepted', message[3], 'j2', 1)
  other.osc('progress', id, 'j1', 1, 'late')
  other.clock.run(300)
  other.say('press', 'again', 'bang')
  welcome(other)
  assert.equal(other.to('again').pop()[1], 'j2', 'a late packet does not make an older job the last')
})

test('a prompt is taken as it is typed; one without words, or too long for a packet, is not sent', () => {
  const device = started()
  welcome(device)
  device.say('control', 'prompt', 'bang')
  device.say('press', 'generate', 'bang')
  assert.match(device.status, /Write what you want/)
  device.clock.run(300)
  device.say('control', 'prompt', '€'.repeat(3900))
  device.say('press', 'generate', 'bang')
  assert.match(device.status, /too long/)
  device.clock.run(300)
  device.say('control', 'prompt', 'say "hi", é €', 90, 'bpm')
  device.say('press', 'generate', 'bang')
  welcome(device)
  assert.deepEqual(asked(device).map(said => said.prompt), ['say "hi", é € 90 bpm'])
})

test('the port box moves the talk to another daemon', () => {
  const device = started()
  device.say('control', 'port', 9300)
  assert.deepEqual(device.from(0, 'port').pop(), [0, 'port', 9300])
})

test('a device that is deleted leaves no task behind', () => {
  const device = started()
  device.say('notifydeleted')
  assert.equal(device.clock.due.length, 0)
})
