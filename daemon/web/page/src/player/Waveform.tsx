import { useEffect, useRef, useState } from "react";
import { inTurn } from "../api/in_turn";
import { player } from "./player";

interface Peaks {
  peaks: number[];
  low: number[];
  mid: number[];
  high: number[];
  seconds: number;
}
/** Waveforms kept, so that scrolling back draws at once. */
const KEPT = 300;
const kept = new Map<string, Promise<Peaks>>();

/** Name -> how many still look at it: what scrolled away before its turn came is not asked for. */
const watchers = new Map<string, number>();

function watchPeaks(clip: string, version: string, count: number, stamp: string, told: (peaks: Peaks) => void) {
  const name = `${clip} ${version} ${count} ${stamp}`;
  watchers.set(name, (watchers.get(name) ?? 0) + 1);
  let found = kept.get(name);
  if (!found) {
    found = inTurn<Peaks>(`clips/${clip}/peaks?version=${version}&count=${count}`, () => watchers.has(name));
    found.catch(() => kept.delete(name));
    kept.set(name, found);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  }
  found.then(told, () => undefined);
  return () => {
    const left = watchers.get(name)! - 1;
    if (left) watchers.set(name, left);
    else watchers.delete(name);
  };
}

// One watcher for the widths of all, and one for their colours: a row that scrolls into sight costs little.
const widths = new Map<Element, (width: number) => void>();
const resized = new ResizeObserver((entries) =>
  entries.forEach((entry) => widths.get(entry.target)?.(Math.round(entry.contentRect.width))),
);
function watchWidth(element: Element, told: (width: number) => void): () => void {
  widths.set(element, told);
  resized.observe(element);
  return () => {
    widths.delete(element);
    resized.unobserve(element);
  };
}

const repaints = new Set<() => void>();
let colours: number[][] | null = null;
function repaint(): void {
  colours = null;
  repaints.forEach((draw) => draw());
}
for (const media of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
  matchMedia(media).addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });

/** The colours of bass, middle and bright sound, as the style sheet has them for a canvas. */
function coloursOf(canvas: HTMLCanvasElement): number[][] {
  const style = getComputedStyle(canvas);
  return ["--low", "--mid", "--high"].map((name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number));
}

interface Props {
  clip: string;
  version: string;
  height: number;
  count?: number;
  /** Another value draws it anew: the edits have changed. */
  stamp?: string;
  playing: boolean;
}

/**
 * A clip's waveform: each column in the colour of its bass, middle and bright sound, dimmed where it is not played yet.
 * It is drawn when it is first seen; the sound itself is fetched only when it is played.
 */
export function Waveform({ clip, version, height, count = 400, stamp = "", playing }: Props) {
  const box = useRef<HTMLDivElement>(null),
    canvas = useRef<HTMLCanvasElement>(null),
    played = useRef<HTMLDivElement>(null);
  const [peaks, setPeaks] = useState<Peaks | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => watchWidth(box.current!, setWidth), []);
  useEffect(() => {
    let gone = false;
    let leave = () => {};
    // a row that flies by while scrolling asks for nothing
    const wait = setTimeout(() => {
      leave = watchPeaks(clip, version, count, stamp, (found) => {
        if (!gone) setPeaks(found);
      });
    }, 60);
    return () => {
      gone = true;
      clearTimeout(wait);
      leave();
      setPeaks(null);
    };
  }, [clip, version, count, stamp]);
  useEffect(() => {
    if (!peaks || !width || !canvas.current) return;
    const draw = () => paint(canvas.current!, peaks, width, height);
    draw();
    repaints.add(draw);
    return () => {
      repaints.delete(draw);
    };
  }, [peaks, width, height]);
  useEffect(() => {
    const veil = played.current!;
    if (!playing) {
      veil.style.transform = "scaleX(0)";
      return;
    }
    let frame = 0;
    const move = () => {
      veil.style.transform = `scaleX(${player.position() ?? 0})`;
      frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  return (
    <div className="wave" ref={box} style={{ height }} aria-hidden="true" data-drawn={peaks !== null}>
      <canvas ref={canvas} style={{ width: "100%", height }} />
      <div ref={played} className="played" />
    </div>
  );
}

const BAR_PX = 2,
  GAP_PX = 1;

function paint(canvas: HTMLCanvasElement, peaks: Peaks, width: number, height: number): void {
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d")!;
  context.scale(scale, scale);
  const bands = (colours ??= coloursOf(canvas));
  const most = Math.max(0.02, ...peaks.peaks);
  const bars = Math.max(1, Math.floor(width / (BAR_PX + GAP_PX)));
  const total = peaks.peaks.length;
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor((bar * total) / bars),
      to = Math.max(from + 1, Math.floor(((bar + 1) * total) / bars));
    let peak = 0,
      at = from;
    for (let one = from; one < to; one++)
      if (peaks.peaks[one] >= peak) {
        peak = peaks.peaks[one];
        at = one;
      }
    const shares = [peaks.low[at], peaks.mid[at], peaks.high[at]].map((share) => (share / 100) ** 1.5);
    const sum = shares[0] + shares[1] + shares[2] || 1;
    const mixed = [0, 1, 2].map((channel) =>
      Math.round(shares.reduce((all, share, band) => all + share * bands[band][channel], 0) / sum),
    );
    context.fillStyle = `rgb(${mixed.join()})`;
    const tall = Math.max(1, (peak / most) * (height - 2));
    context.fillRect(bar * (BAR_PX + GAP_PX), (height - tall) / 2, BAR_PX, tall);
  }
}
