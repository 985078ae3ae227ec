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

/** Steps that move beats. */
const MOVES_BEATS = ["tempo", "trim", "section", "reverse", "slices"];
/** Whether the clip's edits leave its beats where they are. */
export const keepsGrid = (clip: FullClip | null) =>
  clip !== null && !clip.steps.some((step) => MOVES_BEATS.includes(step.do));

/** `2.3`: the third beat of the second bar. */
export function placeOf(grid: Grid, seconds: number): string {
  const quarters = Math.max(0, (seconds - grid.firstS) / grid.quarterS + 1e-6);
  const bar = Math.floor(quarters / grid.perBar);
  return `${bar + 1}.${Math.floor(quarters - bar * grid.perBar) + 1}`;
}
