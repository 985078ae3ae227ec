// Sidecrate for Ableton Live. Made from max_for_live/source by max_for_live/build.py.

// Words and numbers for the conversation. Pure: it knows neither Max nor Live.

function hashText(text) {
    var sum = 7;
    var n;
    for (n = 0; n < text.length; n += 1) {
        sum = (sum * 31 + text.charCodeAt(n)) % 1000003;
    }
    return sum;
}

// Devices loaded in one moment may draw equal random numbers; the device's own number differs
// always.
function makeNonce(random, now, device) {
    var letters = "abcdefghijkmnpqrstuvwxyz";
    var text = "";
    var n;
    for (n = 0; n < 6; n += 1) {
        text += letters.charAt(Math.floor(random() * letters.length));
    }
    // letters first and last: Max parses a word of digits as a number
    return "m" + text + Math.floor(now % 1e9).toString(36) + "d" + device + "e";
}

function utf8Length(text) {
    var bytes = 0;
    var n, code;
    for (n = 0; n < text.length; n += 1) {
        code = text.charCodeAt(n);
        // each half of a surrogate pair counts two of its four bytes
        bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
    }
    return bytes;
}

function readJson(text) {
    try {
        return JSON.parse(text);
    } catch (error) {
        return null;
    }
}

// The conversation between device and daemon. Pure: it knows neither Max nor Live.
//
// UDP loses, repeats and reorders packets. So a request is repeated until it is accepted; the daemon
// knows its id and makes one job of it. A job is polled until it has ended. Each clip is placed once.

var KINDS = ["loop", "oneshot", "midi", "sfx", "track", "vocal"];
var TARGETS = ["slot", "free", "arrangement", "folder"];
var LIVE_KEY = ["auto", "always", "never"];
var USES = ["fit", "continue", "melody", "accompany", "style", "split"];
// Uses that need no words beside the sound.
var NEEDS_NO_WORDS = { fit: true, split: true };

// What a MIDI clip's notes are used for: verbs that work on notes, by their names.
var NOTES_USES = ["continue", "vary", "groove", "drumify", "render", "infill"];
// The field of each that the words of the box are; continue takes bars instead.
var NOTES_WORDS = { groove: "feel", drumify: "prompt", render: "prompt", infill: "marked" };

// Range of the device's own ports; each starts at a place of its own in it.
var FIRST_PORT = 9141;
var PORTS = 400;
// Interval of hellos while no daemon answers.
var SEARCH_MS = 600;
// Hellos without an answer before another port is tried.
var HELLOS_PER_PORT = 2;
// Heartbeat, and the timeout of the daemon's.
var SIGN_OF_LIFE_MS = 5000;
var GONE_MS = 16000;
// Interval of repeats of a request.
var ASK_MS = 700;
// A running job that is silent for this time is polled.
var SILENCE_MS = 2000;
// Size limit of a request's packet.
var MOST_PACKET_BYTES = 8000;
// Repeats of a cancellation.
var MOST_CANCELS = 20;

// io: now() ms; send(address, arguments); listen(port); context() -> object; status(text);
// progress(0..1); clip(request, clip) for each new clip, once; ended(request).
function Conversation(io, nonce) {
    this.io = io;
    this.nonce = nonce;
    this.port = FIRST_PORT + hashText(nonce) % PORTS;
    this.hellos = 0;
    this.hello_at = null;
    this.welcome_at = null;
    this.boot = "";
    this.recordings = "";
    this.requests = [];
    this.counter = 0;
}

Conversation.prototype.start = function () {
    this.io.listen(this.port);
    this.hello();
};

Conversation.prototype.source = function () {
    return "max:" + this.nonce;
};

Conversation.prototype.hello = function () {
    this.hello_at = this.io.now();
    this.hellos += 1;
    this.io.send("/sidecrate/hello", [this.source(), this.port, this.nonce]);
};

Conversation.prototype.connected = function () {
    return this.welcome_at !== null && this.io.now() - this.welcome_at < GONE_MS;
};

Conversation.prototype.tell_context = function () {
    var values = this.io.context();
    values.source = this.source();
    this.io.send("/sidecrate/context", [JSON.stringify(values)]);
};

// Called every quarter of a second.
Conversation.prototype.tick = function () {
    var now = this.io.now();
    var n;
    if (this.connected()) {
        if (now - this.hello_at >= SIGN_OF_LIFE_MS) {
            this.hello();
            this.tell_context();
        }
    } else if (this.hello_at === null || now - this.hello_at >= SEARCH_MS) {
        this.search();
    }
    for (n = 0; n < this.requests.length; n += 1) {
        this.follow(this.requests[n], now);
    }
};

// Another program may hold the port; a socket that could not be bound reports nothing to the patch.
Conversation.prototype.search = function () {
    if (this.welcome_at !== null) {
        this.welcome_at = null;
        this.hellos = 0;
        this.io.status("Sidecrate does not answer; start it with: sidecrate run");
    } else if (this.hellos >= HELLOS_PER_PORT) {
        this.hellos = 0;
        this.port = FIRST_PORT + (this.port - FIRST_PORT + 1) % PORTS;
        this.io.listen(this.port);
    }
    this.hello();
};

Conversation.prototype.follow = function (request, now) {
    if (request.state === "asking" && now - request.asked_at >= ASK_MS) {
        // the daemon recognises a repeat only by the nonce, which it knows just after a hello
        request.asked_at = now;
        this.hello();
    } else if (request.state === "running" && now - Math.max(request.heard_at, request.polled_at) >= SILENCE_MS) {
        request.polled_at = now;
        this.io.send("/sidecrate/status", [request.job]);
    } else if (request.state === "cancelling" && now - request.asked_at >= ASK_MS) {
        request.asked_at = now;
        request.cancels += 1;
        if (request.cancels > MOST_CANCELS) {
            this.end(request, "Sidecrate did not answer the cancel");
        } else {
            this.io.send("/sidecrate/cancel", [request.job || request.id]);
        }
    }
};

// Order clips. `fields` are those of a request; `about` is the caller's own. Returns the request,
// or null if it is too long.
Conversation.prototype.generate = function (fields, about) {
    var id = this.next_id();
    var values = { id: id, context: this.io.context() };
    var name;
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values[name] = fields[name];
        }
    }
    values.context.source = this.source();
    var text = JSON.stringify(values);
    if (utf8Length(text) > MOST_PACKET_BYTES) {
        this.io.status("The prompt is too long for one packet; say it in fewer words");
        return null;
    }
    return this.ask(id, "/sidecrate/generate", [text], about);
};

// Order an audio file put on the grid. It has no words with a tempo, so the project's is given.
Conversation.prototype.fit = function (path, fields, about) {
    var id = this.next_id();
    var context = this.io.context();
    var values = [path, "id", id, "bpm", Math.round(context.bpm * 1000) / 1000, "meter", context.meter];
    var name;
    if (context.key) {
        values.push("key", context.key);
    }
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values.push(name, fields[name]);
        }
    }
    return this.ask(id, "/sidecrate/fit", values, about);
};

// Order a verb's work on a file: a sound taken apart, notes gone on with.
Conversation.prototype.work = function (verb, path, fields, about) {
    var id = this.next_id();
    var values = [path, "id", id];
    var name;
    for (name in fields) {
        if (fields.hasOwnProperty(name)) {
            values.push(name, fields[name]);
        }
    }
    return this.ask(id, "/sidecrate/" + verb, values, about);
};

// Order the last job once more, with another seed.
Conversation.prototype.again = function (about) {
    var known = this.requests.filter(function (request) {
        return request.job !== "";
    });
    if (!known.length) {
        this.io.status("Nothing has been made yet, so there is no again");
        return null;
    }
    var id = this.next_id();
    return this.ask(id, "/sidecrate/again", [known[known.length - 1].job, "id", id], about);
};

Conversation.prototype.next_id = function () {
    this.counter += 1;
    return this.nonce + "-" + this.counter;
};

Conversation.prototype.ask = function (id, address, values, about) {
    var now = this.io.now();
    var request = {
        id: id, address: address, values: values, about: about, state: "asking", job: "", asked_at: now, sent_at: null,
        heard_at: now, polled_at: now, cancels: 0, value: 0, clips: {}, clip_count: 0, published: null, failed: 0
    };
    this.requests.push(request);
    this.io.progress(0);
    this.io.status(this.connected() ? "asking" : "waiting for Sidecrate; start it with: sidecrate run");
    this.hello();
    return request;
};

// Cancel all that has not ended.
Conversation.prototype.cancel = function () {
    var now = this.io.now();
    var n, request;
    for (n = 0; n < this.requests.length; n += 1) {
        request = this.requests[n];
        if (request.state === "asking" && request.sent_at === null) {
            this.end(request, "cancelled");
        } else if (request.state === "asking" || request.state === "running") {
            request.state = "cancelling";
            request.asked_at = now;
            this.io.send("/sidecrate/cancel", [request.job || request.id]);
        }
    }
    this.forget_ended();
};

Conversation.prototype.end = function (request, text) {
    request.state = "ended";
    this.io.progress(request.clip_count ? 1 : 0);
    if (text) {
        this.io.status(text);
    }
    this.io.ended(request);
};

// Ended requests are kept for a while, so that late packets find them.
Conversation.prototype.forget_ended = function () {
    while (this.requests.length > 32 && this.requests[0].state === "ended") {
        this.requests.shift();
    }
};

Conversation.prototype.find = function (name) {
    var n;
    for (n = 0; n < this.requests.length; n += 1) {
        if (this.requests[n].id === name || (name && this.requests[n].job === name)) {
            return this.requests[n];
        }
    }
    return null;
};

// A message of the daemon. One for another device, or one that cannot be parsed, is ignored.
Conversation.prototype.receive = function (address, values) {
    var handlers = {
        "/sidecrate/welcome": this.on_welcome, "/sidecrate/accepted": this.on_accepted,
        "/sidecrate/progress": this.on_progress, "/sidecrate/done": this.on_done,
        "/sidecrate/finished": this.on_finished, "/sidecrate/failed": this.on_failed, "/sidecrate/error": this.on_error
    };
    var handler = handlers.hasOwnProperty(address) ? handlers[address] : null;
    var texts;
    if (!handler) {
        return;
    }
    if (handler === this.on_welcome) {
        this.on_welcome(values);
        return;
    }
    // numbers may arrive as integers or floats, and a word of digits as a number
    texts = [String(values[0]), String(values[1])];
    var request = this.find(handler === this.on_error ? String(values[3]) : texts[0]);
    if (request && handler !== this.on_error) {
        this.hear(request, texts[1]);
    }
    if (request || handler === this.on_error) {
        handler.call(this, request, values);
    }
};

Conversation.prototype.hear = function (request, job) {
    request.heard_at = this.io.now();
    request.job = job;
    if (request.state === "asking") {
        request.state = "running";
    }
};

Conversation.prototype.on_welcome = function (values) {
    var n, request;
    var now = this.io.now();
    if (String(values[0]) !== this.nonce) {
        return;
    }
    var was_connected = this.connected();
    this.welcome_at = now;
    this.hellos = 0;
    this.recordings = values.length > 4 ? String(values[4]) : "";
    if (String(values[3]) !== this.boot) {
        this.boot = String(values[3]);
        this.tell_context();
    }
    if (!was_connected && !this.busy()) {
        this.io.status("ready");
    }
    for (n = 0; n < this.requests.length; n += 1) {
        request = this.requests[n];
        if (request.state === "asking" && (request.sent_at === null || now - request.sent_at >= ASK_MS / 2)) {
            request.sent_at = now;
            this.io.send(request.address, request.values);
        }
    }
};

Conversation.prototype.busy = function () {
    var n;
    for (n = 0; n < this.requests.length; n += 1) {
        if (this.requests[n].state !== "ended") {
            return true;
        }
    }
    return false;
};

Conversation.prototype.on_accepted = function (request, values) {
    if (request.state === "running" && request.value === 0 && request.clip_count === 0) {
        this.io.status(Number(values[2]) > 1 ? "queued, number " + Number(values[2]) : "accepted");
    }
};

Conversation.prototype.on_progress = function (request, values) {
    var value = Number(values[2]);
    if (request.state !== "running" || !(value >= request.value)) {
        return;
    }
    request.value = Math.min(1, value);
    this.io.progress(request.value);
    this.io.status(String(values[3]));
};

Conversation.prototype.on_done = function (request, values) {
    var clip = String(values[2]);
    var info = readJson(String(values[4]));
    this.io.send("/sidecrate/got", [clip]);
    if (info === null || request.clips.hasOwnProperty(clip)) {
        return;
    }
    request.clips[clip] = true;
    request.clip_count += 1;
    this.io.clip(request, { id: clip, path: String(values[3]), info: info });
    this.close_if_whole(request);
};

Conversation.prototype.on_finished = function (request, values) {
    request.published = Number(values[2]);
    request.failed = Number(values[3]) || 0;
    this.close_if_whole(request);
};

// A job has ended for this device when its end was reported and every clip has arrived. Until then
// it is polled.
Conversation.prototype.close_if_whole = function (request) {
    if (request.published === null || request.clip_count < request.published) {
        return;
    }
    this.io.send("/sidecrate/got", [request.id]);
    if (request.state !== "ended") {
        this.end(request, "");
        this.forget_ended();
    }
};

Conversation.prototype.on_failed = function (request, values) {
    this.io.send("/sidecrate/got", [request.id]);
    if (request.state !== "ended") {
        this.end(request, String(values[2]) === "cancelled" ? "cancelled" : String(values[3]));
    }
};

Conversation.prototype.on_error = function (request, values) {
    var code = String(values[1]);
    if (request && request.state === "asking") {
        this.end(request, String(values[2]));
        return;
    }
    // cancel and status name their job, or the request's id where no job was known yet
    request = this.find(String(values[0]));
    if (request && code === "unknown_job" && request.state !== "ended") {
        this.end(request, request.state === "cancelling" ? "cancelled" : "Sidecrate no longer knows this job");
    } else if (request && code === "ended" && request.state === "cancelling") {
        request.state = "running";
    } else if (!request && values.length < 4) {
        this.io.status(String(values[2]));
    }
};

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

// Live's model as the device needs it. Live answers `get` with arrays, and a missing object has id
// 0. A failed call shows only in Max's console, so every value set here is read back. Nothing here
// may run before live.thisdevice has sent its bang.

var WATCHED = ["tempo", "signature_numerator", "signature_denominator", "is_playing", "root_note", "scale_name", "scale_mode"];
var watchers = [];

function read(object, name) {
    var found = object.get(name);
    return found === undefined || found === null || found.length === 0 ? undefined : found.length === 1 ? found[0] : found;
}

function exists(object) {
    return Number(object.id) !== 0;
}

function byId(id) {
    return new LiveAPI("id " + id);
}

function ids(found) {
    var list = [];
    var n;
    for (n = 0; found && n + 1 < found.length; n += 2) {
        if (found[n] === "id" && Number(found[n + 1]) !== 0) {
            list.push(Number(found[n + 1]));
        }
    }
    return list;
}

function idAt(path) {
    return Number(new LiveAPI(path).id);
}

// Live has a scale mode from 12.0.5 on. Reading an unknown property fills Max's console with
// errors.
function knows(object, name) {
    return String(object.info).indexOf("property " + name + " ") >= 0;
}

function isPlaying() {
    return Number(read(new LiveAPI("live_set"), "is_playing")) === 1;
}

function readSong() {
    var song = new LiveAPI("live_set");
    return {
        bpm: Number(read(song, "tempo")), numerator: Number(read(song, "signature_numerator")),
        denominator: Number(read(song, "signature_denominator")), playing: Number(read(song, "is_playing")) === 1,
        position: Number(read(song, "current_song_time")), root: Number(read(song, "root_note")),
        scale: String(read(song, "scale_name")), intervals: knows(song, "scale_intervals") ? song.get("scale_intervals") : [],
        scale_mode: knows(song, "scale_mode") ? Number(read(song, "scale_mode")) : 0
    };
}

// Calls `changed` when tempo, meter, scale or playing change. It runs inside Live's notification,
// so it must not touch the model.
function watchSong(changed) {
    var song = new LiveAPI("live_set");
    watchers = WATCHED.filter(function (name) {
        return name !== "scale_mode" || knows(song, name);
    }).map(function (name) {
        var watcher = new LiveAPI(changed, "live_set");
        watcher.property = name;
        return watcher;
    });
}

// The selection, and the device's own track: a clip goes where the musician was when ordering it.
function readAim() {
    return {
        slot: idAt("live_set view highlighted_clip_slot"), selected: idAt("live_set view selected_track"),
        own: ownTrack()
    };
}

// In a rack the device's parent is a chain; its track is further up.
function ownTrack() {
    var object = new LiveAPI("this_device canonical_parent");
    var climbed;
    for (climbed = 0; climbed < 16 && exists(object) && object.type !== "Track"; climbed += 1) {
        object = byId(ids(object.get("canonical_parent"))[0] || 0);
    }
    return Number(object.id);
}

function readTrack(id) {
    var track = byId(id);
    return {
        id: id, name: String(read(track, "name")), midi: Number(read(track, "has_midi_input")) === 1,
        audio: Number(read(track, "has_audio_input")) === 1, frozen: Number(read(track, "is_frozen")) === 1,
        slots: ids(track.get("clip_slots"))
    };
}

function takes(track, plan) {
    // the master and the returns have no slots
    return !track.frozen && track.slots.length > 0 && (plan.midi ? track.midi : track.audio);
}

function unique(list) {
    return list.filter(function (id, n) {
        return id && list.indexOf(id) === n;
    });
}

// The track and slot for a clip: the chosen place if it can hold it, else the nearest. null: there
// is none.
function findPlace(plan, target, aim) {
    var slot_track = aim.slot ? ids(byId(aim.slot).get("canonical_parent"))[0] : 0;
    var first = target === "slot" ? [slot_track, aim.selected, aim.own] : [aim.own, aim.selected];
    var tracks = unique(first.concat(ids(new LiveAPI("live_set").get("tracks"))));
    var n, track, filled, index;
    for (n = 0; n < tracks.length; n += 1) {
        track = readTrack(tracks[n]);
        if (takes(track, plan)) {
            filled = track.slots.map(isFilled);
            index = freeSlot(filled, target === "slot" && track.id === slot_track ? track.slots.indexOf(aim.slot) : 0);
            if (index >= 0 || (target === "arrangement" && !plan.midi)) {
                return { track: track, slot: index >= 0 ? track.slots[index] : 0, index: index };
            }
        }
    }
    return null;
}

function isFilled(slot) {
    return Number(read(byId(slot), "has_clip")) === 1;
}

function setClip(clip, plan) {
    clip.set("name", plan.name);
    if (plan.warping && !plan.midi) {
        clip.set("warp_mode", plan.mode);
        straighten(clip, plan);
    }
    if (!plan.midi || plan.looping) {
        clip.set("looping", plan.looping ? 1 : 0);
    }
    if (plan.looping) {
        clip.set("loop_start", 0);
        clip.set("loop_end", plan.beats);
    }
    if (plan.warping) {
        clip.set("start_marker", 0);
        clip.set("end_marker", plan.beats);
    }
}

function warpMarkers(clip) {
    var said = readJson(String(read(clip, "warp_markers")));
    return said && said.warp_markers ? said.warp_markers : [];
}

// One straight line from the file's start to its end. Live's last marker is a shadow that follows
// by itself.
function straighten(clip, plan) {
    var markers = warpMarkers(clip);
    if (markers.length < 2 || !crookedMarkers(markers, plan.beats, plan.seconds).length) {
        return;
    }
    markers.slice(1, -1).forEach(function (marker) {
        clip.call("remove_warp_marker", marker.beat_time);
    });
    var first = markers[0];
    var shift = first.sample_time * plan.beats / plan.seconds - first.beat_time;
    if (Math.abs(shift) > MOST_BEAT_ERROR) {
        clip.call("move_warp_marker", first.beat_time, shift);
    }
    clip.call("add_warp_marker", { beat_time: plan.beats, sample_time: plan.seconds });
}

// What Live has set otherwise than requested, in words; "" where nothing differs.
function clipDoubts(clip, plan) {
    var wanted = { name: plan.name };
    var wrong = [];
    var name, found;
    if (!plan.midi) {
        wanted.warping = plan.warping ? 1 : 0;
        wanted.looping = plan.looping ? 1 : 0;
    }
    if (plan.warping && !plan.midi) {
        wanted.warp_mode = plan.mode;
        if (crookedMarkers(warpMarkers(clip), plan.beats, plan.seconds).length) {
            wrong.push("its warp markers");
        }
    }
    if (plan.looping) {
        wanted.loop_start = 0;
        wanted.loop_end = plan.beats;
    }
    if (plan.warping) {
        wanted.start_marker = 0;
        wanted.end_marker = plan.beats;
    }
    for (name in wanted) {
        found = read(clip, name);
        if (name === "name" ? String(found) !== wanted[name] : !(Math.abs(Number(found) - wanted[name]) < MOST_BEAT_ERROR)) {
            wrong.push(name.replace("_", " ") + " " + found);
        }
    }
    return wrong.length ? "check " + wrong.join(", ") : "";
}

// The selected audio clip: its file, its played part in seconds, and its length in beats (0 where
// it is not warped). null where there is none.
function readSelectedClip() {
    var clip = new LiveAPI("live_set view detail_clip");
    if (!exists(clip) || Number(read(clip, "is_audio_clip")) !== 1) {
        return null;
    }
    var looping = Number(read(clip, "looping")) === 1;
    var start = Number(read(clip, looping ? "loop_start" : "start_marker"));
    var end = Number(read(clip, looping ? "loop_end" : "end_marker"));
    var markers = warpMarkers(clip);
    var beats = 0;
    if (Number(read(clip, "warping")) === 1 && markers.length > 1) {
        beats = end - start;
        start = beatToSeconds(markers, start);
        end = beatToSeconds(markers, end);
    }
    return { path: String(read(clip, "file_path")), start: Math.max(0, start), end: end, beats: beats };
}

// The selected MIDI clip: its name, the notes of its played part from that part's start on, and its
// length in beats. null where none is selected.
function readSelectedNotes() {
    var clip = new LiveAPI("live_set view detail_clip");
    if (!exists(clip) || Number(read(clip, "is_audio_clip")) === 1) {
        return null;
    }
    var looping = Number(read(clip, "looping")) === 1;
    var start = Number(read(clip, looping ? "loop_start" : "start_marker"));
    var end = Number(read(clip, looping ? "loop_end" : "end_marker"));
    var said = readJson(String(clip.call("get_notes_extended", 0, 128, start, end - start)));
    var notes = (said && said.notes ? said.notes : []).filter(function (note) {
        return Number(note.mute) !== 1;
    });
    return {
        name: String(read(clip, "name") || ""), beats: end - start,
        notes: notes.map(function (note) {
            var from = note.start_time - start;
            return {
                pitch: note.pitch, start_time: from, duration: Math.min(note.duration, end - start - from),
                velocity: note.velocity
            };
        })
    };
}

// Putting a clip into the Set, step by step.

// Interval between steps, and tries of a step.
var STEP_MS = 50;
var MOST_TRIES = 40;
// Live may still be analysing a new file, and overwrite our settings with its own guess.
var SECOND_LOOK_MS = 1500;

// A row of steps, each run by a Task of its own. A step that returns false is retried, then given up.

function Steps(steps, failed) {
    this.steps = steps;
    this.failed = failed;
    this.at = 0;
    this.tries = 0;
}

Steps.prototype.run = function () {
    var self = this;
    later(STEP_MS, function () {
        self.step();
    });
};

Steps.prototype.step = function () {
    var step = this.steps[this.at];
    var went;
    try {
        went = step.work();
    } catch (error) {
        this.failed(String(error.message || error));
        return;
    }
    this.tries += 1;
    if (went !== false) {
        this.at += 1;
        this.tries = 0;
    } else if (this.tries >= MOST_TRIES) {
        this.failed(step.fault);
        return;
    }
    if (this.at < this.steps.length) {
        this.run();
    }
};

// Place a clip; `done(text)` is called at the end, with the result in words.
function placeClip(plan, target, aim, done) {
    var failed = function (text) {
        done(plan.name + " was not placed: " + text + " (it is in the crate)");
    };
    var notes = null;
    if (plan.midi) {
        try {
            notes = readMidi(readBytes(plan.path));
        } catch (error) {
            failed(error.message);
            return;
        }
        plan.beats = plan.beats || Math.ceil(notes.beats);
    }
    var place = findPlace(plan, target, aim);
    if (place === null) {
        failed("no " + (plan.midi ? "MIDI" : "audio") + " track has a free slot");
        return;
    }
    var made = { clip: null, place: place };
    var steps = plan.midi ? midiSteps(plan, target, made, notes) : audioSteps(plan, target, made);
    steps.push({
        work: function () {
            done(placeWords(plan, target, made) + (made.doubt ? "; " + made.doubt : ""));
            later(SECOND_LOOK_MS, function () {
                if (exists(byId(made.clip.id)) && clipDoubts(made.clip, plan)) {
                    setClip(made.clip, plan);
                }
            });
        }
    });
    new Steps(steps, failed).run();
}

function placeWords(plan, target, made) {
    var where = target === "arrangement" ? "the arrangement" : "slot " + (made.place.index + 1);
    return plan.name + " is in " + made.place.track.name + ", " + where;
}

function clipOf(slot) {
    return new LiveAPI(slot.unquotedpath + " clip");
}

// Make a clip in a slot, and wait until Live shows it.
function slotSteps(made, create) {
    var slot = byId(made.place.slot);
    return [
        {
            work: function () {
                create(slot);
            }
        }, {
            fault: "Live did not take it; Max's console says why",
            work: function () {
                if (!isFilled(made.place.slot)) {
                    return false;
                }
                made.clip = clipOf(slot);
            }
        }
    ];
}

function audioSteps(plan, target, made) {
    var steps = target === "arrangement" ? arrangementSteps(plan, made) : slotSteps(made, function (slot) {
        slot.call("create_audio_clip", plan.path);
    });
    return steps.concat([
        {
            work: function () {
                made.clip.set("warping", plan.warping ? 1 : 0);
            }
        }, {
            fault: "Live did not warp it",
            work: function () {
                return Number(read(made.clip, "warping")) === (plan.warping ? 1 : 0);
            }
        }, {
            work: function () {
                setClip(made.clip, plan);
            }
        },
        checkStep(plan, made)
    ]);
}

// Live may still be applying the settings: look again before reporting, and set them once more.
function checkStep(plan, made) {
    var looks = 0;
    return {
        work: function () {
            made.doubt = clipDoubts(made.clip, plan);
            looks += 1;
            if (made.doubt && looks < 6) {
                setClip(made.clip, plan);
                return false;
            }
        }
    };
}

function arrangementSteps(plan, made) {
    var track = byId(made.place.track.id);
    var beat = arrangementBeat();
    return [
        {
            work: function () {
                track.call("create_audio_clip", plan.path, beat);
            }
        }, {
            fault: "Live did not take it; Max's console says why",
            work: function () {
                made.clip = arrangementClip(track, beat);
                return made.clip !== null;
            }
        }
    ];
}

// The playhead or, while Live plays, the next bar.
function arrangementBeat() {
    var song = readSong();
    return song.playing ? nextBar(song.position, quartersPerBar(song.numerator + "/" + song.denominator)) : song.position;
}

function arrangementClip(track, beat) {
    var found = ids(track.get("arrangement_clips")).map(byId).filter(function (clip) {
        return Math.abs(Number(read(clip, "start_time")) - beat) < 0.001;
    });
    return found.length ? found[0] : null;
}

function midiSteps(plan, target, made, notes) {
    var steps = slotSteps(made, function (slot) {
        slot.call("create_clip", plan.beats);
    });
    steps.push({
        work: function () {
            made.clip.call("add_new_notes", { notes: notes.notes });
            setClip(made.clip, plan);
        }
    }, checkStep(plan, made), {
        work: function () {
            var heard = readJson(String(made.clip.call("get_notes_extended", 0, 128, 0, plan.beats)));
            if (heard && heard.notes && heard.notes.length !== notes.notes.length) {
                made.doubt = "Live holds " + heard.notes.length + " of its " + notes.notes.length + " notes";
            }
        }
    });
    return target === "arrangement" ? steps.concat(moveSteps(made)) : steps;
}

// Live makes MIDI clips in slots only: the arrangement gets a copy, then the slot is emptied.
function moveSteps(made) {
    var track = byId(made.place.track.id);
    var beat = arrangementBeat();
    return [
        {
            work: function () {
                track.call("duplicate_clip_to_arrangement", "id " + made.clip.id, beat);
            }
        }, {
            fault: "Live did not copy it to the arrangement; it is in slot " + (made.place.index + 1),
            work: function () {
                var copy = arrangementClip(track, beat);
                if (copy === null) {
                    return false;
                }
                byId(made.place.slot).call("delete_clip");
                made.clip = copy;
            }
        }
    ];
}

// Sound out of Live and into it: the selected clip, a recording of the track, the audition.

// -- references

function useClip() {
    var notes = readSelectedNotes();
    if (notes !== null) {
        useNotes(notes);
        return;
    }
    var clip = readSelectedClip();
    if (clip === null) {
        showStatus("Select a clip first");
        return;
    }
    var bars = clip.beats / quartersPerBar(readContext().meter);
    askAbout(clip.path, clip.start, clip.end, Math.abs(bars - Math.round(bars)) < 0.01 && bars > 0.5 ? Math.round(bars) : 0);
}

// Write a MIDI clip's notes beside the recordings, and order what the menu says of them.
function useNotes(clip) {
    var use = NOTES_USES[controls.notesuse] || "continue";
    var song = readSong();
    var fields = {};
    var path;
    if (!conversation.recordings) {
        showStatus("Sidecrate must run before it can read notes");
        return;
    }
    if (!clip.notes.length) {
        showStatus("The clip has no notes");
        return;
    }
    if (use === "infill" && !/^[\s\d,;-]*\d[\s\d,;-]*$/.test(controls.prompt)) {
        showStatus("Say in the box which bars are written anew: 3-4");
        return;
    }
    path = forward(conversation.recordings) + "/" + conversation.next_id() + "-" + fileLetters(clip.name) + ".mid";
    if (!writeBytes(path, midiBytes(clip.notes, clip.beats, song.bpm, song.numerator, song.denominator, clip.name))) {
        showStatus("Max did not write " + path);
        return;
    }
    if (use === "continue") {
        fields.bars = controls.bars;
    } else if (NOTES_WORDS[use] && /\S/.test(controls.prompt)) {
        fields[NOTES_WORDS[use]] = controls.prompt;
    }
    conversation.work(use, path, fields, aimNow());
}

// Order what the menu says: the sound put on the grid, taken apart, or an engine's work from it.
function askAbout(path, start_s, end_s, bars) {
    var use = USES[controls.use] || "fit";
    var fields = { reference_start: round6(start_s), reference_end: round6(end_s) };
    if (use === "fit") {
        if (bars > 0 && bars <= 64) {
            fields.bars = bars;
        }
        conversation.fit(path, fields, aimNow());
    } else if (use === "split") {
        conversation.work("split", path, fields, aimNow());
    } else {
        fields.reference = path;
        fields.use = use;
        ask(fields);
    }
}

// Record the track's input for some bars, after one more in front. A ramp that counts bars is
// recorded beside the sound. It gives each bar's frame, however late the recording started.
function listen() {
    var song = readSong();
    var quarters = quartersPerBar(song.numerator + "/" + song.denominator);
    var bar_ms = quarters * 60000 / song.bpm;
    if (!conversation.recordings) {
        showStatus("Sidecrate must run before it can listen");
        return;
    }
    if (listening !== null) {
        showStatus("already listening");
        return;
    }
    if (!NEEDS_NO_WORDS[USES[controls.use]] && !/\S/.test(controls.prompt)) {
        showStatus("Write what you want to hear into the box first");
        return;
    }
    var whole_ms = Math.ceil((controls.listenbars + 1) * bar_ms) + 100;
    listening = { bars: controls.listenbars, bar_ms: bar_ms };
    outlet(TO_LISTEN, "bar", "frequency", Math.round(quarters * TICKS_PER_QUARTER), "ticks");
    outlet(TO_LISTEN, "size", whole_ms);
    outlet(TO_LISTEN, "record", 1);
    showStatus(song.playing ? "listening for " + listening.bars + " bars" : "listening; start Live to be heard on its bars");
    var mine = listening;
    later(whole_ms + 100, function () {
        if (listening === mine) {
            endListening();
        }
    });
}

function stopListening() {
    if (listening !== null) {
        outlet(TO_LISTEN, "record", 0);
        listening = null;
    }
}

function endListening() {
    var mine = listening;
    stopListening();
    var ramp = new Buffer(jsarguments[3]);
    var per_ms = ramp.framecount() / ramp.length();
    var starts = findBarStarts(ramp);
    var wanted = Math.round(mine.bars * mine.bar_ms * per_ms);
    // with every bar line recorded, a change of tempo on the way is followed too
    var first = starts.length ? starts[0] : 0;
    var end = starts.length > mine.bars ? starts[mine.bars] : Math.min(first + wanted, ramp.framecount());
    var path = forward(conversation.recordings) + "/" + conversation.next_id() + ".wav";
    outlet(TO_LISTEN, "write", "writewave", path);
    whenWritten(path, function () {
        askAbout(path, first / per_ms / 1000, end / per_ms / 1000, mine.bars);
    });
}

function findBarStarts(ramp) {
    var frames = ramp.framecount();
    var starts = [];
    var before = 0;
    var at, part;
    for (at = 0; at < frames; at += 4096) {
        part = ramp.peek(1, at, Math.min(4096, frames - at));
        starts = starts.concat(barStarts(part, at, before));
        before = part[part.length - 1];
    }
    return starts;
}

// Max writes the file asynchronously: it is whole when its size has come to rest.
function whenWritten(path, work) {
    var size = -1;
    var looks = 0;
    var look = function () {
        var file = new File(path, "read");
        var now = file.isopen ? file.eof : 0;
        file.close();
        looks += 1;
        if (now > 44 && now === size) {
            work();
        } else if (looks > 50) {
            showStatus("Max did not write " + path);
        } else {
            size = now;
            later(100, look);
        }
    };
    later(100, look);
}

// -- audition: the clip loops through the track, at the place that Live's position gives

function setAudition(on) {
    audition.on = on;
    if (!on) {
        outlet(TO_AUDITION, "gain", 0, 20);
    } else if (!clips.length) {
        showStatus("Nothing has been made yet");
    } else {
        loadAudition(clips[clips.length - 1]);
    }
}

function loadAudition(entry) {
    if (entry.plan.midi) {
        showStatus("A MIDI clip has no sound of its own: place it on an instrument");
        return;
    }
    audition.loaded = entry;
    outlet(TO_AUDITION, "gain", 0, 20);
    later(30, function () {
        outlet(TO_AUDITION, "buffer", "replace", forward(entry.plan.path));
    });
}

function playAudition() {
    var plan = audition.loaded.plan;
    var ms = plan.seconds ? plan.seconds * 1000 : new Buffer(jsarguments[1]).length();
    outlet(TO_AUDITION, "length", ms);
    outlet(TO_AUDITION, "free", 1000 / ms);
    if (plan.beats) {
        outlet(TO_AUDITION, "locked", "frequency", Math.round(plan.beats * TICKS_PER_QUARTER), "ticks");
    }
    followTransport();
    outlet(TO_AUDITION, "gain", 1, 20);
}

// While Live plays, a clip with a grid is locked to it; else it runs freely at its own tempo.
function followTransport() {
    if (audition.on && audition.loaded) {
        outlet(TO_AUDITION, "select", isPlaying() && audition.loaded.plan.beats ? 1 : 2);
    }
}

// Everything that Max calls, and everything that Max does for the device.

autowatch = 0;
inlets = 1;
outlets = 5;

// outlets
var TO_DAEMON = 0;
var TO_PORT = 1;
var TO_SCREEN = 2;
var TO_AUDITION = 3;
var TO_LISTEN = 4;

var TICK_MS = 250;
var POSITION_MS = 4000;
var DEBOUNCE_MS = 250;
var TICKS_PER_QUARTER = 480;

var controls = {
    prompt: "", engine: "auto", kind: 0, bars: 4, count: 1, target: 0, livekey: 0, use: 0, notesuse: 0, listenbars: 4, port: 9140
};
var conversation = null;
var sample_rate = 0;
var pressed_at = {};
var clips = [];
var placements = [];
var placing = false;
var audition = { on: false, clip: null, loaded: null };
var listening = null;
var context_due = false;
var context_at = 0;
var tasks = [];

// -- from the patch

// live.thisdevice: the device is loaded and Live's model can be used
function bang() {
    if (conversation === null) {
        begin();
    }
}

// udpreceive, behind the word osc
function osc() {
    var values = arrayfromargs(arguments);
    if (conversation !== null && values.length) {
        conversation.receive(String(values[0]), values.slice(1));
    }
}

function control(name) {
    var values = arrayfromargs(arguments).slice(1);
    if (!controls.hasOwnProperty(name)) {
        return;
    }
    if (name === "prompt" || name === "engine") {
        // an empty box sends bang; text that Max took apart is joined again
        controls[name] = values.length === 1 && values[0] === "bang" ? "" : values.join(" ");
    } else {
        controls[name] = Math.round(Number(values[0]));
    }
    if (name === "port") {
        outlet(TO_DAEMON, "port", controls.port);
    }
    if (name === "livekey") {
        contextChanged();
    }
}

function press(name, value) {
    var now = milliseconds();
    if (conversation === null) {
        return;
    }
    if (name === "audition") {
        setAudition(Number(value) === 1);
        return;
    }
    // a button may send both bang and 1, and 0 on release
    if (value === 0 || (pressed_at.hasOwnProperty(name) && now - pressed_at[name] < DEBOUNCE_MS)) {
        return;
    }
    pressed_at[name] = now;
    var work = { generate: generate, again: again, cancel: cancel, place: placeLast, useclip: useClip, listen: listen }[name];
    if (work) {
        work();
    }
}

// dspstate~
function rate(value) {
    sample_rate = Math.round(Number(value));
    contextChanged();
}

// the audition's buffer~ has loaded its file
function loaded() {
    if (audition.on && audition.loaded) {
        playAudition();
    }
}

function notifydeleted() {
    tasks.forEach(function (task) {
        task.cancel();
    });
}

// -- beginning

function begin() {
    outlet(TO_DAEMON, "host", "127.0.0.1");
    outlet(TO_DAEMON, "port", controls.port);
    conversation = new Conversation({
        now: milliseconds,
        send: function (address, values) {
            outlet.apply(null, [TO_DAEMON, address].concat(values));
        },
        listen: function (port) {
            outlet(TO_PORT, "port", port);
        },
        context: readContext, status: showStatus, progress: showProgress, clip: takeClip,
        ended: tellFailed
    }, makeNonce(Math.random, new Date().getTime(), idAt("this_device")));
    watchSong(contextChanged);
    showStatus("looking for Sidecrate");
    conversation.start();
    repeatEvery(TICK_MS, tick);
}

function tick() {
    conversation.tick();
    var playing_long = milliseconds() - context_at >= POSITION_MS && isPlaying();
    if (conversation.connected() && (context_due || playing_long)) {
        tellContext();
    }
}

// The model must not be touched inside Live's notifications: changes are read and sent a moment
// later.
function contextChanged() {
    if (context_due) {
        return;
    }
    context_due = true;
    later(30, function () {
        if (conversation !== null && conversation.connected()) {
            tellContext();
        }
    });
}

function tellContext() {
    context_due = false;
    conversation.tell_context();
    followTransport();
}

function readContext() {
    var song = readSong();
    context_at = milliseconds();
    var use_key = LIVE_KEY[controls.livekey] === "always" || (LIVE_KEY[controls.livekey] === "auto" && song.scale_mode === 1);
    var values = {
        bpm: song.bpm, meter: song.numerator + "/" + song.denominator, playing: song.playing, position: song.position,
        key: use_key ? keyName(song.root, song.scale, song.intervals) : ""
    };
    if (sample_rate > 0) {
        values.sample_rate = sample_rate;
    }
    return values;
}

// -- asking

function generate() {
    ask({});
}

function ask(more) {
    var kind = KINDS[controls.kind] || "loop";
    var fields = { prompt: controls.prompt, kind: kind, count: controls.count };
    var name;
    if (!/\S/.test(controls.prompt)) {
        showStatus("Write what you want to hear into the box first");
        return;
    }
    if (kind === "loop" || kind === "midi" || kind === "track") {
        fields.bars = controls.bars;
    }
    if (/\S/.test(controls.engine)) {
        fields.engine = controls.engine;
    }
    for (name in more) {
        fields[name] = more[name];
    }
    conversation.generate(fields, aimNow());
}

function aimNow() {
    return { target: TARGETS[controls.target] || "folder", aim: readAim() };
}

function again() {
    conversation.again(aimNow());
}

function cancel() {
    stopListening();
    conversation.cancel();
}

// -- clips

function takeClip(request, clip) {
    var entry = { plan: clipPlan(clip.info, clip.path), info: clip.info };
    clips.push(entry);
    if (audition.on) {
        loadAudition(entry);
    }
    if (request.about.target === "folder") {
        showStatus(entry.plan.name + " is in the crate");
    } else {
        queuePlacement(entry.plan, request.about);
    }
}

function placeLast() {
    if (!clips.length) {
        showStatus("Nothing has been made yet");
        return;
    }
    var about = aimNow();
    if (about.target === "folder") {
        about.target = "slot";
    }
    queuePlacement(clips[clips.length - 1].plan, about);
}

// One by one, so that two clips never choose the same slot.
function queuePlacement(plan, about) {
    placements.push({ plan: plan, about: about });
    if (!placing) {
        placeNext();
    }
}

// Said when all that came is in its place, for each placement says something too.
function tellFailed(request) {
    if (request.failed) {
        var all = request.clip_count + request.failed;
        placements.push({ text: request.failed + " of " + all + " clips failed; sidecrate status says why" });
        if (!placing) {
            placeNext();
        }
    }
}

function placeNext() {
    var next = placements.shift();
    placing = next !== undefined;
    if (placing && next.text) {
        showStatus(next.text);
        placeNext();
    } else if (placing) {
        placeClip(next.plan, next.about.target, next.about.aim, function (text) {
            showStatus(text);
            placeNext();
        });
    }
}

// -- Max

function showStatus(text) {
    outlet(TO_SCREEN, "status", text);
}

function showProgress(value) {
    outlet(TO_SCREEN, "progress", Math.round(value * 100));
}

function milliseconds() {
    return new Date().getTime();
}

function later(ms, work) {
    var task = new Task(function () {
        tasks.splice(tasks.indexOf(task), 1);
        work();
    });
    // a Task without a reference may be garbage-collected before its time
    tasks.push(task);
    task.schedule(ms);
}

function repeatEvery(ms, work) {
    var task = new Task(work);
    tasks.push(task);
    task.interval = ms;
    task.repeat();
}

function readBytes(path) {
    var file = new File(forward(path), "read");
    var bytes = [];
    var part;
    if (!file.isopen) {
        throw new Error("the file " + path + " cannot be read");
    }
    while (bytes.length < file.eof) {
        part = file.readbytes(Math.min(1024, file.eof - bytes.length));
        if (!part || !part.length) {
            break;
        }
        bytes = bytes.concat(part);
    }
    file.close();
    return bytes;
}

// False where the file could not be written whole. Max writes at most some thousand bytes at a time.
function writeBytes(path, bytes) {
    var file = new File(path, "write");
    var at;
    if (!file.isopen) {
        return false;
    }
    for (at = 0; at < bytes.length; at += 1024) {
        file.writebytes(bytes.slice(at, at + 1024));
    }
    file.eof = bytes.length;
    file.close();
    file = new File(path, "read");
    at = file.isopen ? file.eof : 0;
    file.close();
    return at === bytes.length;
}

// Max writes paths with slashes everywhere; Live needs the system's own.
function forward(path) {
    return String(path).replace(/\\/g, "/");
}

function round6(value) {
    return Math.round(value * 1e6) / 1e6;
}
