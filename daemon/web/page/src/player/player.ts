// Loops without a gap: the whole clip lies in memory and the sound card's clock repeats it, which an <audio> element cannot.

import { useSyncExternalStore } from "react";
import { audioUrl, Clip, sound } from "../api/client";
import { mix } from "../inspector/mix";

/** Decoded sounds kept, the least recently used first out: a click on one of them sounds at once. */
const KEPT = 12;

/** Longer sounds are fetched only when they are played. */
const LONGEST_PREPARED_S = 60;

export type Version = "original" | "edited" | "heard";
export interface Heard {
  /** What lies in the player, playing or not. */
  clip: Clip | null;
  version: Version;
  playing: boolean;
  /** The part that repeats, as fractions of the clip; null: all of it. */
  region: [number, number] | null;
  volume: number;
  /** The project's tempo and key that it is heard in; empty: its own. */
  fit: { bpm?: number; key?: string };
  seconds: number;
}

class Player {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;
  private buffer: AudioBuffer | null = null;
  private kept = new Map<string, Promise<AudioBuffer>>();
  private turn = 0;
  private began = 0;
  private offset = 0;
  /** Where it stands while nothing sounds, in seconds. */
  private rest = 0;
  private gain: GainNode | null = null;
  private analyser: AnalyserNode | null = null;
  private samples = new Float32Array(2048);
  private listeners = new Set<() => void>();
  private state: Heard = {
    clip: null,
    version: "original",
    playing: false,
    region: null,
    volume: 1,
    fit: {},
    seconds: 0,
  };
  /** Told of what cannot be played. */
  onfault: (text: string) => void = () => undefined;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
  snapshot = () => this.state;
  private set(some: Partial<Heard>) {
    this.state = { ...this.state, ...some };
    this.listeners.forEach((listener) => listener());
  }

  /** Put a clip into the player without playing it. What plays goes on. */
  show(clip: Clip): void {
    if (this.state.playing) return;
    const other = this.state.clip?.id !== clip.id;
    // read anew, it stays the version that was chosen; its first edit, or its last one gone, is another matter
    const same = !other && this.state.clip?.edited === clip.edited;
    if (other) {
      this.buffer = null;
      this.rest = 0;
    }
    this.set({
      clip,
      version: same ? this.state.version : versionOf(clip),
      seconds: clip.seconds ?? 0,
      ...(other ? { region: null } : {}),
    });
  }

  async play(clip: Clip, version: Version = versionOf(clip), at?: number): Promise<void> {
    const turn = ++this.turn;
    const same = this.state.clip?.id === clip.id;
    const from = at ?? (same && !this.state.playing ? this.rest / (this.buffer?.duration || 1) : 0);
    this.silence();
    this.set({ clip, version, playing: true, seconds: clip.seconds ?? 0, ...(same ? {} : { region: null }) });
    try {
      this.context ??= new AudioContext();
      const woken = this.context.resume();
      const buffer = await this.fetched(clip, version);
      await woken;
      if (turn !== this.turn) return;
      this.start(buffer, from);
    } catch (error) {
      if (turn !== this.turn) return;
      this.set({ playing: false });
      this.onfault((error as Error).message);
    }
  }

  /** Fetch a sound that may be clicked next: the pointer or the focus is on its clip. */
  prepare(clip: Clip): void {
    const version = versionOf(clip);
    if (version !== "original" || (clip.seconds ?? 0) > LONGEST_PREPARED_S) return;
    this.context ??= new AudioContext();
    this.fetched(clip, version).catch(() => undefined);
  }

  private fetched(clip: Clip, version: Version): Promise<AudioBuffer> {
    const url = audioUrl(clip.id, version, this.state.fit);
    // an edited sound is another one after each step
    const name = version === "original" ? url : "";
    const before = name ? this.kept.get(name) : undefined;
    if (before) {
      this.kept.delete(name);
      this.kept.set(name, before);
      return before;
    }
    const made = sound(url).then((file) => this.context!.decodeAudioData(file));
    if (name) {
      this.kept.set(name, made);
      made.catch(() => this.kept.delete(name));
      if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    }
    return made;
  }

  private start(buffer: AudioBuffer, from: number): void {
    const context = this.context!;
    if (!this.gain) {
      this.gain = context.createGain();
      this.analyser = context.createAnalyser();
      this.gain.connect(this.analyser).connect(context.destination);
    }
    this.gain.gain.value = this.state.volume ** 2;
    const source = context.createBufferSource();
    source.buffer = buffer;
    // the parts of a mix sound in its stead; it still keeps the time
    const mixed =
      this.state.version !== "original" &&
      !this.state.fit.bpm &&
      !this.state.fit.key &&
      mix.standsFor(this.state.clip!.id);
    if (!mixed) source.connect(this.gain);
    source.onended = () => {
      if (this.source === source) {
        this.source = null;
        this.rest = 0;
        this.set({ playing: false });
      }
    };
    this.buffer = buffer;
    this.offset = Math.min(Math.max(0, from), 0.9999) * buffer.duration;
    this.repeat(source);
    source.start(context.currentTime, this.offset);
    if (mixed) mix.follow(source, context.currentTime, this.offset, this.gain);
    this.began = context.currentTime;
    this.source = source;
    this.set({ seconds: buffer.duration });
  }

  private repeat(source: AudioBufferSourceNode): void {
    const { clip, region } = this.state;
    const seconds = source.buffer!.duration;
    source.loop = region !== null || clip?.kind === "loop" || clip?.kind === "midi";
    source.loopStart = (region?.[0] ?? 0) * seconds;
    source.loopEnd = (region?.[1] ?? 1) * seconds;
    if (region && (this.offset < source.loopStart || this.offset >= source.loopEnd)) this.offset = source.loopStart;
  }

  toggle(clip: Clip | null = this.state.clip): void {
    if (!clip) return;
    if (this.state.playing && this.state.clip?.id === clip.id) this.stop();
    else void this.play(clip);
  }

  stop(): void {
    this.turn++;
    this.rest = this.seconds() ?? this.rest;
    this.silence();
    this.set({ playing: false });
  }

  /** Go on from a fraction of the clip. */
  seek(to: number): void {
    const { clip, version, playing } = this.state;
    if (!clip) return;
    if (playing) void this.play(clip, version, to);
    else {
      this.rest = to * (this.buffer?.duration ?? this.state.seconds);
      this.set({});
    }
  }

  repeatOnly(region: [number, number] | null): void {
    this.set({ region });
    const { clip, version, playing } = this.state;
    const at = this.position();
    if (playing && clip && at !== null)
      void this.play(clip, version, region && (at < region[0] || at >= region[1]) ? region[0] : at);
  }

  /** Hear another version of the clip from the same place. */
  hear(version: Version): void {
    const { clip, playing } = this.state;
    if (!clip) return;
    if (playing) void this.play(clip, version, this.position() ?? 0);
    else {
      this.buffer = null;
      this.set({ version });
    }
  }

  /** Hear the parts of the clip that plays, so that a mixer acts at once. */
  async mix(clip: string, stamp: string): Promise<void> {
    if (!this.context || this.state.clip?.id !== clip) return;
    const before = mix.standsFor(clip);
    if (!(await mix.load(clip, stamp, this.context)) || before) return;
    const { playing, clip: its, version } = this.state;
    // an unedited clip is heard as it is edited from now on
    if (playing && its?.id === clip)
      void this.play(its, version === "original" && !its.edited ? "edited" : version, this.position() ?? 0);
  }

  setVolume(volume: number): void {
    if (this.gain) this.gain.gain.value = volume ** 2;
    this.set({ volume });
  }

  setFit(fit: { bpm?: number; key?: string }): void {
    if (fit.bpm === this.state.fit.bpm && fit.key === this.state.fit.key) return;
    this.set({ fit });
    const { clip, version, playing } = this.state;
    if (playing && clip) void this.play(clip, version, this.position() ?? 0);
  }

  private silence(): void {
    const source = this.source;
    this.source = null;
    source?.stop();
    mix.stop();
  }

  private seconds(): number | null {
    const source = this.source;
    if (!source?.buffer || !this.context) return null;
    const at = this.offset + this.context.currentTime - this.began;
    if (!source.loop) return Math.min(at, source.buffer.duration);
    return at < source.loopEnd
      ? at
      : source.loopStart + ((at - source.loopStart) % (source.loopEnd - source.loopStart));
  }

  /** How far through the clip it is, 0 to 1; null while nothing sounds. */
  position(): number | null {
    const at = this.seconds();
    return at === null ? null : at / this.source!.buffer!.duration;
  }

  /** Where it stands, playing or not, 0 to 1. */
  stands(): number {
    const seconds = this.buffer?.duration ?? this.state.seconds;
    return this.position() ?? (seconds ? Math.min(1, this.rest / seconds) : 0);
  }

  /** The loudest sample of the moment, 0 to 1. */
  level(): number {
    if (!this.analyser) return 0;
    this.analyser.getFloatTimeDomainData(this.samples);
    let most = 0;
    for (const one of this.samples) most = Math.max(most, Math.abs(one));
    return most;
  }
}

/** What a click on a clip plays: its edits, where it has some, and of notes what the musician makes of them. */
export function versionOf(clip: Clip): Version {
  return clip.kind === "midi" ? "heard" : clip.edited ? "edited" : "original";
}

export const player = new Player();
export const usePlayer = (): Heard => useSyncExternalStore(player.subscribe, player.snapshot);
Object.assign(window, { sidecrateLevel: () => player.level() });
