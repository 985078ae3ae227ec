/** Live's extension host, API 1.0.0, as far as it is used here. Handles are opaque, whole numbers are BigInt. */

export type Handle = object;
type Fail = (error: unknown) => void;
type Done<T> = (value: T) => void;

/** Where a clip loops, in beats. */
export interface LoopSettings {
  looping: boolean;
  startMarker: number;
  endMarker: number;
  loopStart: number;
  loopEnd: number;
}

/** Arguments of a new audio clip, times in beats. What is not said is left out: the host refuses null. */
export interface AudioClipArguments {
  filePath: string;
  startTime?: number;
  duration?: number;
  isWarped?: boolean;
  loopSettings?: LoopSettings;
}

export interface Note {
  pitch: number;
  startTime: number;
  duration: number;
  velocity: number;
}

export interface DataModel {
  getRoot(): Handle;
  rootGetSong(root: Handle): Handle;
  getObjectIsOfClass(object: Handle, name: string): boolean;
  getObjectCanonicalParent(object: Handle): Handle | null;
  withinTransaction(work: () => void): void;

  songGetTempo(song: Handle): number;
  songGetRootNote(song: Handle): bigint;
  songGetScaleName(song: Handle): string;
  songGetScaleMode(song: Handle): boolean;
  songGetTracks(song: Handle): Handle[];
  songGetScenes(song: Handle): Handle[];
  songCreateMidiTrack(song: Handle, done: Done<Handle>, fail: Fail): void;
  sceneGetSignatureNumerator(scene: Handle): bigint | number;
  sceneGetSignatureDenominator(scene: Handle): bigint | number;

  trackGetClipSlots(track: Handle): Handle[];
  trackCreateTakeLane(track: Handle, done: Done<Handle>, fail: Fail): void;

  clipGetName(clip: Handle): string;
  clipGetStartTime(clip: Handle): number;
  audioclipGetFilePath(clip: Handle): string;
  midiclipSetNotes(clip: Handle, notes: Note[]): void;

  clipslotGetClip(slot: Handle): Handle | null;
  clipslotCreateAudioClip(slot: Handle, about: AudioClipArguments, done: Done<Handle>, fail: Fail): void;
  clipslotCreateMidiClip(slot: Handle, length: number, done: Done<Handle>, fail: Fail): void;
  takelaneCreateAudioClip(lane: Handle, about: AudioClipArguments, done: Done<Handle>, fail: Fail): void;
  takelaneCreateMidiClip(lane: Handle, start: number, length: number, done: Done<Handle>, fail: Fail): void;
}

export interface ProgressDialog {
  update(state: { text: string; progress: number }, done: () => void): void;
  close(done: () => void): void;
}

export interface Host {
  dataModel: DataModel;
  ui: {
    registerContextMenuAction(scope: string, title: string, command: string, done: (undo: () => void) => void): void;
    showModalDialog(url: string, width: number, height: number, done: Done<string>, fail: Fail): void;
    showProgressDialog(
      state: { text: string; progress: number },
      done: Done<ProgressDialog>,
      cancelled: () => void,
    ): void;
  };
  commands: { registerCommand(id: string, run: (...given: never[]) => void): void };
  resources: {
    importIntoProject(path: string, done: Done<string>, fail: Fail): void;
    renderPreFxAudio(
      track: Handle,
      range: { startTime: number; endTime: number },
      done: Done<string>,
      fail: Fail,
    ): void;
  };
  environment: { storageDirectory: string; tempDirectory: string };
}

export interface Activation {
  hostApiVersion: string;
  initializeExtensionHost(wanted: { apiVersion: string }): Host;
}

/** A time selection in the arrangement, in beats. */
export interface ArrangementSelection {
  time_selection_start: number;
  time_selection_end: number;
  selected_lanes: Handle[];
}

export interface SlotSelection {
  selected_clip_slots: Handle[];
}

/** A call of the host that answers by callbacks, as a promise; its errors are texts. */
export function calling<T>(call: (done: Done<T>, fail: Fail) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call(resolve, (error) => reject(error instanceof Error ? error : new Error(String(error))));
  });
}
