// A plain instrument in the browser, to hear notes while they are changed: the musician plays them once they are saved.

import type { RollPart, Score } from "./notes";

/** How far ahead notes are handed to the sound card. */
const AHEAD_S = 0.12,
  EVERY_MS = 40;
/** A note that is only touched. */
const TOUCH_S = 0.3;
const LEVEL = 0.22;

let context: AudioContext | null = null;
let hiss: AudioBuffer | null = null;

function ready(): AudioContext {
  context ??= new AudioContext();
  void context.resume();
  if (!hiss) {
    hiss = context.createBuffer(1, context.sampleRate / 2, context.sampleRate);
    const samples = hiss.getChannelData(0);
    for (let place = 0; place < samples.length; place++) samples[place] = Math.random() * 2 - 1;
  }
  return context;
}

function envelope(at: number, level: number, fallS: number, out: AudioNode): GainNode {
  const gain = context!.createGain();
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(level, at + 0.004);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + fallS);
  gain.connect(out);
  return gain;
}

function tone(out: AudioNode, at: number, pitch: number, lengthS: number, level: number): void {
  const voice = context!.createOscillator();
  voice.type = "triangle";
  voice.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
  voice.connect(envelope(at, level, Math.max(0.08, lengthS), out));
  voice.start(at);
  voice.stop(at + Math.max(0.1, lengthS) + 0.02);
}

/** Kinds of drums by a word in their names: where their noise lies, how long it rings, and the pitch of those that have one. */
const STRUCK: [RegExp, number, number, number][] = [
  [/kick/, 0, 0.22, 110],
  [/tom|conga|bongo|timbale/, 0, 0.25, 180],
  [/hat|shaker|tambourine|maraca/, 7500, 0.06, 0],
  [/open|crash|ride|cymbal|gong/, 6500, 0.4, 0],
  [/snare|clap|snap|brush/, 1800, 0.16, 0],
];

function strike(out: AudioNode, at: number, name: string, level: number): void {
  const [, hz, fallS, pitch] = [...STRUCK].reverse().find(([word]) => word.test(name)) ?? [/./, 3000, 0.08, 0];
  if (pitch) {
    const voice = context!.createOscillator();
    voice.frequency.setValueAtTime(pitch * 1.6, at);
    voice.frequency.exponentialRampToValueAtTime(pitch * 0.45, at + fallS * 0.6);
    voice.connect(envelope(at, level * 1.6, fallS, out));
    voice.start(at);
    voice.stop(at + fallS + 0.02);
    return;
  }
  const voice = context!.createBufferSource(),
    filter = context!.createBiquadFilter();
  voice.buffer = hiss;
  filter.type = "highpass";
  filter.frequency.value = hz;
  voice.connect(filter).connect(envelope(at, level, fallS, out));
  voice.start(at);
  voice.stop(at + fallS + 0.02);
}

function sound(
  out: AudioNode,
  part: Pick<RollPart, "drums" | "names">,
  pitch: number,
  velocity: number,
  at: number,
  lengthS: number,
): void {
  const level = LEVEL * (velocity / 127) ** 1.4;
  if (part.drums) strike(out, at, part.names[pitch] ?? "", level);
  else tone(out, at, pitch, lengthS, level);
}

/** Let one note be heard. */
export function touch(part: RollPart, pitch: number, velocity: number): void {
  const its = ready();
  sound(its.destination, part, pitch, velocity, its.currentTime, TOUCH_S);
}

/** Plays the notes round and round as they are changed. `score` is asked anew for each stretch. */
export class Rounds {
  private began = 0;
  private until = 0;
  private timer = 0;
  private out: GainNode | null = null;

  constructor(
    private readonly score: () => Score,
    private readonly quarters: number,
    private readonly bpm: number,
  ) {}

  start(): void {
    const its = ready();
    this.out = its.createGain();
    this.out.connect(its.destination);
    this.began = its.currentTime + 0.06;
    this.until = 0;
    this.timer = window.setInterval(() => this.hand(), EVERY_MS);
    this.hand();
  }

  stop(): void {
    clearInterval(this.timer);
    this.out?.disconnect();
    this.out = null;
  }

  /** Where it stands, in quarters; null while it is silent. */
  at(): number | null {
    if (!this.out) return null;
    return Math.max(0, ((context!.currentTime - this.began) * this.bpm) / 60) % this.quarters;
  }

  private hand(): void {
    const quarterS = 60 / this.bpm;
    const to = (context!.currentTime + AHEAD_S - this.began) / quarterS;
    for (let round = Math.floor(this.until / this.quarters); round <= Math.floor(to / this.quarters); round++) {
      for (const part of this.score().parts)
        for (const note of part.notes) {
          const at = round * this.quarters + note.start;
          if (at >= this.until && at < to)
            sound(
              this.out!,
              part,
              note.pitch,
              note.velocity,
              Math.max(context!.currentTime, this.began + at * quarterS),
              note.length * quarterS,
            );
        }
    }
    this.until = Math.max(this.until, to);
  }
}
