import { useSyncExternalStore } from "react";
import { api, sound, Step } from "../api/client";

export interface Channel {
  db: number;
  pan: number;
  mute: boolean;
  solo: boolean;
}
export const FLAT: Channel = { db: 0, pan: 0, mute: false, solo: false };
export interface MixState {
  clip: string;
  ready: boolean;
  loading: boolean;
  why: string;
}
interface Line {
  buffer: AudioBuffer;
  gain: GainNode;
  pan: StereoPannerNode;
  meter: AnalyserNode;
}
/** Steps that the mixer sets: the parts are heard without them, and moved by hand. */
const MIXED = ["level", "pan", "mute", "solo"];
/** What the parts of a clip sound like: its other steps. */
export const stampOf = (steps: Step[]) => JSON.stringify(steps.filter((step) => !MIXED.includes(step.do)));
/** So quickly a fader follows the hand: slower than a click, faster than is noticed. */
const GLIDE_S = 0.012;

/**
 * A clip's parts, heard one by one while its mixer is moved: they stand in for the rendered sound in the player, and what
 * is let go is rendered by the daemon as before.
 */
class Mix {
  /** Whether the mixer is on the page, and tells of its channels. */
  isShown = false;
  private lines = new Map<string, Line>();
  private sources: AudioBufferSourceNode[] = [];
  private channels: Record<string, Channel> = {};
  private context: AudioContext | null = null;
  private turn = 0;
  private samples = new Float32Array(1024);
  private listeners = new Set<() => void>();
  private state: MixState = { clip: "", ready: false, loading: false, why: "" };
  /** The steps beside the mixer's, which the parts were rendered with. */
  private stamp = "";

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
  snapshot = () => this.state;
  private set(some: Partial<MixState>) {
    this.state = { ...this.state, ...some };
    this.listeners.forEach((listener) => listener());
  }

  /** Fetch a clip's parts, unless they are there. `stamp` is another one when other steps change their sound. */
  async load(clip: string, stamp: string, context: AudioContext): Promise<boolean> {
    if (this.state.clip === clip && this.stamp === stamp) return this.state.ready;
    this.drop();
    const turn = ++this.turn;
    this.stamp = stamp;
    this.context = context;
    this.set({ clip, loading: true });
    try {
      const parts = await api<string[]>(`clips/${clip}/stems`);
      const made = await Promise.all(
        parts.map(async (part): Promise<[string, AudioBuffer]> => {
          const file = await sound(`/api/clips/${clip}/stems/${encodeURIComponent(part)}`);
          return [part, await context.decodeAudioData(file)];
        }),
      );
      if (turn !== this.turn) return false;
      this.lines = new Map(
        made.map(([part, buffer]) => {
          // both sides even of one channel, so that the panner's law is that of the renderer
          const gain = new GainNode(context, { channelCount: 2, channelCountMode: "explicit" }),
            pan = new StereoPannerNode(context),
            meter = new AnalyserNode(context, { fftSize: 1024 });
          gain.connect(pan).connect(meter);
          return [part, { buffer, gain, pan, meter }];
        }),
      );
      this.set({ ready: true, loading: false });
      this.apply(0);
      return true;
    } catch (error) {
      if (turn === this.turn) this.set({ loading: false, why: (error as Error).message });
      return false;
    }
  }

  drop(): void {
    this.turn++;
    this.stop();
    this.lines.forEach((line) => line.meter.disconnect());
    this.lines.clear();
    this.stamp = "";
    this.set({ clip: "", ready: false, loading: false, why: "" });
  }

  /** Whether it holds this clip's parts with these steps, or is about to. */
  isOf(clip: string, stamp: string): boolean {
    return this.state.clip === clip && this.stamp === stamp;
  }

  /** Whether the parts stand in for this clip's sound. */
  standsFor(clip: string): boolean {
    return this.state.ready && this.state.clip === clip;
  }

  /** Play all parts as `lead` is played, from the same place. */
  follow(lead: AudioBufferSourceNode, when: number, offset: number, out: AudioNode): void {
    this.stop();
    this.lines.forEach(({ buffer, gain, meter }) => {
      const { loop, loopStart, loopEnd } = lead;
      const source = new AudioBufferSourceNode(lead.context, { buffer, loop, loopStart, loopEnd });
      source.connect(gain);
      meter.connect(out);
      source.start(when, offset);
      this.sources.push(source);
    });
  }

  stop(): void {
    this.sources.forEach((source) => source.stop());
    this.sources = [];
  }

  /** What the mixer shows, heard at once. */
  setAll(channels: Record<string, Channel>): void {
    this.channels = channels;
    this.apply(GLIDE_S);
  }

  private apply(glideS: number): void {
    const now = this.context?.currentTime ?? 0,
      solo = Object.values(this.channels).some((one) => one.solo);
    this.lines.forEach((line, part) => {
      const { db, pan, mute, solo: own } = this.channels[part] ?? FLAT;
      const level = mute || (solo && !own) ? 0 : 10 ** (db / 20);
      if (glideS) {
        line.gain.gain.setTargetAtTime(level, now, glideS);
        line.pan.pan.setTargetAtTime(pan, now, glideS);
      } else {
        line.gain.gain.value = level;
        line.pan.pan.value = pan;
      }
    });
  }

  /** The loudest sample of a part at the moment, 0 to 1. */
  level(part: string): number {
    const line = this.lines.get(part);
    if (!line || !this.sources.length) return 0;
    line.meter.getFloatTimeDomainData(this.samples);
    let most = 0;
    for (const one of this.samples) most = Math.max(most, Math.abs(one));
    return most;
  }
}

export const mix = new Mix();
export const useMix = (): MixState => useSyncExternalStore(mix.subscribe, mix.snapshot);
Object.assign(window, { sidecrateMix: mix });
