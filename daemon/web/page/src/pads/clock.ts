/** The bars of a session on an audio clock: each begins on a whole frame, as the daemon's recording of it does. */
export class BarClock {
  constructor(
    readonly zero: number,
    readonly barS: number,
    readonly rate: number,
  ) {}

  /** Seconds at which a bar begins; it may lie between two bars. */
  timeOf(bar: number): number {
    return (Math.round(this.zero * this.rate) + Math.round(bar * this.barS * this.rate)) / this.rate;
  }

  /** Bars since the start, with their fraction. */
  barAt(time: number): number {
    return (time - this.zero) / this.barS;
  }

  /** The next bar that can still be reached at `time`. */
  nextBar(time: number, leadS = 0.02): number {
    return Math.max(0, Math.ceil(this.barAt(time + leadS) - 1e-6));
  }
}
