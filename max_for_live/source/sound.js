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
