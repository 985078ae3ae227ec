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
