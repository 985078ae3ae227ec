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
