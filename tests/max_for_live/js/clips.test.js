// What is made of a clip's facts.
'use strict'

const test = require('node:test')
const assert = require('node:assert')
const { Device } = require('./fake_max')

const { world } = new Device()
const plain = value => JSON.parse(JSON.stringify(value))

test('Live\'s scale is told as a key that is read here', () => {
  assert.equal(world.keyName(9, 'Minor', [0, 2, 3, 5, 7, 8, 10]), 'Am')
  assert.equal(world.keyName(6, 'Major', []), 'F#')
  assert.equal(world.keyName(10, 'Major', []), 'Bb')
  assert.equal(world.keyName(2, 'Dorian', []), 'D dorian')
  assert.equal(world.keyName(4, 'Minor Pentatonic', [0, 3, 5, 7, 10]), 'Em')
  assert.equal(world.keyName(4, 'Major Blues', [0, 2, 3, 4, 7, 9]), '', 'both thirds say neither')
  assert.equal(world.keyName(0, 'Whole Tone', [0, 2, 4, 6, 8, 10]), 'C')
  assert.equal(world.keyName(NaN, 'undefined', undefined), '')
})

test('drums are warped by beats, one line by tones, all else by texture, and nothing by complex', () => {
  assert.equal(world.warpMode({ kind: 'loop', parts: 'drums' }), 0)
  assert.equal(world.warpMode({ kind: 'loop', parts: 'bass, drums' }), 0)
  assert.equal(world.warpMode({ kind: 'loop', parts: 'bass' }), 1)
  assert.equal(world.warpMode({ kind: 'loop', parts: 'chords, pad' }), 2)
  assert.equal(world.warpMode({ kind: 'loop', parts: '' }, 'drumlin-chords_90bpm'), 2)
  assert.equal(world.warpMode({ kind: 'vocal', parts: '' }, 'we-ride'), 1)
  assert.equal(world.warpMode({ kind: 'loop', parts: '' }, 'dusty-drums_90bpm'), 0)
  assert.equal(world.warpMode({ kind: 'loop', parts: 'chords' }, 'beats-and-chords'), 2)
})

test('a clip\'s length in Live\'s beats follows its meter', () => {
  const beats = (kind, meter, bars, bpm = 100) =>
    world.clipPlan({ kind, meter, bars, bpm, frames: 441000, sample_rate: 44100 }, '/c/x_100bpm_k3f9.wav')
  assert.equal(beats('loop', '4/4', 4).beats, 16)
  assert.equal(beats('loop', '3/4', 4).beats, 12)
  assert.equal(beats('loop', '7/8', 2).beats, 7)
  assert.deepEqual([beats('loop', '4/4', 1).looping, beats('track', '4/4', 8).looping], [true, false])
  assert.equal(beats('track', '4/4', 4).beats.toFixed(6), (10 * 100 / 60).toFixed(6))
  assert.deepEqual([beats('oneshot', '4/4', null).warping, beats('oneshot', '4/4', null).beats], [false, null])
  assert.equal(beats('loop', '4/4', 4).name, 'x_100bpm_k3f9')
  assert.equal(world.fileWords('C:\\Music\\Sidecrate\\a.b_90bpm.wav'), 'a.b_90bpm')
})

test('markers off the straight line are seen', () => {
  const line = [{ sample_time: 0, beat_time: 0 }, { sample_time: 4, beat_time: 8 }]
  assert.equal(world.crookedMarkers(line, 8, 4).length, 0)
  assert.equal(world.crookedMarkers(line, 4, 4).length, 1)
})

test('a beat of a warped clip is found in its file', () => {
  const markers = [{ sample_time: 0.5, beat_time: 0 }, { sample_time: 2.5, beat_time: 4 }, { sample_time: 3.5, beat_time: 8 }]
  assert.equal(world.beatToSeconds(markers, 2), 1.5)
  assert.equal(world.beatToSeconds(markers, 6), 3)
  assert.equal(world.beatToSeconds(markers, -1), 0)
  assert.equal(world.beatToSeconds(markers, 12), 4.5)
})

test('a free slot is looked for below, then anywhere', () => {
  assert.equal(world.freeSlot([true, false, false], 2), 2)
  assert.equal(world.freeSlot([true, false, true], 2), 1)
  assert.equal(world.freeSlot([true, true], 0), -1)
  assert.deepEqual([world.nextBar(4, 4), world.nextBar(4.1, 4), world.nextBar(5, 3)], [4, 8, 6])
})

test('bar lines are found where the ramp falls', () => {
  assert.deepEqual(plain(world.barStarts([0.8, 0.9, 0.05, 0.1, 0.9, 0], 100, 0.7)), [102, 105])
  assert.deepEqual(plain(world.barStarts([0, 0.1], 0, 0.99)), [0])
})

function midiFile (tracks, division = 480) {
  const head = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 1, 0, tracks.length, division >> 8, division & 255]
  return tracks.reduce((bytes, track) => [...bytes, 0x4d, 0x54, 0x72, 0x6b, 0, 0, track.length >> 8, track.length & 255, ...track], head)
}

test('a MIDI file is read: running status, two tracks, notes off by velocity 0, sysex and meta events passed over', () => {
  const one = [0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 0, 0xf0, 2, 1, 0xf7, 0, 0x90, 60, 100, 0x83, 0x60, 60, 0, 0, 64, 90, 0x83, 0x60, 64, 0, 0, 0xff, 0x2f, 0]
  const two = [0, 0xc1, 5, 0x81, 0x70, 0x91, 36, 127, 0x81, 0x70, 0x81, 36, 64, 0x8e, 0, 0xff, 0x2f, 0]
  const found = plain(world.readMidi(midiFile([one, two])))
  assert.deepEqual(found.notes, [
    { pitch: 60, start_time: 0, duration: 1, velocity: 100, mute: 0 },
    { pitch: 36, start_time: 0.5, duration: 0.5, velocity: 127, mute: 0 },
    { pitch: 64, start_time: 1, duration: 1, velocity: 90, mute: 0 }
  ])
  assert.equal(found.beats.toFixed(6), ((240 + 240 + 1792) / 480).toFixed(6))
})

test('a file that is no MIDI file says so', () => {
  assert.throws(() => world.readMidi([1, 2, 3, 4, 5, 6]), /not a MIDI file/)
  assert.throws(() => world.readMidi([0x4d, 0x54]), /too soon/)
  assert.throws(() => world.readMidi(midiFile([[0, 0x90, 60]], 0x8000)), /quarter notes/)
  assert.throws(() => world.readMidi(midiFile([[0, 60]])), /damaged/)
  assert.throws(() => world.readMidi(midiFile([[0x80]])), /too soon/)
})
