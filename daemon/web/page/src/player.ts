// Loops without a gap: the whole clip lies in memory and the sound card's clock repeats it, which an <audio> element cannot.

export class Player {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;
  private turn = 0;
  private began = 0;
  analyser: AnalyserNode | null = null;

  async play(url: string, loop: boolean, ended: () => void): Promise<void> {
    const turn = ++this.turn;
    this.silence();
    this.context ??= new AudioContext();
    await this.context.resume();
    const answer = await fetch(url);
    if (!answer.ok) throw new Error((await answer.json()).text);
    const buffer = await this.context.decodeAudioData(await answer.arrayBuffer());
    if (turn !== this.turn) return;
    this.analyser ??= this.context.createAnalyser();
    this.analyser.connect(this.context.destination);
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.loop = loop;
    source.connect(this.analyser);
    source.onended = () => { if (this.source === source) { this.source = null; ended(); } };
    source.start();
    this.began = this.context.currentTime;
    this.source = source;
  }

  stop(): void {
    this.turn++;
    this.silence();
  }

  private silence(): void {
    const source = this.source;
    this.source = null;
    source?.stop();
  }

  /** How far through the clip it is, 0 to 1; null while nothing sounds. */
  position(): number | null {
    if (!this.source?.buffer || !this.context) return null;
    const gone = (this.context.currentTime - this.began) / this.source.buffer.duration;
    return this.source.loop ? gone % 1 : Math.min(1, gone);
  }

  /** The loudest sample of the moment, 0 to 1. */
  level(): number {
    if (!this.analyser) return 0;
    const samples = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(samples);
    return samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  }
}

export const player = new Player();
Object.assign(window, { sidecrateLevel: () => player.level() });
