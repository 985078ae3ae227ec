// Devices in a Set, joined to a real daemon by real UDP: Node's dgram stands in for udpsend and udpreceive, and a bad network for
// a good one. Each line on stdin is an expression in JavaScript; its value goes out as a line of JSON.
'use strict'

const dgram = require('node:dgram')
const readline = require('node:readline')
const { Device, RealClock } = require('./fake_max')

// A network that loses, repeats and delays, the same way each time for one seed.
class Wire {
  constructor ({ drop = 0, repeat = 0, delay_ms = 0, seed = 1 } = {}) {
    Object.assign(this, { drop, repeat, delay_ms, state: seed, lost: 0, repeated: 0, cut: false })
  }

  chance () {
    this.state = (this.state * 1103515245 + 12345) % 2147483648
    return this.state / 2147483648
  }

  carry (deliver) {
    if (this.cut || this.chance() < this.drop) { this.lost += 1; return }
    const times = this.chance() < this.repeat ? 2 : 1
    this.repeated += times - 1
    for (let n = 0; n < times; n++) this.delay_ms ? setTimeout(deliver, this.chance() * this.delay_ms) : deliver()
  }
}

const padded = text => {
  const bytes = Buffer.from(text, 'utf8')
  return Buffer.concat([bytes, Buffer.alloc(4 - bytes.length % 4)])
}

function encode (address, values) {
  const parts = values.map(value => {
    if (typeof value === 'string') return padded(value)
    const bytes = Buffer.alloc(4)
    Number.isInteger(value) ? bytes.writeInt32BE(value) : bytes.writeFloatBE(value)
    return bytes
  })
  const tags = values.map(value => typeof value === 'string' ? 's' : Number.isInteger(value) ? 'i' : 'f').join('')
  return Buffer.concat([padded(address), padded(',' + tags), ...parts])
}

function decode (data) {
  let at = 0
  const text = () => {
    const end = data.indexOf(0, at)
    const found = data.toString('utf8', at, end)
    at = end + 4 - end % 4
    return found
  }
  const address = text()
  const values = [...text().slice(1)].map(tag => {
    if (tag === 's') return text()
    at += 4
    return tag === 'i' ? data.readInt32BE(at - 4) : data.readFloatBE(at - 4)
  })
  return [address, ...values]
}

class Udp {
  constructor (wire) {
    this.wire = wire
    this.out = dgram.createSocket('udp4')
    this.out.on('error', () => {})
    this.port = 9140
    this.in = null
    this.bound = 0
    this.received = []
  }

  send (values) {
    if (values[0] === 'port') { this.port = values[1]; return }
    if (values[0] === 'host') return
    const packet = encode(values[0], values.slice(1))
    if (packet.length > 8192) throw new Error(`a packet of ${packet.length} bytes`)
    this.wire.carry(() => this.out.send(packet, this.port, '127.0.0.1'))
  }

  // like udpreceive: a port that is taken says nothing
  listen (port, hear) {
    if (this.in) this.in.close()
    this.bound = 0
    const socket = dgram.createSocket('udp4')
    this.in = socket
    socket.on('error', () => { if (this.in === socket) { this.in = null } })
    socket.on('message', data => this.wire.carry(() => {
      const message = decode(data)
      this.received.push(message)
      hear(message)
    }))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => { this.bound = port })
  }
}

const devices = []

function add (port, network) {
  const udp = new Udp(new Wire(network))
  const device = new Device({
    clock: new RealClock(),
    onOutlet: (outlet, values) => {
      if (outlet === 0) udp.send(values)
      if (outlet === 1 && values[0] === 'port') udp.listen(values[1], message => device.say('osc', ...message))
    }
  })
  device.udp = udp
  device.live.view.slot = device.live.tracks[0].children.clip_slots[0]
  device.say('control', 'port', port)
  devices.push(device)
  return devices.length - 1
}

const clips = (device, track = 0) => device.live.tracks[track].children.clip_slots.map(slot => slot.clip && {
  ...slot.clip.values, notes: slot.clip.notes, markers: slot.clip.markers
})

const scope = { devices, add, clips }
readline.createInterface({ input: process.stdin }).on('line', line => {
  let found
  try {
    // eslint-disable-next-line no-new-func
    found = { value: new Function(...Object.keys(scope), `return (${line})`)(...Object.values(scope)) }
  } catch (error) {
    found = { error: String(error.stack || error) }
  }
  process.stdout.write(JSON.stringify(found, (key, value) => value === undefined ? null : value) + '\n')
}).on('close', () => process.exit(0))
