import { Clip, FullClip } from "../api/client";

const QUARTERS: Record<string, number> = { "2/4": 2, "3/4": 3, "4/4": 4, "5/4": 5, "6/8": 3, "7/8": 3.5 };
export const quartersPerBar = (meter?: string) => QUARTERS[meter ?? "4/4"] ?? 4;

export interface Grid {
  beats: number;
  perBar: number;
  quarterS: number;
  firstS: number;
}

/** Where a clip's beats lie; null where it has none. Beats are quarters; `perBar` may be 3.5. */
export function gridOf(clip: Clip | null, meter?: string, downbeatS = 0): Grid | null {
  if (!clip?.bpm || !clip.seconds || !["loop", "track", "midi", "vocal"].includes(clip.kind)) return null;
  const quarterS = 60 / clip.bpm;
  return { beats: clip.seconds / quarterS, perBar: quartersPerBar(meter), quarterS, firstS: downbeatS };
}

/** Steps after which beats lie elsewhere in the clip. Another tempo leaves each at its share of it. */
const MOVES_BEATS = ["trim", "section", "reverse", "slices"];

/** The clip in the tempo and length that its edits give it; null where they move its beats, or are not known. */
export function asEdited(clip: Clip, full: FullClip | null): Clip | null {
  if (full === null || full.steps.some((step) => MOVES_BEATS.includes(step.do))) return null;
  const tempo = full.steps.filter((step) => step.do === "tempo").at(-1);
  if (!tempo || !clip.bpm) return clip;
  const bpm = Number(tempo.bpm);
  return { ...clip, bpm, seconds: clip.seconds && (clip.seconds * clip.bpm) / bpm };
}

/** `2.3`: the third beat of the second bar. */
export function placeOf(grid: Grid, seconds: number): string {
  const quarters = Math.max(0, (seconds - grid.firstS) / grid.quarterS + 1e-6);
  const bar = Math.floor(quarters / grid.perBar);
  return `${bar + 1}.${Math.floor(quarters - bar * grid.perBar) + 1}`;
}
