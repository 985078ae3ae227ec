/** What is read from a Set, and how clips are put into it. */

import type { Api, Clip } from "./api";
import { Told } from "./api";
import { calling, type AudioClipArguments, type DataModel, type Handle, type Host, type Note } from "./host";

const TONICS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
/** Live's scales as keys. Others have no name that Sidecrate knows. */
const MODES: Record<string, string> = {
  Major: "major",
  Minor: "minor",
  Dorian: "dorian",
  Phrygian: "phrygian",
  Lydian: "lydian",
  Mixolydian: "mixolydian",
  Locrian: "locrian",
};

export interface Grid {
  bpm: number;
  key?: string;
  meter: string;
}

/** Tempo, key and meter: the song has no meter of its own, so it is that of the first scene that sets one. */
export function gridOf(model: DataModel): Grid {
  const song = model.rootGetSong(model.getRoot());
  const grid: Grid = { bpm: Math.round(model.songGetTempo(song) * 1000) / 1000, meter: "4/4" };
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

/** The beats (quarters) of a bar. */
export function quartersOf(meter: string): number {
  const [beats = 4, unit = 4] = meter.split("/").map(Number);
  return (beats * 4) / unit;
}

/** A clip's length in beats of Live, which are quarters. */
function beatsOf(clip: Clip): number {
  if (clip.bars && clip.kind !== "track") return clip.bars * quartersOf(clip.record.meter || "4/4");
  return ((clip.seconds ?? 0) * (clip.bpm ?? 120)) / 60;
}

/** Where clips may be put: slots one after the other, or take lanes at a beat. */
export type Place = { slots: Handle[] } | { track: Handle; at: number };

interface Ready {
  clip: Clip;
  beats: number;
  path: string;
  notes: Note[];
}

async function readied(host: Host, api: Api, clip: Clip): Promise<Ready> {
  const beats = beatsOf(clip);
  if (clip.kind === "midi") {
    const said = await api.notes(clip.id);
    const notes = said.parts.flatMap((part) =>
      part.notes.map(([startTime, duration, pitch, velocity]) => ({ pitch, startTime, duration, velocity })),
    );
    return { clip, beats: said.bars * said.quarters_per_bar, path: "", notes };
  }
  const own = clip.path;
  if (!own) throw new Told(`The file of clip ${clip.id} is gone; put it back, or make it anew.`);
  const path = await calling<string>((done, fail) => host.resources.importIntoProject(own, done, fail));
  return { clip, beats, path, notes: [] };
}

function audioArguments(one: Ready, startTime?: number): AudioClipArguments {
  const loops = one.clip.kind === "loop";
  const isWarped = loops || one.clip.kind === "track";
  return {
    filePath: one.path,
    ...(startTime === undefined ? {} : { startTime, duration: one.beats }),
    isWarped,
    ...(isWarped
      ? { loopSettings: { looping: loops, startMarker: 0, endMarker: one.beats, loopStart: 0, loopEnd: one.beats } }
      : {}),
  };
}

/**
 * Put clips into place. The clips are one undo step; take lanes, which must be there before, are another, and so are the notes
 * of MIDI clips.
 */
export async function place(host: Host, api: Api, clips: Clip[], where: Place): Promise<void> {
  const ready = await Promise.all(clips.map((clip) => readied(host, api, clip)));
  const made = "slots" in where ? await intoSlots(host, ready, where.slots) : await intoLanes(host, ready, where);
  const written = ready.flatMap((one, index) => (one.clip.kind === "midi" ? [{ clip: made[index], notes: one.notes }] : []));
  if (written.length === 0) return;
  host.dataModel.withinTransaction(() => {
    for (const one of written) if (one.clip) host.dataModel.midiclipSetNotes(one.clip, one.notes);
  });
}

function inOneStep<T>(model: DataModel, calls: (() => Promise<T>)[]): Promise<T[]> {
  let made: Promise<T>[] = [];
  model.withinTransaction(() => {
    made = calls.map((call) => call());
  });
  return Promise.all(made);
}

function intoSlots(host: Host, ready: Ready[], slots: Handle[]): Promise<Handle[]> {
  const model = host.dataModel;
  const free = slots.filter((slot) => model.clipslotGetClip(slot) === null);
  if (free.length < ready.length) {
    throw new Told(
      `${ready.length} clips came and ${free.length} slots are free there. Add scenes, then drag them from Sidecrate's folder.`,
    );
  }
  return inOneStep(
    model,
    ready.map((one, index) => () => {
      const slot = free[index] as Handle;
      return calling<Handle>((done, fail) =>
        one.clip.kind === "midi"
          ? model.clipslotCreateMidiClip(slot, one.beats, done, fail)
          : model.clipslotCreateAudioClip(slot, audioArguments(one), done, fail),
      );
    }),
  );
}

async function intoLanes(host: Host, ready: Ready[], where: { track: Handle; at: number }): Promise<Handle[]> {
  const model = host.dataModel;
  const lanes = await inOneStep(
    model,
    ready.map(() => () => calling<Handle>((done, fail) => model.trackCreateTakeLane(where.track, done, fail))),
  );
  return inOneStep(
    model,
    ready.map((one, index) => () => {
      const lane = lanes[index] as Handle;
      return calling<Handle>((done, fail) =>
        one.clip.kind === "midi"
          ? model.takelaneCreateMidiClip(lane, where.at, one.beats, done, fail)
          : model.takelaneCreateAudioClip(lane, audioArguments(one, where.at), done, fail),
      );
    }),
  );
}

/** Where what comes of a clip is put: the free slots from its own on, or take lanes where it begins. */
export function besideClip(model: DataModel, clip: Handle): Place {
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

/** Where notes that come of an audio clip are put: the free slots of a new MIDI track, or its take lanes. */
export async function onMidiTrack(model: DataModel, place: Place): Promise<Place> {
  const song = model.rootGetSong(model.getRoot());
  const [track] = await inOneStep(model, [
    () => calling<Handle>((done, fail) => model.songCreateMidiTrack(song, done, fail)),
  ]);
  if (!track) throw new Told("Live made no MIDI track.");
  return "slots" in place ? { slots: model.trackGetClipSlots(track) } : { track, at: place.at };
}
