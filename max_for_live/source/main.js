// What Max calls: messages from the patch come in here, and everything that Max does for the device goes out from here.

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
    prompt: "", engine: "auto", kind: 0, bars: 4, count: 1, target: 0, livekey: 0, use: 0, listenbars: 4, port: 9140
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
        // an empty box says bang; text that Max took apart is joined again
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
    // a button may say both bang and 1, and 0 when it is let go
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

// the audition's buffer~ has read its file
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
        ended: function () {}
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

// Inside Live's notifications the model must be left alone: what has changed is read and told a moment later.
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

// One after the other, so that two clips never choose the same slot.
function queuePlacement(plan, about) {
    placements.push({ plan: plan, about: about });
    if (!placing) {
        placeNext();
    }
}

function placeNext() {
    var next = placements.shift();
    placing = next !== undefined;
    if (placing) {
        placeClip(next.plan, next.about.target, next.about.aim, function (text) {
            showStatus(text);
            placeNext();
        });
    }
}

// -- references

function useClip() {
    var clip = readSelectedClip();
    if (clip === null) {
        showStatus("Select an audio clip first");
        return;
    }
    var bars = clip.beats / quartersPerBar(readContext().meter);
    askAbout(clip.path, clip.start, clip.end, Math.abs(bars - Math.round(bars)) < 0.01 && bars > 0.5 ? Math.round(bars) : 0);
}

// What the clip or the listening is for: to be put on the grid as it is, or to be worked from by an engine that listens.
function askAbout(path, start_s, end_s, bars) {
    var use = USES[controls.use] || "fit";
    var fields = { reference_start: round6(start_s), reference_end: round6(end_s) };
    if (use === "fit") {
        if (bars > 0 && bars <= 64) {
            fields.bars = bars;
        }
        conversation.fit(path, fields, aimNow());
    } else {
        fields.reference = path;
        fields.use = use;
        ask(fields);
    }
}

// Record the track's input for some bars, with one more in front: a ramp that counts bars is recorded beside the sound, and says
// to the frame where a bar begins, however late the recording started.
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
    if (USES[controls.use] !== "fit" && !/\S/.test(controls.prompt)) {
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
    // with every bar line heard, a change of tempo on the way is followed too
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

// Max writes the file on its own time: it is there when its size has come to rest.
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

// -- audition: the clip loops through the track, its place in the loop told by Live's own position

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

// While Live plays, a clip with a grid is locked to it; else it runs by itself at its own tempo.
function followTransport() {
    if (audition.on && audition.loaded) {
        outlet(TO_AUDITION, "select", isPlaying() && audition.loaded.plan.beats ? 1 : 2);
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
    // a Task that nobody holds may be collected before its time
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

// Max writes paths with slashes everywhere; Live is given them as the system does.
function forward(path) {
    return String(path).replace(/\\/g, "/");
}

function round6(value) {
    return Math.round(value * 1e6) / 1e6;
}
