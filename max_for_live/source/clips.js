// What Live needs to know of a clip, and what is read from one. Pure.

var WARP_BEATS = 0;
var WARP_TONES = 1;
var WARP_TEXTURE = 2;
var MOST_BEAT_ERROR = 0.002;

var MAJOR_ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
var MINOR_ROOTS = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];
var MODES = { Major: "", Minor: "m", Dorian: " dorian", Phrygian: " phrygian", Lydian: " lydian", Mixolydian: " mixolydian", Locrian: " locrian" };

// Live's scale as a key for Sidecrate; "" where it has neither a major nor a minor third.
function keyName(root, scale, intervals) {
    var thirds = String(intervals);
    var has = function (step) {
        return ("," + thirds + ",").indexOf("," + step + ",") >= 0;
    };
    if (!(root >= 0 && root < 12)) {
        return "";
    }
    if (MODES.hasOwnProperty(scale)) {
        return (/^(Major|Lydian|Mixolydian)$/.test(scale) ? MAJOR_ROOTS : MINOR_ROOTS)[root] + MODES[scale];
    }
    if (has(4) === has(3)) {
        return "";
    }
    return has(4) ? MAJOR_ROOTS[root] : MINOR_ROOTS[root] + "m";
}

var DRUMS = /(^|[^a-z])(drums?|beats?|breaks?|breakbeats?|percussion|hats?|kicks?|snares?|claps?)([^a-z]|$)/;

// Warp mode Beats cuts at transients and leaves a clip at its own tempo untouched, so it suits
// drums. Complex is never used: it colours the sound even where nothing is stretched.
function warpMode(info, name) {
    var parts = String(info.parts || "").split(", ");
    // some engines do not list the parts: then the clip's name decides
    if (parts.indexOf("drums") >= 0 || (!info.parts && DRUMS.test(name))) {
        return WARP_BEATS;
    }
    return parts.length === 1 && (parts[0] === "bass" || parts[0] === "lead" || info.kind === "vocal") ? WARP_TONES : WARP_TEXTURE;
}

function quartersPerBar(meter) {
    var match = /^(\d+)\/(\d+)$/.exec(String(meter));
    return match ? 4 * Number(match[1]) / Number(match[2]) : 4;
}

// How Live plays a clip. beats is null where the clip has no grid.
function clipPlan(info, path) {
    var gridded = (info.kind === "loop" || info.kind === "midi") && info.bpm > 0 && info.bars > 0;
    var timed = gridded || (info.kind === "track" && info.bpm > 0 && info.frames > 0);
    var seconds = info.frames > 0 && info.sample_rate > 0 ? info.frames / info.sample_rate : null;
    var beats = gridded ? info.bars * quartersPerBar(info.meter) : timed ? seconds * info.bpm / 60 : null;
    return {
        path: path, name: fileWords(path), midi: info.kind === "midi", warping: timed, looping: gridded,
        mode: warpMode(info, fileWords(path)),
        beats: beats, seconds: seconds, bpm: info.bpm
    };
}

function fileWords(path) {
    return String(path).replace(/\\/g, "/").replace(/^.*\//, "").replace(/\.[^.]*$/, "");
}

// Warp markers off the straight line of `beats` over `seconds`. Live guesses the tempo of a short
// file, and sometimes guesses half or double.
function crookedMarkers(markers, beats, seconds) {
    return markers.filter(function (marker) {
        return Math.abs(marker.beat_time - marker.sample_time * beats / seconds) > MOST_BEAT_ERROR;
    });
}

// The place in the file, in seconds, of a beat of a warped clip. Beyond the markers the nearest
// segment is extended.
function beatToSeconds(markers, beat) {
    var n = 1;
    while (n < markers.length - 1 && markers[n].beat_time < beat) {
        n += 1;
    }
    var a = markers[n - 1], b = markers[n];
    return a.sample_time + (beat - a.beat_time) * (b.sample_time - a.sample_time) / (b.beat_time - a.beat_time);
}

// The free slot to use: the wanted one if empty, else the next empty one below, else any. -1: there
// is none.
function freeSlot(filled, wanted) {
    var n;
    for (n = Math.max(0, wanted); n < filled.length; n += 1) {
        if (!filled[n]) {
            return n;
        }
    }
    return filled.indexOf(false);
}

// The start of a bar at or after `beat`.
function nextBar(beat, quarters) {
    return Math.ceil(beat / quarters - 1e-6) * quarters;
}

// Frames at which a recorded ramp that counts bars falls back to 0.
function barStarts(ramp, first, before) {
    var found = [];
    var last = before;
    var n;
    for (n = 0; n < ramp.length; n += 1) {
        if (last - ramp[n] > 0.5) {
            found.push(first + n);
        }
        last = ramp[n];
    }
    return found;
}

// -- MIDI files

// Notes of a standard MIDI file as {pitch, start_time, duration, velocity, mute} in quarters, and
// its length in quarters. An Error says why a file cannot be read.
function readMidi(bytes) {
    var at = 0;
    var whole = function (count) {
        var value = 0;
        if (at + count > bytes.length) {
            throw new Error("the MIDI file ends too soon");
        }
        for (; count > 0; count -= 1) {
            value = value * 256 + bytes[at];
            at += 1;
        }
        return value;
    };
    if (whole(4) !== 0x4d546864) {
        throw new Error("this is not a MIDI file");
    }
    var end = whole(4) + 8;
    whole(2);
    var tracks = whole(2);
    var division = whole(2);
    if (division & 0x8000 || division === 0) {
        throw new Error("this MIDI file does not count in quarter notes");
    }
    var notes = [];
    var length = 0;
    for (at = end; tracks > 0 && at < bytes.length; at = end) {
        var is_track = whole(4) === 0x4d54726b;
        end = whole(4);
        end += at;
        if (is_track) {
            tracks -= 1;
            length = Math.max(length, readMidiTrack(bytes, at, Math.min(end, bytes.length), division, notes));
        }
    }
    notes.sort(function (a, b) {
        return a.start_time - b.start_time || a.pitch - b.pitch;
    });
    return { notes: notes, beats: length };
}

var DATA_BYTES = { 8: 2, 9: 2, 10: 2, 11: 2, 12: 1, 13: 1, 14: 2 };

function readMidiTrack(bytes, at, end, division, notes) {
    var ticks = 0;
    var status = 0;
    var open = {};
    var variable = function () {
        var value = 0;
        var byte;
        do {
            if (at >= end) {
                throw new Error("the MIDI file ends too soon");
            }
            byte = bytes[at];
            at += 1;
            value = value * 128 + (byte & 0x7f);
        } while (byte & 0x80);
        return value;
    };
    var close = function (key, pitch) {
        var began = open[key] && open[key].shift();
        if (began && ticks > began.ticks) {
            notes.push({
                pitch: pitch, start_time: began.ticks / division, duration: (ticks - began.ticks) / division,
                velocity: began.velocity, mute: 0
            });
        }
    };
    while (at < end) {
        ticks += variable();
        if (bytes[at] & 0x80) {
            status = bytes[at];
            at += 1;
        }
        var type = status >> 4;
        if (type === 15) {
            if (status === 0xff) {
                at += 1;
            }
            // read the length before adding it: reading moves `at`
            var skip = variable();
            at += skip;
            continue;
        }
        if (!DATA_BYTES[type]) {
            throw new Error("the MIDI file is damaged");
        }
        var pitch = bytes[at];
        var velocity = bytes[at + 1];
        var key = (status & 15) + ":" + pitch;
        at += DATA_BYTES[type];
        if (type === 9 && velocity > 0) {
            (open[key] = open[key] || []).push({ ticks: ticks, velocity: velocity });
        } else if (type === 8 || type === 9) {
            close(key, pitch);
        }
    }
    return ticks / division;
}

var MIDI_DIVISION = 960;
// Live says nothing of what a track plays; notes there alone are drums by this: most pads' names.
var DRUM_CHANNEL = 9;

// The bytes of a standard MIDI file of one track with these notes, `beats` quarters long.
function midiBytes(notes, beats, bpm, numerator, denominator, name) {
    var events = [];
    var channel = DRUMS.test(String(name).toLowerCase()) ? DRUM_CHANNEL : 0;
    notes.forEach(function (note) {
        var first = Math.round(note.start_time * MIDI_DIVISION);
        var last = Math.max(first + 1, Math.round((note.start_time + note.duration) * MIDI_DIVISION));
        var velocity = Math.min(127, Math.max(1, Math.round(note.velocity)));
        events.push({ at: first, on: 1, bytes: [0x90 + channel, note.pitch, velocity] });
        events.push({ at: last, on: 0, bytes: [0x80 + channel, note.pitch, 0] });
    });
    // what ends comes before what begins
    events.sort(function (a, b) {
        return a.at - b.at || a.on - b.on;
    });
    var tempo = Math.round(60000000 / bpm);
    var text = asciiBytes(name || "Live");
    var body = [0, 0xff, 3, text.length].concat(text)
        .concat([0, 0xff, 0x51, 3], bigEndian(tempo, 3))
        .concat([0, 0xff, 0x58, 4, numerator, Math.round(Math.log(denominator) / Math.LN2), 24, 8]);
    var now = 0;
    events.forEach(function (event) {
        body = body.concat(variableLength(event.at - now), event.bytes);
        now = event.at;
    });
    body = body.concat(variableLength(Math.max(0, Math.round(beats * MIDI_DIVISION) - now)), [0xff, 0x2f, 0]);
    return asciiBytes("MThd").concat(bigEndian(6, 4), bigEndian(0, 2), bigEndian(1, 2), bigEndian(MIDI_DIVISION, 2))
        .concat(asciiBytes("MTrk"), bigEndian(body.length, 4), body);
}

// A name as part of a file's name on every system.
function fileLetters(name) {
    return String(name).replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "notes";
}

function bigEndian(value, count) {
    var bytes = [];
    for (; count > 0; count -= 1) {
        bytes.unshift(value % 256);
        value = Math.floor(value / 256);
    }
    return bytes;
}

function variableLength(value) {
    var bytes = [value % 128];
    for (value = Math.floor(value / 128); value > 0; value = Math.floor(value / 128)) {
        bytes.unshift(128 + value % 128);
    }
    return bytes;
}

// A name as bytes, at most 100; what is no ASCII becomes a question mark.
function asciiBytes(text) {
    return String(text).slice(0, 100).split("").map(function (letter) {
        var code = letter.charCodeAt(0);
        return code >= 32 && code < 127 ? code : 63;
    });
}
