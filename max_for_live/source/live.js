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
