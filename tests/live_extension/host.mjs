// A stand-in for Live's extension host that keeps to API 1.0.0: opaque handles, whole numbers as BigInt, creating calls by two
// callbacks, refusals as texts, null refused, one undo step a transaction. It runs the extension on one menu entry.
//
// node host.mjs FOLDER_OF_EXTENSION STORAGE '{"set": {...}, "scope": ..., "title": ..., "on": ..., "words": ..., "cancel_ms": ...}'
// It prints what the extension did, as JSON.
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, storage, told] = process.argv.slice(2);
const plan = JSON.parse(told);
const log = { menus: [], steps: [], told: [], progress: [], imported: [], lost: false };
const objects = new Map();
let inStep = null;

function make(kind, about = {}) {
  const handle = Object.freeze({});
  objects.set(handle, { kind, ...about });
  return handle;
}
function get(handle, ...kinds) {
  const object = objects.get(handle);
  if (!object || (kinds.length && !kinds.includes(object.kind))) throw new Error("Invalid object reference");
  return object;
}
function change(what) {
  if (!inStep) throw new Error("a change outside a transaction");
  inStep.push(what);
}
function creating(work) {
  return (...given) => {
    const fail = given.pop();
    const done = given.pop();
    if (typeof done !== "function" || typeof fail !== "function") throw new TypeError("two callbacks are needed");
    if (given.some((one) => JSON.stringify(one, (_, v) => (typeof v === "bigint" ? `${v}` : v))?.includes("null"))) {
      setTimeout(() => fail("Failed to create clip"), 1);
      return;
    }
    try {
      const made = work(...given);
      setTimeout(() => done(made), 1);
    } catch (error) {
      setTimeout(() => fail(String(error.message)), 1);
    }
  };
}

const song = make("Song", { tracks: [] });
function addTrack(kind, name, slots) {
  const track = make(kind, { name, lanes: [], parent: song });
  get(track).slots = slots.map((clip) => {
    const slot = make("ClipSlot", { clip: null, parent: track });
    if (clip) get(slot).clip = make("AudioClip", { file: clip, start: 0, parent: slot });
    return slot;
  });
  get(song).tracks.push(track);
  return track;
}
const audio = addTrack("AudioTrack", "A", plan.set.slots);
const midi = addTrack("MidiTrack", "M", [null, null]);
const arranged = make("AudioClip", { file: plan.set.arranged ?? "", start: 16, parent: audio });
const scenes = [
  make("Scene", { beats: -1n, unit: -1n }),
  make("Scene", { beats: BigInt(plan.set.beats ?? 4), unit: BigInt(plan.set.unit ?? 4) }),
];

function clipIn(parent, clip, what) {
  if (get(parent).kind === "ClipSlot") {
    if (get(parent).clip) throw new Error("the slot is not empty");
    get(parent).clip = clip;
  }
  change(what);
  return clip;
}
const name = (handle) => {
  const { kind, parent } = get(handle);
  if (kind === "ClipSlot") return `${get(parent).name} slot ${get(parent).slots.indexOf(handle)}`;
  if (kind === "TakeLane") return `${get(parent).name} lane ${get(parent).lanes.indexOf(handle)}`;
  return get(handle).name;
};

const dataModel = {
  getRoot: () => make("Root"),
  rootGetSong: (root) => (get(root, "Root"), song),
  getObjectIsOfClass: (handle, kind) => get(handle).kind === kind,
  getObjectCanonicalParent: (handle) => get(handle).parent ?? null,
  withinTransaction(work) {
    inStep = [];
    try {
      work();
    } finally {
      log.steps.push(inStep);
      inStep = null;
    }
  },
  songGetTempo: () => plan.set.bpm,
  songGetRootNote: () => BigInt(plan.set.root ?? 0),
  songGetScaleName: () => plan.set.scale ?? "Minor",
  songGetScaleMode: () => plan.set.scale !== undefined,
  songGetTracks: () => get(song).tracks,
  songGetScenes: () => scenes,
  songCreateMidiTrack: creating(() => {
    change({ make: "track" });
    return addTrack("MidiTrack", "new", [null, null]);
  }),
  sceneGetSignatureNumerator: (scene) => get(scene, "Scene").beats,
  sceneGetSignatureDenominator: (scene) => get(scene, "Scene").unit,
  trackGetClipSlots: (track) => get(track, "AudioTrack", "MidiTrack").slots,
  trackCreateTakeLane: creating((track) => {
    const lane = make("TakeLane", { parent: track });
    get(track).lanes.push(lane);
    change({ make: "lane" });
    return lane;
  }),
  clipGetName: () => "clip",
  clipGetStartTime: (clip) => get(clip).start,
  audioclipGetFilePath: (clip) => get(clip, "AudioClip").file,
  midiclipSetNotes: (clip, notes) => change({ notes: notes.length, first: notes[0] ?? null, of: get(clip, "MidiClip").kind }),
  clipslotGetClip: (slot) => get(slot, "ClipSlot").clip,
  clipslotCreateAudioClip: creating((slot, about) => {
    if (get(get(slot).parent).kind !== "AudioTrack") throw new Error("not an audio track");
    if ("startTime" in about || "duration" in about) throw new Error("a slot has no time");
    return clipIn(slot, make("AudioClip", { file: about.filePath, parent: slot }), { audio: name(slot), ...about });
  }),
  clipslotCreateMidiClip: creating((slot, length) => {
    if (get(get(slot).parent).kind !== "MidiTrack") throw new Error("not a MIDI track");
    return clipIn(slot, make("MidiClip", { parent: slot }), { midi: name(slot), length });
  }),
  takelaneCreateAudioClip: creating((lane, about) =>
    clipIn(lane, make("AudioClip", { file: about.filePath, parent: lane }), { audio: name(lane), ...about }),
  ),
  takelaneCreateMidiClip: creating((lane, start, length) =>
    clipIn(lane, make("MidiClip", { parent: lane }), { midi: name(lane), start, length }),
  ),
};

const commands = new Map();
const host = {
  dataModel,
  commands: { registerCommand: (id, run) => commands.set(id, run) },
  ui: {
    registerContextMenuAction(scope, title, command, done) {
      log.menus.push({ scope, title, command });
      setTimeout(() => done(() => {}), 1);
    },
    showModalDialog(url, width, height, done) {
      const page = decodeURIComponent(url.slice(url.indexOf(",") + 1));
      const asks = page.includes("<input");
      if (!asks) log.told.push(/<p>(.*?)<\/p>/.exec(page)[1].replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)));
      setTimeout(() => done(asks ? (plan.words ?? "") : ""), 1);
    },
    showProgressDialog(state, done, cancelled) {
      log.progress.push(state);
      let isOpen = true;
      const dialog = {
        update: (next, after) => (isOpen && log.progress.push(next), setTimeout(after, 1)),
        close: (after) => ((isOpen = false), setTimeout(after, 1)),
      };
      setTimeout(() => done(dialog), 1);
      if (plan.cancel_ms) setTimeout(() => ((isOpen = false), cancelled()), plan.cancel_ms);
    },
  },
  resources: {
    importIntoProject: creating((path) => (log.imported.push(path), `/project/${path.split("/").pop()}`)),
    renderPreFxAudio: creating((track, range) => {
      if (get(track).kind !== "AudioTrack" || range.endTime <= range.startTime) throw new Error("nothing to render");
      log.rendered = range;
      return plan.set.arranged;
    }),
  },
  environment: { storageDirectory: storage, tempDirectory: storage, language: "en" },
};

const on = {
  "AudioClip": () => get(get(audio).slots[0]).clip,
  "AudioClip arranged": () => arranged,
  "ClipSlot": () => get(audio).slots[plan.at ?? 0],
  "ClipSlot midi": () => get(midi).slots[0],
  "ClipSlotSelection": () => ({ selected_clip_slots: get(audio).slots }),
  "AudioTrack.ArrangementSelection": () => ({
    time_selection_start: 16,
    time_selection_end: 24,
    selected_lanes: [audio],
  }),
};
const require = createRequire(import.meta.url);
require(join(folder, "extension.js")).activate({ hostApiVersion: "1.0.0", initializeExtensionHost: () => host });
if (plan.title) {
  const entry = log.menus.find((one) => one.title.startsWith(plan.title) && one.scope === plan.on.split(" ")[0]);
  const given = on[plan.on]();
  if (plan.loses_clip) setTimeout(() => objects.delete(get(audio).slots[0]), plan.loses_clip);
  commands.get(entry.command)(given);
}
process.on("exit", () => console.log(JSON.stringify(log, (_, value) => (typeof value === "bigint" ? Number(value) : value))));
