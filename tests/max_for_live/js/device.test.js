// Clips into Live, references out of it, and the audition.
'use strict'

const test = require('node:test')
const assert = require('node:assert')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Device, writeWav } = require('./fake_max')

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sidecrate-'))
test.after(() => fs.rmSync(folder, { recursive: true }))

function started (options) {
  const device = new Device({ options })
  device.start()
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  device.say('control', 'prompt', 'dusty drums')
  return device
}

function ask (device, more = {}) {
  device.say('press', 'generate', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const said = JSON.parse(device.to('generate').pop()[1])
  device.osc('accepted', said.id, `j-${said.id}`, 1)
  device.clock.run(300)
  return said.id
}

let count = 0
function deliver (device, id, { bpm = 93.5, meter = '4/4', bars = 2, kind = 'loop', parts = 'drums', ...more } = {}) {
  count += 1
  const file = path.join(folder, `dusty_${count}.wav`)
  const seconds = bars ? bars * { '4/4': 4, '3/4': 3, '7/8': 3.5 }[meter] * 60 / bpm : 0.4
  const frames = writeWav(file, seconds)
  const info = { n: 1, of: 1, kind, bpm, meter, bars, frames, sample_rate: 44100, parts, ...more }
  device.osc('done', id, `j-${id}`, `c${count}`, file, JSON.stringify(info))
  device.clock.run(4000)
  return file
}

const slots = (device, track = 0) => device.live.tracks[track].children.clip_slots
const clip = (device, slot = 0, track = 0) => slots(device, track)[slot].clip

function assertLoop (clip, beats, mode, name) {
  const v = clip.values
  assert.deepEqual(
    [v.warping, v.warp_mode, v.looping, v.loop_start, v.loop_end, v.start_marker, v.end_marker, v.name],
    [1, mode, 1, 0, beats, 0, beats, name])
}

const name = file => path.basename(file, '.wav')

test('a finished loop is in the selected slot, with its warp, markers, loop and name', () => {
  const device = started()
  device.live.view.slot = slots(device)[2]
  const file = deliver(device, ask(device))
  assertLoop(clip(device, 2), 8, 0, name(file))
  assert.equal(device.status, `${name(file)} is in Drums, slot 3`)
  assert.deepEqual(device.live.console, [])
})

for (const guess of [0.5, 2]) {
  test(`Live's guess of ${guess} times the length is put right`, () => {
    const device = started({ guess, markerShift: guess === 2 ? 0.02 : 0 })
    device.live.view.slot = slots(device)[0]
    const file = deliver(device, ask(device), { bars: 4, parts: 'chords' })
    assertLoop(clip(device), 16, 2, name(file))
    const seconds = 16 * 60 / 93.5
    for (const marker of clip(device).markers) assert.ok(Math.abs(marker.beat_time - marker.sample_time * 16 / seconds) < 0.002)
    assert.doesNotMatch(device.status, /check/)
    assert.deepEqual(device.live.console, [])
  })
}

test('a guess that Live makes late is put right too', () => {
  const device = started({ lateGuess: 1000 })
  const file = deliver(device, ask(device))
  assertLoop(clip(device), 8, 0, name(file))
})

test('Live is looked at again before its word is doubted', () => {
  const device = started({ lateGuess: 230 })
  const file = deliver(device, ask(device))
  assertLoop(clip(device), 8, 0, name(file))
  assert.equal(device.status, `${name(file)} is in Drums, slot 1`)
})

test('where Live\'s preferences leave short files unwarped, the loop is warped and exact all the same', () => {
  const device = started({ unwarped: true, guess: 2 })
  const file = deliver(device, ask(device))
  assertLoop(clip(device), 8, 0, name(file))
  assert.deepEqual(device.live.console, [])
})

test('in a rack the device finds its track', () => {
  const device = started()
  const chain = device.live.make('chain', {})
  const rack = device.live.make('rack', {})
  chain.parent = rack
  rack.parent = device.live.tracks[0]
  device.live.device = chain
  assert.equal(device.world.readAim().own, device.live.tracks[0].id)
})

test('a Live without scale mode is not asked for it', () => {
  const device = new Device()
  delete device.live.song.values.scale_mode
  delete device.live.song.values.scale_intervals
  device.start()
  assert.equal(device.world.readContext().key, '')
  device.say('control', 'livekey', 1)
  assert.equal(device.world.readContext().key, 'C')
  assert.deepEqual(device.live.console, [])
})

test('the loop is exact in other meters', () => {
  for (const [meter, beats] of [['3/4', 6], ['7/8', 7]]) {
    const device = started()
    const file = deliver(device, ask(device), { meter, bpm: 132 })
    assertLoop(clip(device), beats, 0, name(file))
  }
})

test('the slot that was selected when it was asked for counts, and a filled one is never overwritten', () => {
  const device = started()
  device.live.view.slot = slots(device)[1]
  const id = ask(device)
  device.live.view.slot = slots(device)[3]
  deliver(device, id)
  assert.ok(clip(device, 1) && !clip(device, 3))
  const taken = clip(device, 1)
  device.live.view.slot = slots(device)[1]
  deliver(device, ask(device))
  assert.ok(clip(device, 1) === taken && clip(device, 2))
})

test('two clips that come at once take two slots', () => {
  const device = started()
  device.live.view.slot = slots(device)[0]
  const id = ask(device)
  for (const n of [1, 2]) {
    const file = path.join(folder, `pair_${n}.wav`)
    const frames = writeWav(file, 8 * 60 / 120)
    device.osc('done', id, 'j1', `p${n}`, file, JSON.stringify({ n, of: 2, kind: 'loop', bpm: 120, meter: '4/4', bars: 2, frames, sample_rate: 44100, parts: 'drums' }))
  }
  device.clock.run(6000)
  assert.deepEqual([clip(device, 0).values.name, clip(device, 1).values.name], ['pair_1', 'pair_2'])
})

test('the device\'s own track is taken for "free slot", and a frozen or MIDI track never for sound', () => {
  const device = started()
  device.live.view.track = device.live.tracks[1]
  device.live.view.slot = slots(device, 1)[0]
  deliver(device, ask(device))
  assert.ok(clip(device, 0, 0) && !clip(device, 0, 1), 'the selected slot holds MIDI')
  device.live.addTrack('More', 'audio', 2)
  device.live.tracks[0].values.is_frozen = 1
  device.say('control', 'target', 1)
  deliver(device, ask(device))
  assert.ok(clip(device, 0, 2))
  assert.match(device.status, /is in More, slot 1/)
})

test('with no slot free the clip stays in the crate, and Place tries again', () => {
  const device = started()
  slots(device).forEach(slot => { slot.clip = { values: {} } })
  const file = deliver(device, ask(device))
  assert.match(device.status, /no audio track has a free slot \(it is in the crate\)/)
  slots(device)[3].clip = null
  device.say('press', 'place', 'bang')
  device.clock.run(3000)
  assertLoop(clip(device, 3), 8, 0, name(file))
})

test('a Live that cannot place says so in time', () => {
  const device = started({ version: '12.0.0' })
  deliver(device, ask(device))
  assert.match(device.status, /Live did not take it/)
})

test('a one-shot is neither warped nor looped; a track is warped, not looped', () => {
  const device = started()
  device.live.view.slot = slots(device)[0]
  deliver(device, ask(device), { kind: 'oneshot', bars: null, bpm: null })
  assert.deepEqual([clip(device).values.warping, clip(device).values.looping], [0, 0])
  deliver(device, ask(device), { kind: 'track', bars: 8 })
  const v = clip(device, 1).values
  assert.deepEqual([v.warping, v.looping, v.start_marker, Math.round(v.end_marker * 1000) / 1000], [1, 0, 0, 32])
  assert.doesNotMatch(device.status, /check/)
})

test('the arrangement gets the clip at the playhead, while playing at the next bar', () => {
  const device = started()
  device.say('control', 'target', 2)
  device.live.song.values.current_song_time = 5
  deliver(device, ask(device))
  device.live.song.values.current_song_time = 9.5
  device.live.change('is_playing', 1)
  deliver(device, ask(device))
  const starts = device.live.tracks[0].children.arrangement_clips.map(clip => clip.values.start_time)
  assert.deepEqual(starts, [5, 12])
  assertLoop(device.live.tracks[0].children.arrangement_clips[1], 8, 0, `dusty_${count}`)
})

const MIDI = Buffer.from('4d546864000000060001000101e04d54726b0000001400903c648360803c40009040508360804040' + '00ff2f00', 'hex')

function deliverMidi (device) {
  count += 1
  const file = path.join(folder, `notes_${count}.mid`)
  MIDI.writeUInt32BE(MIDI.length - 22, 18)
  fs.writeFileSync(file, MIDI)
  device.say('control', 'kind', 2)
  device.osc('done', ask(device), 'j1', `m${count}`, file, JSON.stringify({ n: 1, of: 1, kind: 'midi', bpm: 120, meter: '4/4', bars: 1, frames: 0, sample_rate: 44100, parts: 'lead' }))
  device.clock.run(4000)
}

test('kind midi becomes a MIDI clip on a MIDI track, its notes read back', () => {
  const device = started()
  deliverMidi(device)
  const made = clip(device, 0, 1)
  assert.deepEqual([made.values.looping, made.values.loop_end, made.values.name], [1, 4, `notes_${count}`])
  assert.deepEqual(made.notes.map(note => [note.pitch, note.start_time, note.duration, note.velocity]), [[60, 0, 1, 100], [64, 1, 1, 80]])
  assert.equal(device.status, `notes_${count} is in Keys, slot 1`)
  assert.deepEqual(device.live.console, [])
})

test('MIDI reaches the arrangement by way of a slot, which is emptied again', () => {
  const device = started()
  device.say('control', 'target', 2)
  device.live.song.values.current_song_time = 8
  deliverMidi(device)
  const [made] = device.live.tracks[1].children.arrangement_clips
  assert.deepEqual([made.values.start_time, made.notes.length, clip(device, 0, 1)], [8, 2, null])
})

test('Use Clip on a MIDI clip sends its notes, and the result comes into the next free slot', () => {
  const device = started()
  const keys = slots(device, 1)
  device.live.view.track = device.live.tracks[1]
  device.live.view.slot = keys[0]
  device.live.call_create_clip(keys[0], 8)
  const source = keys[0].clip
  Object.assign(source.values, { name: 'Zoë riff', loop_start: 4, loop_end: 8 })
  source.notes = [
    { pitch: 60, start_time: 0, duration: 1, velocity: 100, mute: 0 }, { pitch: 64, start_time: 4, duration: 0.5, velocity: 90, mute: 0 },
    { pitch: 67, start_time: 7.5, duration: 2, velocity: 80.4, mute: 0 }, { pitch: 70, start_time: 5, duration: 1, velocity: 80, mute: 1 }
  ]
  device.live.view.clip = source
  device.say('control', 'bars', 2)
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const said = device.to('continue')[0]
  assert.deepEqual([said[2], ...said.slice(4)], ['id', 'bars', 2])
  const read = JSON.parse(JSON.stringify(device.world.readMidi(Array.from(fs.readFileSync(said[1])))))
  assert.equal(read.beats, 4)
  assert.deepEqual(read.notes.map(note => [note.pitch, note.start_time, note.duration, note.velocity]), [[64, 0, 0.5, 90], [67, 3.5, 0.5, 80]])
  device.osc('accepted', said[3], 'j1', 1)
  const file = path.join(folder, 'riff_more.mid')
  fs.copyFileSync(said[1], file)
  device.osc('done', said[3], 'j1', 'c9', file, JSON.stringify({ n: 1, of: 1, kind: 'midi', bpm: 120, meter: '4/4', bars: 1, parts: '' }))
  device.clock.run(4000)
  assert.ok(keys[0].clip === source && keys[1].clip.notes.length === 2)
  assert.deepEqual(device.live.console, [])
})

test('the menu and the box say what becomes of notes; an empty clip says so', () => {
  const device = started()
  const keys = slots(device, 1)
  device.live.call_create_clip(keys[0], 4)
  device.live.view.clip = keys[0].clip
  device.say('press', 'useclip', 'bang')
  assert.equal(device.status, 'The clip has no notes')
  device.clock.run(1000)
  keys[0].clip.notes = [{ pitch: 36, start_time: 0, duration: 1, velocity: 100, mute: 0 }]
  device.say('control', 'notesuse', 2)
  device.say('control', 'prompt', 'mpc 58')
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  assert.deepEqual(device.to('groove')[0].slice(4), ['feel', 'mpc 58'])
  device.osc('accepted', device.to('groove')[0][3], 'j1', 1)
  device.clock.run(300)
  device.say('control', 'notesuse', 5)
  device.say('press', 'useclip', 'bang')
  assert.match(device.status, /which bars are written anew/)
  device.clock.run(300)
  device.say('control', 'prompt', '2, 4')
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  assert.deepEqual(device.to('infill')[0].slice(4), ['marked', '2, 4'])
})

test('Use Clip sends the selected clip\'s file and what of it is played', () => {
  const device = started()
  device.say('press', 'useclip', 'bang')
  assert.match(device.status, /Select a clip first/)
  device.clock.run(300)
  const source = device.live.make('clip-in-view', {
    is_audio_clip: 1, file_path: '/music/guitar.wav', name: 'guitar', warping: 1, looping: 1, loop_start: 4, loop_end: 12, start_marker: 0, end_marker: 16
  })
  source.markers = [{ sample_time: 0.25, beat_time: 0 }, { sample_time: 8.25, beat_time: 16 }]
  device.live.view.clip = source
  device.say('control', 'use', 3)
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const said = JSON.parse(device.to('generate')[0][1])
  assert.deepEqual([said.reference, said.reference_start, said.reference_end, said.use], ['/music/guitar.wav', 2.25, 6.25, 'accompany'])
  device.clock.run(300)
  device.osc('accepted', said.id, 'j1', 1)
  device.say('control', 'use', 0)
  device.say('control', 'prompt', 'bang')
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const [fit] = device.to('fit')
  assert.deepEqual(fit.slice(1, 3), ['/music/guitar.wav', 'id'])
  assert.deepEqual(fit.slice(4), ['bpm', 120, 'meter', '4/4', 'reference_start', 2.25, 'reference_end', 6.25, 'bars', 2])
  device.clock.run(300)
  device.osc('accepted', fit[3], 'j2', 1)
  device.say('control', 'use', 5)
  device.say('press', 'useclip', 'bang')
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const [split] = device.to('split')
  assert.deepEqual(split.slice(1, 3), ['/music/guitar.wav', 'id'])
  assert.deepEqual(split.slice(4), ['reference_start', 2.25, 'reference_end', 6.25])
  Object.assign(source.values, { warping: 0, looping: 0, start_marker: 1.5, end_marker: 3 })
  assert.deepEqual([device.world.readSelectedClip().start, device.world.readSelectedClip().end], [1.5, 3])
})

test('Listen records one bar more than it needs and sends exactly the bars that were heard', () => {
  const device = started()
  device.live.change('is_playing', 1)
  device.say('control', 'use', 1)
  device.say('control', 'listenbars', 2)
  device.say('press', 'listen', 'bang')
  assert.deepEqual(device.from(4).map(message => message.slice(1)), [['bar', 'frequency', 1920, 'ticks'], ['size', 6100], ['record', 1]])
  const rate = 44100; const bar = 2 * rate; const late = 30000
  device.buffers['001bars'] = { rate, samples: Float64Array.from({ length: 6.1 * rate }, (_, n) => ((n + late) % bar) / bar) }
  device.clock.run(6300)
  const [write] = device.from(4, 'write')
  assert.equal(write[2], 'writewave')
  assert.ok(write[3].startsWith(folder.replace(/\\/g, '/') + '/') && write[3].endsWith('.wav'))
  writeWav(write[3], 6.1)
  device.clock.run(400)
  device.osc('welcome', device.to('hello')[0][3], '0.1', '/crate', 'b1', folder)
  const said = JSON.parse(device.to('generate')[0][1])
  assert.equal(said.reference, write[3])
  assert.ok(Math.abs(said.reference_start - (bar - late) / rate) < 1e-4)
  assert.ok(Math.abs(said.reference_end - said.reference_start - 4) < 1e-4)
})

test('Cancel ends the listening', () => {
  const device = started()
  device.say('press', 'listen', 'bang')
  device.say('press', 'cancel', 'bang')
  assert.deepEqual(device.from(4, 'record').map(message => message[2]), [1, 0])
  device.clock.run(20000)
  assert.equal(device.from(4, 'write').length, 0)
})

test('the audition is locked to Live while it plays, runs free while it stands, and follows the newest clip', () => {
  const device = started()
  device.say('press', 'audition', 1)
  assert.match(device.status, /Nothing has been made/)
  const file = deliver(device, ask(device), { bpm: 120 })
  assert.equal(device.from(3, 'buffer').pop()[3], file.replace(/\\/g, '/'), 'on already, it takes the new clip')
  device.say('loaded')
  const last = word => device.from(3, word).pop()
  assert.deepEqual(last('locked').slice(2), ['frequency', 3840, 'ticks'])
  assert.ok(Math.abs(last('length')[2] - 4000) < 0.1 && Math.abs(last('free')[2] - 0.25) < 1e-5)
  assert.deepEqual([last('select')[2], last('gain')[2]], [2, 1])
  device.live.change('is_playing', 1)
  device.clock.run(100)
  assert.equal(last('select')[2], 1)
  device.say('press', 'audition', 0)
  assert.equal(last('gain')[2], 0)
})

test('clips that failed are told once those that came lie in their places', () => {
  const device = started()
  const id = ask(device)
  device.osc('finished', id, `j-${id}`, 1, 2)
  deliver(device, id)
  assert.equal(device.status, '2 of 3 clips failed; sidecrate status says why')
  deliver(device, ask(device))
  assert.match(device.status, /is in Drums/, 'the next request is not held up')
})
