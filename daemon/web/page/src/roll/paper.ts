// Where things lie on the paper of the piano roll.

import type { RollPart } from "./notes";

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const BLACK = [1, 3, 6, 8, 10];
const LEAST_ROWS = 18;
/** A stroke is drawn as short as it is heard. */
const STROKE_QUARTERS = 0.2;

/** The middle C is C3, as in Live. */
export const nameOf = (pitch: number) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 2}`;
export const isBlack = (pitch: number) => BLACK.includes(pitch % 12);
export const nameIn = (part: RollPart, pitch: number) =>
  part.drums ? (part.names[pitch] ?? String(pitch)) : nameOf(pitch);
export const drawnLength = (part: RollPart, length: number) =>
  part.drums ? Math.min(length, STROKE_QUARTERS) : length;

/** The pitches of the rows, from above. */
export function rowsOf(part: RollPart): number[] {
  const pitches = part.notes.map((note) => note.pitch);
  if (part.drums)
    return [...new Set([...Object.keys(part.names).map(Number), ...pitches])].sort((one, other) => other - one);
  let high = Math.max(60, ...pitches) + 3,
    low = Math.min(pitches.length ? 127 : 60, ...pitches) - 3;
  if (pitches.length) high = Math.max(...pitches) + 3;
  while (high - low + 1 < LEAST_ROWS) {
    high++;
    low--;
  }
  high = Math.min(127, high);
  low = Math.max(0, low);
  return Array.from({ length: high - low + 1 }, (_, row) => high - row);
}
