import { BarClock } from "./clock";

/** Rounds are handed to the audio clock this long before they sound: a tab in the background wakes once a second. */
const AHEAD_S = 1.6;
/** Fade where a clip is cut. */
const FADE_S = 0.005;

/** One clip from the bar it was launched at to the bar it is stopped at, round after round. */
export class Voice {
  /** The bar it ends at; null while nobody has stopped it. */
  end: number | null = null;
  private turn = 0;
  private rounds: { source: AudioBufferSourceNode; at: number }[] = [];
  private out: GainNode;

  /** `bars` is the length of one round; 0: it is heard once. */
  constructor(
    readonly cell: string,
    readonly clip: string,
    readonly start: number,
    readonly bars: number,
    private buffer: AudioBuffer,
    private clock: BarClock,
    to: AudioNode,
  ) {
    this.out = new GainNode(to.context);
    this.out.connect(to);
    if (bars === 0) this.end = start + buffer.duration / clock.barS + 1e-3;
  }

  /** The times at which its rounds begin, those that are handed over. */
  get starts(): number[] {
    return this.rounds.map((round) => round.at);
  }

  /** Hand over what sounds soon. */
  schedule(now: number): void {
    while (this.turn === 0 || this.bars > 0) {
      const bar = this.start + this.turn * this.bars,
        at = this.clock.timeOf(bar);
      if (at > now + AHEAD_S || (this.end !== null && bar >= this.end - 1e-6)) return;
      const source = new AudioBufferSourceNode(this.out.context, { buffer: this.buffer, loop: this.bars > 0 });
      source.connect(this.out);
      source.start(at);
      if (this.bars > 0) source.stop(this.clock.timeOf(bar + this.bars));
      this.rounds.push({ source, at });
      this.rounds = this.rounds.filter((round) => round.source === source || round.at > now - 60);
      this.turn++;
    }
  }

  /** End it at a bar. */
  stopAt(bar: number): void {
    this.end = Math.max(bar, this.start);
    const time = this.clock.timeOf(this.end);
    for (const { source, at } of this.rounds) {
      if (at >= time) {
        source.onended = null;
        source.stop();
        source.disconnect();
      } else source.stop(time);
    }
    if (this.end > this.start) {
      this.out.gain.setValueAtTime(1, Math.max(0, time - FADE_S));
      this.out.gain.linearRampToValueAtTime(0, time);
    }
  }

  /** Silence it now. */
  kill(): void {
    for (const { source } of this.rounds) {
      try {
        source.stop();
      } catch {
        /* it has ended */
      }
    }
    this.out.disconnect();
  }
}
