"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/extension.ts
var extension_exports = {};
__export(extension_exports, {
  activate: () => activate
});
module.exports = __toCommonJS(extension_exports);
var import_node_fs2 = require("node:fs");
var import_node_path2 = require("node:path");

// src/api.ts
var import_node_fs = require("node:fs");
var import_node_path = require("node:path");
var Told = class extends Error {
};
var Away = class extends Told {
};
var LOOK_EVERY_MS = 300;
var AWAY_MS = 3e4;
var ENDED = ["done", "failed", "cancelled"];
var Api = class {
  pairing;
  constructor(folder) {
    this.pairing = JSON.parse((0, import_node_fs.readFileSync)((0, import_node_path.join)(folder, "sidecrate.json"), "utf8"));
  }
  async ask(method, path, body) {
    let answer;
    try {
      answer = await fetch(`${this.pairing.address}/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.pairing.token}`,
          ...body ? { "Content-Type": "application/json" } : {}
        },
        ...body ? { body: JSON.stringify(body) } : {}
      });
    } catch {
      throw new Away(
        `Sidecrate does not answer at ${this.pairing.address}. Write "web: on" into its config and start it: sidecrate run.`
      );
    }
    if (answer.status === 401) {
      throw new Told("Sidecrate does not know this extension. Install it anew: sidecrate install live-extension.");
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    const text = said.text ?? `Sidecrate answered ${answer.status}; \`sidecrate doctor\` looks into it.`;
    throw said.code === "no_answer" ? new Away(text) : new Told(text);
  }
  /** Order a verb's clips; the job's id. */
  async order(verb, fields) {
    return (await this.ask("POST", `/${verb}`, fields)).job;
  }
  /**
   * Follow a job to its end, also while Sidecrate starts again. It is cancelled once `cancelled` says so, and gives nothing.
   */
  async follow(job, tell2, cancelled) {
    let heard = Date.now();
    for (; ; ) {
      if (cancelled()) {
        await this.ask("DELETE", `/jobs/${job}`);
        return { clips: [], lacks: "" };
      }
      try {
        const now = await this.ask("GET", `/jobs/${job}`);
        heard = Date.now();
        if (ENDED.includes(now.state)) {
          const clips = await Promise.all(now.clips.map((id) => this.ask("GET", `/clips/${id}`)));
          return made(now, clips);
        }
        tell2(now.progress ?? 0, now.stage || "waiting");
      } catch (error) {
        if (!(error instanceof Away) || Date.now() - heard > AWAY_MS) throw error;
      }
      await new Promise((next) => setTimeout(next, LOOK_EVERY_MS));
    }
  }
  notes(clip) {
    return this.ask("GET", `/clips/${clip}/notes`);
  }
};
function made(job, clips) {
  if (clips.length === 0) throw new Told(job.text || `The job was ${job.state}.`);
  return { clips, lacks: job.text ? `${clips.length} of ${job.count} clips came: ${job.text}` : "" };
}

// src/host.ts
function calling(call) {
  return new Promise((resolve, reject) => {
    call(resolve, (error) => reject(error instanceof Error ? error : new Error(String(error))));
  });
}

// src/dialogs.ts
var STYLE = "body{font:13px system-ui;margin:16px;background:#222;color:#ddd}input,button{font:inherit;padding:6px;width:100%;box-sizing:border-box;margin-top:10px;background:#333;color:#eee;border:1px solid #555}button{width:48%}";
var SEND = "function send(text){var m={method:'close_and_send',params:[text]};if(window.webkit&&window.webkit.messageHandlers&&window.webkit.messageHandlers.live)window.webkit.messageHandlers.live.postMessage(m);else window.chrome.webview.postMessage(m)}";
function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
function page(body) {
  const html = `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><script>${SEND}</script>${body}`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}
async function askWords(host, title, last) {
  const body = `<form onsubmit="send(document.querySelector('input').value);return false">${escaped(title)}<input autofocus value="${escaped(last)}" maxlength="4000"><button>OK</button> <button type="button" onclick="send('')">Cancel</button></form>`;
  const said = await calling((done, fail) => host.ui.showModalDialog(page(body), 420, 150, done, fail));
  return said.trim() || null;
}
async function tell(host, text) {
  const body = `<p>${escaped(text)}</p><button autofocus onclick="send('')">OK</button>`;
  await calling((done, fail) => host.ui.showModalDialog(page(body), 420, 170, done, fail));
}

// src/song.ts
var TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
var MODES = {
  Major: "major",
  Minor: "minor",
  Dorian: "dorian",
  Phrygian: "phrygian",
  Lydian: "lydian",
  Mixolydian: "mixolydian",
  Locrian: "locrian"
};
function gridOf(model) {
  const song = model.rootGetSong(model.getRoot());
  const grid = { bpm: Math.round(model.songGetTempo(song) * 1e3) / 1e3, meter: "4/4" };
  for (const scene of model.songGetScenes(song)) {
    const beats = Number(model.sceneGetSignatureNumerator(scene));
    const unit = Number(model.sceneGetSignatureDenominator(scene));
    if (beats > 0 && unit > 0) {
      grid.meter = `${beats}/${unit}`;
      break;
    }
  }
  const mode = MODES[model.songGetScaleName(song)];
  if (model.songGetScaleMode(song) && mode) {
    grid.key = `${TONICS[Number(model.songGetRootNote(song))]} ${mode}`;
  }
  return grid;
}
function quartersOf(meter) {
  const [beats = 4, unit = 4] = meter.split("/").map(Number);
  return beats * 4 / unit;
}
function beatsOf(clip) {
  if (clip.bars && clip.kind !== "track") return clip.bars * quartersOf(clip.record.meter || "4/4");
  return (clip.seconds ?? 0) * (clip.bpm ?? 120) / 60;
}
async function readied(host, api, clip) {
  const beats = beatsOf(clip);
  if (clip.kind === "midi") {
    const said = await api.notes(clip.id);
    const notes = said.parts.flatMap(
      (part) => part.notes.map(([startTime, duration, pitch, velocity]) => ({ pitch, startTime, duration, velocity }))
    );
    return { clip, beats: said.bars * said.quarters_per_bar, path: "", notes };
  }
  const own = clip.path;
  if (!own) throw new Told(`The file of clip ${clip.id} is gone; put it back, or make it anew.`);
  const path = await calling((done, fail) => host.resources.importIntoProject(own, done, fail));
  return { clip, beats, path, notes: [] };
}
function audioArguments(one, startTime) {
  const loops = one.clip.kind === "loop";
  const isWarped = loops || one.clip.kind === "track";
  return {
    filePath: one.path,
    ...startTime === void 0 ? {} : { startTime, duration: one.beats },
    isWarped,
    ...isWarped ? { loopSettings: { looping: loops, startMarker: 0, endMarker: one.beats, loopStart: 0, loopEnd: one.beats } } : {}
  };
}
async function place(host, api, clips, where) {
  const ready = await Promise.all(clips.map((clip) => readied(host, api, clip)));
  const made2 = "slots" in where ? await intoSlots(host, ready, where.slots) : await intoLanes(host, ready, where);
  const written = ready.flatMap((one, index) => one.clip.kind === "midi" ? [{ clip: made2[index], notes: one.notes }] : []);
  if (written.length === 0) return;
  host.dataModel.withinTransaction(() => {
    for (const one of written) if (one.clip) host.dataModel.midiclipSetNotes(one.clip, one.notes);
  });
}
function inOneStep(model, calls) {
  let made2 = [];
  model.withinTransaction(() => {
    made2 = calls.map((call) => call());
  });
  return Promise.all(made2);
}
function intoSlots(host, ready, slots) {
  const model = host.dataModel;
  const free = slots.filter((slot) => model.clipslotGetClip(slot) === null);
  if (free.length < ready.length) {
    throw new Told(
      `${ready.length} clips came and ${free.length} slots are free there. Add scenes, then drag them from Sidecrate's folder.`
    );
  }
  return inOneStep(
    model,
    ready.map((one, index) => () => {
      const slot = free[index];
      return calling(
        (done, fail) => one.clip.kind === "midi" ? model.clipslotCreateMidiClip(slot, one.beats, done, fail) : model.clipslotCreateAudioClip(slot, audioArguments(one), done, fail)
      );
    })
  );
}
async function intoLanes(host, ready, where) {
  const model = host.dataModel;
  const lanes = await inOneStep(
    model,
    ready.map(() => () => calling((done, fail) => model.trackCreateTakeLane(where.track, done, fail)))
  );
  return inOneStep(
    model,
    ready.map((one, index) => () => {
      const lane = lanes[index];
      return calling(
        (done, fail) => one.clip.kind === "midi" ? model.takelaneCreateMidiClip(lane, where.at, one.beats, done, fail) : model.takelaneCreateAudioClip(lane, audioArguments(one, where.at), done, fail)
      );
    })
  );
}
function besideClip(model, clip) {
  const parent = model.getObjectCanonicalParent(clip);
  if (parent === null) throw new Told("That clip is gone.");
  if (!model.getObjectIsOfClass(parent, "ClipSlot")) {
    const lies = model.getObjectIsOfClass(parent, "TakeLane") ? model.getObjectCanonicalParent(parent) : parent;
    if (lies === null) throw new Told("The clip's track is gone.");
    return { track: lies, at: model.clipGetStartTime(clip) };
  }
  const track = model.getObjectCanonicalParent(parent);
  if (track === null) throw new Told("The clip's track is gone.");
  const slots = model.trackGetClipSlots(track);
  return { slots: slots.slice(slots.indexOf(parent) + 1) };
}
async function onMidiTrack(model, place2) {
  const song = model.rootGetSong(model.getRoot());
  const [track] = await inOneStep(model, [
    () => calling((done, fail) => model.songCreateMidiTrack(song, done, fail))
  ]);
  if (!track) throw new Told("Live made no MIDI track.");
  return "slots" in place2 ? { slots: model.trackGetClipSlots(track) } : { track, at: place2.at };
}

// src/extension.ts
var Session = class {
  constructor(host, folder) {
    this.host = host;
    this.api = new Api(folder);
  }
  api;
  get lastWords() {
    return (0, import_node_path2.join)(this.host.environment.storageDirectory, "words.txt");
  }
  /** Words, with the last ones offered again. */
  async words(title) {
    let last = "";
    try {
      last = (0, import_node_fs2.readFileSync)(this.lastWords, "utf8");
    } catch {
    }
    const said = await askWords(this.host, title, last);
    if (said !== null) (0, import_node_fs2.writeFileSync)(this.lastWords, said);
    return said;
  }
  /** Do what an entry wants, with its progress, and tell what is wrong. */
  async run(wish) {
    try {
      const wanted = await wish;
      if (wanted === null) return;
      const { clips, lacks } = await this.clipsOf(wanted);
      if (clips.length > 0) await place(this.host, this.api, clips, await wanted.where());
      if (lacks) await tell(this.host, lacks);
    } catch (error) {
      const text = error instanceof Told ? error.message : `Live says: ${error.message}. Try again.`;
      await tell(this.host, text);
    }
  }
  async clipsOf(wanted) {
    const job = await this.api.order(wanted.verb, wanted.fields);
    let isCancelled = false;
    const dialog = await new Promise((done) => {
      this.host.ui.showProgressDialog({ text: "Sidecrate: waiting", progress: 0 }, done, () => {
        isCancelled = true;
      });
    });
    try {
      return await this.api.follow(
        job,
        (share, words) => dialog.update({ text: `Sidecrate: ${words}`, progress: Math.round(share * 100) }, () => {
        }),
        () => isCancelled
      );
    } finally {
      if (!isCancelled) await new Promise((done) => dialog.close(done));
    }
  }
};
function ofClip(verb, isNotes, more = {}) {
  return async (session, clip) => {
    const model = session.host.dataModel;
    const where = besideClip(model, clip);
    const source = model.audioclipGetFilePath(clip);
    return {
      verb,
      fields: { source, ...more },
      where: () => isNotes ? onMidiTrack(model, where) : where
    };
  };
}
async function fitted(session, clip) {
  const { key, ...grid } = gridOf(session.host.dataModel);
  return ofClip("fit", false, key ? { ...grid, key } : grid)(session, clip);
}
function withClip(use, title) {
  return async (session, clip) => {
    const model = session.host.dataModel;
    const where = besideClip(model, clip);
    const prompt = await session.words(title);
    if (prompt === null) return null;
    const fields = { ...gridOf(model), prompt, use, reference: model.audioclipGetFilePath(clip) };
    return { verb: "make", fields, where: () => where };
  };
}
async function filled(session, slots) {
  const model = session.host.dataModel;
  const first = slots[0];
  const track = first && model.getObjectCanonicalParent(first);
  if (!track) throw new Told("Select a clip slot first.");
  const prompt = await session.words("What do you want to hear?");
  if (prompt === null) return null;
  const isMidi = model.getObjectIsOfClass(track, "MidiTrack");
  const fields = { ...gridOf(model), prompt, count: slots.length, kind: isMidi ? "midi" : "loop" };
  return { verb: "make", fields, where: () => ({ slots }) };
}
async function rendered(session, selection) {
  const model = session.host.dataModel;
  const { time_selection_start: from, time_selection_end: to } = selection;
  const track = selection.selected_lanes.find((lane) => model.getObjectIsOfClass(lane, "AudioTrack"));
  if (!track || to <= from) throw new Told("Select a stretch of an audio track first.");
  const prompt = await session.words("What should go with this stretch?");
  if (prompt === null) return null;
  const reference = await calling(
    (done, fail) => session.host.resources.renderPreFxAudio(track, { startTime: from, endTime: to }, done, fail)
  );
  const grid = gridOf(model);
  const bars = Math.min(64, Math.max(1, Math.round((to - from) / quartersOf(grid.meter))));
  const fields = { ...grid, bars, prompt, use: "accompany", reference };
  return { verb: "make", fields, where: () => ({ track, at: from }) };
}
var ENTRIES = [
  { scopes: ["AudioClip"], id: "fit", title: "Sidecrate: put on the grid", wish: fitted },
  { scopes: ["AudioClip"], id: "split", title: "Sidecrate: split into stems", wish: ofClip("split", false) },
  { scopes: ["AudioClip"], id: "notes", title: "Sidecrate: write down its notes", wish: ofClip("transcribe", true) },
  {
    scopes: ["AudioClip"],
    id: "part",
    title: "Sidecrate: make a part to it...",
    wish: withClip("accompany", "What should go with this clip?")
  },
  {
    scopes: ["AudioClip"],
    id: "continue",
    title: "Sidecrate: go on with it...",
    wish: withClip("continue", "How should it go on?")
  },
  {
    scopes: ["ClipSlot"],
    id: "fill",
    title: "Sidecrate: fill it with...",
    wish: (session, slot) => filled(session, [slot])
  },
  {
    scopes: ["ClipSlotSelection"],
    id: "fill-all",
    title: "Sidecrate: fill them with...",
    wish: (session, selection) => filled(session, selection.selected_clip_slots)
  },
  {
    scopes: ["AudioTrack.ArrangementSelection"],
    id: "render",
    title: "Sidecrate: make a part to this stretch...",
    wish: (session, selection) => rendered(session, selection)
  }
];
function activate(activation) {
  const host = activation.initializeExtensionHost({ apiVersion: "1.0.0" });
  const session = new Session(host, __dirname);
  for (const entry of ENTRIES) {
    const command = `sidecrate.${entry.id}`;
    host.commands.registerCommand(command, (given) => {
      void session.run(entry.wish(session, given));
    });
    for (const scope of entry.scopes) {
      host.ui.registerContextMenuAction(scope, entry.title, command, () => {
      });
    }
  }
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  activate
});
