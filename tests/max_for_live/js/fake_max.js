// A stand-in for Max and Live, as strict as the facts about them: `get` returns arrays, a missing object has id 0, a failed call
// prints and does not throw, the model refuses writes inside its own notifications, and `warping` takes effect only later.
'use strict'

const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')

const SCRIPT = path.join(__dirname, '..', '..', '..', 'max_for_live', 'built', 'Sidecrate.js')

// A clock that a test turns by hand.
class ManualClock {
  constructor () {
    this.ms = 1e6
    this.due = []
  }

  now () { return this.ms }

  after (ms, work) {
    const entry = { at: this.ms + ms, work }
    this.due.push(entry)
    return entry
  }

  cancel (entry) { this.due = this.due.filter(other => other !== entry) }

  run (ms) {
    const until = this.ms + ms
    for (;;) {
      const next = this.due.filter(entry => entry.at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.ms = Math.max(this.ms, next.at)
      this.cancel(next)
      next.work()
    }
    this.ms = until
  }
}

class RealClock {
  now () { return Date.now() }
  after (ms, work) { return setTimeout(work, ms) }
  cancel (entry) { clearTimeout(entry) }
}

// Live's model: objects by id, each with properties, children and methods.
class FakeLive {
  constructor (clock, options = {}) {
    this.clock = clock
    this.options = { guess: 1, markerShift: 0, version: '12.0.5', ...options }
    this.console = []
    this.writes = []
    this.objects = new Map()
    this.count = 0
    this.observers = []
    this.notifying = false
    this.song = this.make('live_set', {
      tempo: 120, signature_numerator: 4, signature_denominator: 4, is_playing: 0, current_song_time: 0, root_note: 0,
      scale_name: 'Major', scale_intervals: [0, 2, 4, 5, 7, 9, 11], scale_mode: 0
    })
    this.tracks = []
    this.view = { slot: null, track: null, clip: null }
    this.addTrack('Drums', 'audio', 4)
    this.addTrack('Keys', 'midi', 4)
    this.master = this.make('live_set master_track', { name: 'Main', has_midi_input: 0, has_audio_input: 0, is_frozen: 0 })
    this.device = this.tracks[0]
    this.rack = this.make('live_set tracks 0 devices 0', {})
    this.view.track = this.tracks[0]
  }

  make (where, values) {
    this.count += 1
    const object = { id: this.count, path: where, values: { ...values }, children: {} }
    this.objects.set(object.id, object)
    return object
  }

  addTrack (name, kind, slots) {
    const where = `live_set tracks ${this.tracks.length}`
    const track = this.make(where, {
      name, has_midi_input: kind === 'midi' ? 1 : 0, has_audio_input: kind === 'audio' ? 1 : 0, is_frozen: 0
    })
    track.children.clip_slots = []
    track.children.arrangement_clips = []
    for (let n = 0; n < slots; n++) {
      const slot = this.make(`${where} clip_slots ${n}`, {})
      slot.parent = track
      slot.clip = null
      track.children.clip_slots.push(slot)
    }
    this.tracks.push(track)
    return track
  }

  find (where) {
    const text = String(where).replace(/^"|"$/g, '')
    const byId = /^id (\d+)$/.exec(text)
    if (byId) return this.objects.get(Number(byId[1])) || null
    if (text === 'live_set') return this.song
    if (text === 'live_set view highlighted_clip_slot') return this.view.slot
    if (text === 'live_set view selected_track') return this.view.track
    if (text === 'live_set view detail_clip') return this.view.clip
    if (text === 'this_device canonical_parent') return this.device
    if (text === 'this_device') return this.rack
    if (text === 'id 0') return null
    const clip = /^(.*) clip$/.exec(text)
    if (clip) return (this.find(clip[1]) || {}).clip || null
    for (const object of this.objects.values()) if (object.path === text) return object
    return null
  }

  complain (text) { this.console.push(text) }

  get (object, name) {
    if (!object) return [0]
    const list = items => items.flatMap(item => ['id', item.id])
    if (name === 'has_clip') return [object.clip ? 1 : 0]
    if (name === 'canonical_parent') return object.parent ? ['id', object.parent.id] : ['id', 0]
    if (name === 'tracks' && object === this.song) return list(this.tracks)
    if (object.children[name]) return list(object.children[name])
    if (name === 'warp_markers' && object.markers) return [JSON.stringify({ warp_markers: this.withShadow(object) })]
    if (!(name in object.values)) {
      this.complain(`get: no valid property ${name}`)
      return []
    }
    const value = object.values[name]
    return Array.isArray(value) ? value : [value]
  }

  // Live's last marker is not shown: it goes on from the last two
  withShadow (clip) {
    const markers = [...clip.markers].sort((a, b) => a.beat_time - b.beat_time)
    const last = markers[markers.length - 1]
    const slope = markers.length > 1
      ? (last.sample_time - markers[0].sample_time) / (last.beat_time - markers[0].beat_time)
      : clip.guessed
    return [...markers, { sample_time: last.sample_time + slope / 32, beat_time: last.beat_time + 1 / 32 }]
  }

  set (object, name, value) {
    if (this.notifying) return this.complain('Changes cannot be triggered by notifications. You will need to defer your response.')
    if (!object) return this.complain(`set ${name}: no object`)
    this.writes.push([object.path, name, value])
    if (object.midi && ['warping', 'warp_mode'].includes(name)) return this.complain(`set ${name}: only for audio clips`)
    if (name === 'warping') {
      return void this.clock.after(120, () => {
        if (Number(value) && !object.values.warping) Object.assign(object.values, object.guess)
        object.values.warping = Number(value)
      })
    }
    if (name === 'looping' && !object.midi && !object.values.warping && Number(value)) return this.complain('unwarped clips cannot loop')
    if (name === 'loop_end' && value <= object.values.loop_start) return this.complain('loop_end must lie behind loop_start')
    if (name === 'loop_start' && value >= object.values.loop_end) return this.complain('loop_start must lie before loop_end')
    object.values[name] = value
    this.notify(object, name)
  }

  call (object, name, ...values) {
    if (this.notifying) return this.complain('Changes cannot be triggered by notifications. You will need to defer your response.')
    if (!object) return this.complain(`call ${name}: no object`)
    this.writes.push([object.path, name, ...values])
    const method = `call_${name}`
    return typeof this[method] === 'function' ? this[method](object, ...values) : this.complain(`no method ${name}`)
  }

  call_create_audio_clip (object, file, beat) {
    const track = object.parent || object
    if (this.options.version === '12.0.0') return this.complain('no method create_audio_clip')
    if (!track.values.has_audio_input || track.values.is_frozen || object.clip) return this.complain('the clip could not be created')
    if (!fs.existsSync(file)) return this.complain(`${file} does not exist`)
    const { seconds } = readWav(file)
    const bars = Math.max(1, Math.round(seconds * this.song.values.tempo / 240)) * this.options.guess
    const clip = this.addClip(object, beat, { warping: 1, warp_mode: 4, is_audio_clip: 1, file_path: file, loop_end: bars * 4, end_marker: bars * 4 })
    clip.midi = false
    clip.guess = { loop_start: 0, loop_end: bars * 4, start_marker: 0, end_marker: bars * 4 }
    if (this.options.unwarped) Object.assign(clip.values, { warping: 0, looping: 0, loop_end: seconds, end_marker: seconds })
    if (this.options.lateGuess) {
      this.clock.after(this.options.lateGuess, () => {
        clip.values.loop_end = clip.values.end_marker = bars * 2
        clip.markers = [{ sample_time: 0, beat_time: 0 }, { sample_time: seconds, beat_time: bars * 2 }]
      })
    }
    clip.markers = [{ sample_time: this.options.markerShift, beat_time: 0 }, { sample_time: seconds, beat_time: bars * 4 }]
  }

  call_create_clip (slot, beats) {
    if (!slot.parent.values.has_midi_input || slot.clip) return this.complain('the clip could not be created')
    const clip = this.addClip(slot, undefined, { is_audio_clip: 0, loop_end: beats, end_marker: beats })
    clip.midi = true
    clip.notes = []
  }

  addClip (object, beat, values) {
    const clip = this.make(`${object.path} clip`, {
      name: '', looping: 1, loop_start: 0, start_marker: 0, is_audio_clip: 1, ...values, ...(beat === undefined ? {} : { start_time: beat })
    })
    if (object.parent) object.clip = clip
    else object.children.arrangement_clips.push(clip)
    return clip
  }

  call_delete_clip (slot) { slot.clip = null }

  call_duplicate_clip_to_arrangement (track, which, beat) {
    const source = this.find(which)
    const clip = this.addClip(track, beat, source.values)
    Object.assign(clip, { midi: source.midi, notes: source.notes, markers: source.markers })
    clip.values.start_time = beat
  }

  call_add_new_notes (clip, what) {
    if (!clip.midi) return this.complain('only for MIDI clips')
    clip.notes.push(...what.notes)
  }

  call_get_notes_extended (clip, pitch, span, from, time) {
    const inside = clip.notes.filter(note => note.start_time >= from && note.start_time < from + time)
    return JSON.stringify({ notes: inside })
  }

  call_remove_warp_marker (clip, beat) {
    clip.markers = clip.markers.filter(marker => Math.abs(marker.beat_time - beat) > 1e-6)
  }

  call_move_warp_marker (clip, beat, distance) {
    const marker = clip.markers.find(marker => Math.abs(marker.beat_time - beat) < 1e-6)
    if (!marker) return this.complain('there is no such marker')
    marker.beat_time += distance
  }

  call_add_warp_marker (clip, marker) {
    const clash = clip.markers.some(other => (other.beat_time - marker.beat_time) * (other.sample_time - marker.sample_time) <= 0)
    if (clash) return this.complain('the marker would cross another')
    clip.markers.push({ ...marker })
  }

  // what a musician, or Live itself, changes
  change (name, value) {
    this.song.values[name] = value
    this.notify(this.song, name)
  }

  notify (object, name) {
    for (const observer of this.observers) {
      if (observer.object === object && observer.property === name) {
        this.notifying = true
        try { observer.callback([name, object.values[name]]) } finally { this.notifying = false }
      }
    }
  }

  api () {
    const live = this
    return class LiveAPI {
      constructor (first, second) {
        if (!live.ready) throw new Error('LiveAPI before live.thisdevice has spoken')
        this.callback = typeof first === 'function' ? first : null
        this.object = live.find(typeof first === 'function' ? second : first)
      }

      get id () { return this.object ? String(this.object.id) : '0' }
      get type () { return this.object && live.tracks.includes(this.object) ? 'Track' : this.object ? 'Chain' : '' }
      get info () { return Object.keys(this.object ? this.object.values : {}).map(name => `property ${name} int`).join('\n') }
      get unquotedpath () { return this.object ? this.object.path : '' }
      get path () { return `"${this.unquotedpath}"` }
      set property (name) { live.observers.push({ object: this.object, property: name, callback: this.callback }) }
      get (name) { return live.get(this.object, name) }
      set (name, value) { live.set(this.object, name, value) }
      call (name, ...values) { return live.call(this.object, name, ...values) }
    }
  }
}

function readWav (file) {
  const data = fs.readFileSync(file)
  let at = 12; let rate = 0; let frameBytes = 1; let seconds = 0
  while (at + 8 <= data.length) {
    const tag = data.toString('latin1', at, at + 4)
    const size = data.readUInt32LE(at + 4)
    if (tag === 'fmt ') { rate = data.readUInt32LE(at + 12); frameBytes = data.readUInt16LE(at + 20) }
    if (tag === 'data') seconds = size / frameBytes / rate
    at += 8 + size + size % 2
  }
  return { rate, seconds }
}

// The device's script inside Max. `sent` collects what leaves each outlet; `onOutlet` hears it too.
class Device {
  constructor ({ clock = new ManualClock(), live = null, onOutlet = null, options = {} } = {}) {
    this.clock = clock
    this.live = live || new FakeLive(clock, options)
    this.sent = []
    this.posted = []
    this.buffers = {}
    const device = this
    const clockDate = class extends Date {
      constructor (...values) { values.length ? super(...values) : super(clock.now()) }
    }
    class Task {
      constructor (work) { this.work = work; this.interval = 500 }
      schedule (ms = 0) { this.cancel(); this.entry = clock.after(ms, () => this.work()) }
      repeat () { this.cancel(); this.entry = clock.after(this.interval, () => { this.work(); this.repeat() }) }
      cancel () { if (this.entry) clock.cancel(this.entry) }
    }
    class File {
      constructor (name, access = 'read') {
        this.name = name
        this.writes = access === 'write'
        if (this.writes && fs.existsSync(path.dirname(name))) fs.writeFileSync(name, '')
        this.isopen = fs.existsSync(name) ? 1 : 0
        this.data = this.isopen ? fs.readFileSync(name) : Buffer.alloc(0)
        this.eof = this.data.length
        this.position = 0
      }

      readbytes (count) {
        const part = Array.from(this.data.subarray(this.position, this.position + count))
        this.position += part.length
        return part
      }

      writebytes (bytes) {
        if (!this.writes || bytes.length > 4096 || bytes.some(byte => !(byte >= 0 && byte < 256))) throw new Error('writebytes')
        fs.appendFileSync(this.name, Buffer.from(bytes))
      }

      close () { this.isopen = 0 }
    }
    class MaxBuffer {
      constructor (name) { this.of = device.buffers[name] || { samples: [0], rate: 44100 } }
      framecount () { return this.of.samples.length }
      length () { return this.of.samples.length / this.of.rate * 1000 }
      peek (channel, at, count) { return Array.from(this.of.samples.slice(at, at + count)) }
    }
    this.world = vm.createContext({
      LiveAPI: this.live.api(), Task, File, Buffer: MaxBuffer, Date: clockDate,
      jsarguments: ['Sidecrate.js', '001audition', '001heard', '001bars'],
      arrayfromargs: (...values) => Array.from(values[0] && values[0].length !== undefined && typeof values[0] === 'object' ? values[0] : values),
      outlet: (number, ...values) => {
        const flat = values.flat()
        for (const value of flat) {
          if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`outlet ${number} was given a ${typeof value}`)
        }
        device.sent.push([number, ...flat])
        if (onOutlet) onOutlet(number, flat)
      },
      post: (...values) => device.posted.push(values.join(' ')),
      messnamed: () => {}
    })
    vm.runInContext(fs.readFileSync(SCRIPT, 'utf8'), this.world, { filename: 'Sidecrate.js' })
  }

  // the patch's messages
  say (name, ...values) {
    if (typeof this.world[name] !== 'function') throw new Error(`the script has no ${name}`)
    this.world[name](...values)
  }

  start () {
    this.live.ready = true
    this.say('bang')
  }

  from (outlet, word) { return this.sent.filter(message => message[0] === outlet && (!word || message[1] === word)) }
  get status () { const said = this.from(2, 'status'); return said.length ? said[said.length - 1][2] : '' }
  get progress () { const said = this.from(2, 'progress'); return said.length ? said[said.length - 1][2] : 0 }
  get messages () { return this.from(0).filter(message => String(message[1]).startsWith('/')).map(message => message.slice(1)) }
  to (address) { return this.messages.filter(message => message[0] === `/sidecrate/${address}`) }
  osc (address, ...values) { this.say('osc', `/sidecrate/${address}`, ...values) }
}

// A WAV of silence, 16 bit mono.
function writeWav (file, seconds, rate = 44100) {
  const frames = Math.round(seconds * rate)
  const head = Buffer.alloc(44)
  head.write('RIFF', 0); head.writeUInt32LE(36 + frames * 2, 4); head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(1, 22); head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * 2, 28); head.writeUInt16LE(2, 32); head.writeUInt16LE(16, 34)
  head.write('data', 36); head.writeUInt32LE(frames * 2, 40)
  fs.writeFileSync(file, Buffer.concat([head, Buffer.alloc(frames * 2)]))
  return frames
}

module.exports = { Device, FakeLive, ManualClock, RealClock, readWav, writeWav }
