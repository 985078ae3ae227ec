import { useSyncExternalStore } from "react";
import { api, audioUrl, canHear, Clip, FullClip, sound } from "../api/client";
import { quartersPerBar } from "../player/beats";
import { player, versionOf } from "../player/player";
import { BarClock } from "./clock";
import { padWords as say } from "./words";
import { Voice } from "./voice";

export const SIZE = 8;
/** Eight loops at once stay below full scale by this. */
const HEADROOM = 0.4;
const WAKE_MS = 80;
/** Sounds fetched at once. */
const AT_ONCE = 3;
/** From a first launch to its first sample. */
const LEAD_S = 0.06;

export interface Pad {
  clip: FullClip;
  buffer: AudioBuffer | null;
  why: string;
}
export interface Session {
  bpm: number;
  key: string;
  meter: string;
}
interface Asked {
  bpm: number;
  key: string;
}
export interface Board {
  pads: Record<string, Pad>;
  /** What was typed for the pads; 0 and "" follow the project. */
  asked: Asked;
  session: Session;
  known: boolean;
  /** By column: the pad that sounds, and the one that comes on the next bar ("" for silence). */
  playing: (string | null)[];
  next: (string | null)[];
  running: boolean;
  recording: "off" | "armed" | "on" | "saving";
  volume: number;
}
interface Heard {
  bpm?: number | null;
  key?: string | null;
  meter?: string | null;
}
interface Kept {
  bpm: number;
  key: string;
  clips: Record<string, FullClip>;
}
export const cellOf = (row: number, column: number) => `${row}-${column}`;
export const columnOf = (cell: string) => Number(cell.split("-")[1]);
const partOf = (clip: FullClip) => {
  const parts = clip.record.parts;
  return (
    (clip.record as { part?: string }).part || (Array.isArray(parts) && parts.length === 1 ? parts[0] : "") || clip.kind
  );
};

/** The 8 x 8 pads: clips in one tempo and key, launched on bars, and what was launched written down. */
class PadBoard {
  private context: AudioContext | null = null;
  private columns: GainNode[] = [];
  private bus: GainNode | null = null;
  private clock: BarClock | null = null;
  private voices: Voice[] = [];
  private timer = 0;
  private turn = 0;
  private loaded: Promise<void> | null = null;
  private from = 0;
  private fetching = 0;
  private waiting: (() => void)[] = [];
  private listeners = new Set<() => void>();
  private project: Heard = {};
  private state: Board = {
    pads: {},
    asked: { bpm: 0, key: "" },
    session: { bpm: 120, key: "", meter: "4/4" },
    known: false,
    playing: Array(SIZE).fill(null),
    next: Array(SIZE).fill(null),
    running: false,
    recording: "off",
    volume: 1,
  };
  /** Told of what could not be done, and of what was. */
  onwords: (text: string) => void = () => undefined;
  /** A clip was recorded. */
  onclip: (clip: FullClip) => void = () => undefined;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
  snapshot = () => this.state;
  private set(some: Partial<Board>) {
    this.state = { ...this.state, ...some };
    this.listeners.forEach((listener) => listener());
  }

  /** The pads as they were left. */
  load(): Promise<void> {
    this.loaded ??= api<Kept>("pads").then(
      (kept) => {
        const before = Object.values(this.state.pads),
          pads: Record<string, Pad> = {};
        for (const [cell, clip] of Object.entries(kept.clips)) {
          const same = before.find(
            (pad) => pad.clip.id === clip.id && JSON.stringify(pad.clip.steps) === JSON.stringify(clip.steps),
          );
          pads[cell] = { clip, buffer: same?.buffer ?? null, why: "" };
        }
        this.set({ pads, asked: { bpm: kept.bpm, key: kept.key }, known: true });
        this.settle();
        Object.keys(this.state.pads)
          .filter((cell) => !this.state.pads[cell].buffer)
          .forEach((cell) => void this.fetch(cell));
      },
      (error) => {
        this.loaded = null;
        this.onwords(error.message);
      },
    );
    return this.loaded;
  }

  /** The pads are shut: all is silent, and they are read anew when they open. */
  leave(): void {
    this.silence();
    this.loaded = null;
  }

  private keep(): void {
    const { pads, asked } = this.state;
    const cells = Object.fromEntries(Object.entries(pads).map(([cell, pad]) => [cell, pad.clip.id]));
    api("pads", "PUT", { cells, ...asked }).catch((error) => this.onwords(error.message));
  }

  /** Follow the project's tempo, key and meter, where none was typed here. */
  follow(project: Heard): void {
    this.project = project;
    this.settle();
  }

  ask(asked: Partial<Asked>): void {
    this.set({ asked: { ...this.state.asked, ...asked } });
    this.settle();
    this.keep();
  }

  /** The session in effect. Another tempo or key means other sounds: what plays ends. */
  private settle(): void {
    const { asked, pads, session: before } = this.state;
    const first = Object.values(pads).find((pad) => pad.clip.bpm)?.clip;
    const session = {
      bpm: asked.bpm || this.project.bpm || first?.bpm || 120,
      key: asked.key || this.project.key || "",
      meter: this.project.meter || first?.record.meter || "4/4",
    };
    if (JSON.stringify(session) === JSON.stringify(before)) return;
    const other = session.bpm !== before.bpm || session.key !== before.key;
    if (this.state.running) this.silence();
    this.set({
      session,
      pads: other
        ? Object.fromEntries(Object.entries(pads).map(([cell, pad]) => [cell, { ...pad, buffer: null, why: "" }]))
        : pads,
    });
    if (other) Object.keys(pads).forEach((cell) => void this.fetch(cell));
  }

  /** A clip's sound in the session's tempo and key, made by the daemon where it has another. */
  private async fetch(cell: string): Promise<void> {
    const pad = this.state.pads[cell],
      { session } = this.state;
    if (!pad) return;
    let found: Partial<Pad>;
    try {
      if (!canHear(pad.clip)) throw new Error(say("noInstrument"));
      const fit = { bpm: session.bpm, key: session.key || undefined };
      const url = audioUrl(pad.clip.id, versionOf({ ...pad.clip, edited: pad.clip.steps.length > 0 }), fit);
      found = {
        buffer: await this.inTurn(async () => this.sound().decodeAudioData(await sound(url))),
        why: "",
      };
    } catch (error) {
      found = { buffer: null, why: (error as Error).message };
    }
    const now = this.state.pads[cell];
    if (
      now?.clip.id !== pad.clip.id ||
      this.state.session.bpm !== session.bpm ||
      this.state.session.key !== session.key
    )
      return;
    this.set({ pads: { ...this.state.pads, [cell]: { ...now, ...found } } });
  }

  /** A few at once: a browser has six connections to a server, and the page needs some meanwhile. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (this.fetching >= AT_ONCE) await new Promise<void>((next) => this.waiting.push(next));
    this.fetching++;
    try {
      return await work();
    } finally {
      this.fetching--;
      this.waiting.shift()?.();
    }
  }

  private sound(): AudioContext {
    if (!this.context) {
      this.context = new AudioContext();
      this.bus = new GainNode(this.context, { gain: HEADROOM * this.state.volume ** 2 });
      this.bus.connect(this.context.destination);
      this.columns = Array.from({ length: SIZE }, () => {
        const column = new GainNode(this.context!);
        column.connect(this.bus!);
        return column;
      });
    }
    return this.context;
  }

  // -- laying clips

  /** Lay a clip on a pad; what was there goes. */
  async lay(cell: string, id: string): Promise<void> {
    await this.load();
    try {
      const clip = await api<FullClip>(`clips/${id}`);
      this.set({ pads: { ...this.state.pads, [cell]: { clip, buffer: null, why: "" } } });
      this.settle();
      this.keep();
      await this.fetch(cell);
    } catch (error) {
      this.onwords((error as Error).message);
    }
  }

  /** Lay a clip where its part is played, else on the first free column. Returns what was done, in words. */
  async add(clip: Clip): Promise<string> {
    await this.load();
    const full = await api<FullClip>(`clips/${clip.id}`),
      { pads } = this.state;
    const column = (number: number) => Array.from({ length: SIZE }, (_, row) => pads[cellOf(row, number)]);
    const free = (number: number) => column(number).findIndex((pad) => !pad);
    const all = Array.from({ length: SIZE }, (_, number) => number);
    const same = all.find(
      (number) => free(number) >= 0 && column(number).some((pad) => pad && partOf(pad.clip) === partOf(full)),
    );
    const chosen =
      same ?? all.find((number) => column(number).every((pad) => !pad)) ?? all.find((number) => free(number) >= 0);
    if (chosen === undefined) return say("full");
    const row = free(chosen);
    await this.lay(cellOf(row, chosen), clip.id);
    return say("laid", { row: row + 1, column: chosen + 1 });
  }

  clear(cell: string): void {
    const { [cell]: gone, ...pads } = this.state.pads;
    if (!gone) return;
    if (this.state.playing[columnOf(cell)] === cell || this.state.next[columnOf(cell)] === cell)
      this.stop(columnOf(cell));
    this.set({ pads });
    this.keep();
  }

  /** Change two pads with each other. */
  swap(from: string, to: string): void {
    const { [from]: one, [to]: other, ...pads } = this.state.pads;
    if (!one) return;
    this.set({ pads: { ...pads, [to]: one, ...(other ? { [from]: other } : {}) } });
    this.keep();
  }

  // -- playing

  /** Launch a pad on the next bar; one that sounds is stopped. */
  launch(cell: string): void {
    const column = columnOf(cell),
      { pads, playing, next } = this.state,
      pad = pads[cell];
    if (!pad) return this.stop(column);
    if ((next[column] ?? playing[column]) === cell) return this.stop(column);
    if (pad.why) return this.onwords(pad.why);
    if (!pad.buffer) return this.onwords(say("loading"));
    this.begin();
    this.put(column, cell);
  }

  /** A row: its clips, and silence where it has none. */
  scene(row: number): void {
    const cells = Array.from({ length: SIZE }, (_, column) => cellOf(row, column));
    if (!cells.some((cell) => this.state.pads[cell]?.buffer)) return this.onwords(say("emptyScene", { row: row + 1 }));
    this.begin();
    cells.forEach((cell, column) => {
      if (this.state.pads[cell]?.buffer) {
        if (this.state.playing[column] !== cell) this.put(column, cell);
      } else this.stop(column);
    });
  }

  stop(column: number): void {
    if (this.clock) this.put(column, null);
  }

  stopAll(): void {
    for (let column = 0; column < SIZE; column++) this.stop(column);
  }

  private begin(): void {
    const context = this.sound();
    void context.resume();
    if (this.clock) return;
    player.stop();
    const { bpm, meter } = this.state.session;
    this.clock = new BarClock(context.currentTime + LEAD_S, (quartersPerBar(meter) * 60) / bpm, context.sampleRate);
    this.voices = [];
    if (this.state.recording === "armed") {
      this.from = 0;
      this.set({ recording: "on" });
    }
    this.timer = window.setInterval(() => this.wake(), WAKE_MS);
    this.set({ running: true });
  }

  private put(column: number, cell: string | null): void {
    const clock = this.clock!,
      context = this.context!;
    const bar = clock.nextBar(context.currentTime);
    for (const voice of this.voices) {
      if (columnOf(voice.cell) !== column || (voice.end !== null && voice.end <= bar)) continue;
      voice.stopAt(bar);
    }
    this.voices = this.voices.filter(
      (voice) => !(columnOf(voice.cell) === column && voice.end !== null && voice.end <= voice.start),
    );
    const pad = cell && this.state.pads[cell];
    if (pad && pad.buffer) {
      const { clip } = pad,
        loops = (clip.kind === "loop" || clip.kind === "midi") && clip.bars && clip.bpm;
      const bars = loops
        ? (clip.bars! * quartersPerBar(clip.record.meter)) / quartersPerBar(this.state.session.meter)
        : 0;
      this.voices.push(new Voice(cell, clip.id, bar, bars, pad.buffer, clock, this.columns[column]));
    }
    const next = [...this.state.next];
    next[column] = cell ?? "";
    this.set({ next });
    this.wake();
  }

  /** Hand over what sounds soon, and say what sounds now. */
  private wake(): void {
    const clock = this.clock,
      context = this.context;
    if (!clock || !context) return;
    const now = context.currentTime,
      bar = clock.barAt(now);
    const playing: (string | null)[] = Array(SIZE).fill(null),
      next: (string | null)[] = Array(SIZE).fill(null);
    let later = false;
    for (const voice of this.voices) {
      voice.schedule(now);
      const column = columnOf(voice.cell),
        ended = voice.end !== null && voice.end <= bar;
      if (ended) continue;
      if (voice.start > bar) {
        next[column] = voice.cell;
        later = true;
      } else {
        playing[column] = voice.cell;
        if (voice.end !== null) next[column] ??= "";
      }
    }
    const same = (one: unknown[], other: unknown[]) => one.every((value, place) => value === other[place]);
    if (!same(playing, this.state.playing) || !same(next, this.state.next)) this.set({ playing, next });
    const silent = !later && playing.every((cell) => cell === null);
    if (silent && this.state.recording !== "on") this.silence();
  }

  /** End all at once, and the clock. */
  silence(): void {
    window.clearInterval(this.timer);
    this.voices.forEach((voice) => voice.kill());
    if (this.state.recording === "on") {
      this.onwords(say("recordingLost"));
      this.set({ recording: "off" });
    }
    this.clock = null;
    this.set({ running: false, playing: Array(SIZE).fill(null), next: Array(SIZE).fill(null) });
  }

  /** Bars since the start, with their fraction; null while nothing runs. */
  position(): number | null {
    return this.clock && this.context ? this.clock.barAt(this.context.currentTime) : null;
  }

  setVolume(volume: number): void {
    if (this.bus) this.bus.gain.value = HEADROOM * volume ** 2;
    this.set({ volume });
  }

  // -- recording

  /** Begin on the next bar, or with the first launch; a second time ends it on the next bar and makes a clip. */
  record(): void {
    const { recording } = this.state;
    if (recording === "armed") this.set({ recording: "off" });
    else if (recording === "on") void this.finish();
    else if (recording === "off") {
      if (this.clock && this.context) {
        this.from = this.clock.nextBar(this.context.currentTime);
        this.set({ recording: "on" });
      } else this.set({ recording: "armed" });
    }
  }

  private async finish(): Promise<void> {
    const clock = this.clock!,
      context = this.context!;
    const to = Math.max(this.from + 1, clock.nextBar(context.currentTime, 0));
    this.set({ recording: "saving" });
    // what is launched until that bar belongs to it
    await new Promise((done) => setTimeout(done, Math.max(0, clock.timeOf(to) - context.currentTime) * 1000));
    const { bpm, key, meter } = this.state.session;
    const plays = this.voices
      .filter((voice) => voice.start < to && (voice.end ?? to) > this.from)
      .map((voice) => ({
        clip: voice.clip,
        start: Math.max(voice.start, this.from) - this.from,
        end: Math.min(voice.end ?? to, to) - this.from,
        offset: Math.max(0, this.from - voice.start),
      }));
    const turn = ++this.turn;
    try {
      if (!plays.length) throw new Error(say("nothingPlayed"));
      const made = await api<FullClip>("performances", "POST", {
        bpm,
        key: key || null,
        meter,
        bars: to - this.from,
        plays,
      });
      this.onwords(say("recorded", { bars: to - this.from, name: made.name }));
      this.onclip(made);
    } catch (error) {
      this.onwords((error as Error).message);
    }
    if (turn === this.turn) this.set({ recording: "off" });
  }
}

export const board = new PadBoard();
export const useBoard = (): Board => useSyncExternalStore(board.subscribe, board.snapshot);
// for measuring: the clock, and each column's way out
Object.assign(window, { sidecratePads: board });
