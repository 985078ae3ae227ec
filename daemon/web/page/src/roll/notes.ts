// Notes that are changed by hand: what can be done with them, back and on again, and what differs from those that were loaded.

/** Start and length in quarters, MIDI's number, velocity 1 to 127. */
export type RawNote = [number, number, number, number];
export interface RollNote {
  id: number;
  start: number;
  length: number;
  pitch: number;
  velocity: number;
}
export interface RollPart {
  name: string;
  drums: boolean;
  names: Record<string, string>;
  notes: RollNote[];
}
export interface LoadedNotes {
  bars: number;
  quarters_per_bar: number;
  parts: { name: string; drums: boolean; names: Record<string, string>; notes: RawNote[] }[];
}
export interface Score {
  parts: RollPart[];
}
export interface Change {
  part: string;
  gone: [number, number][];
  new: RawNote[];
}

/** Quarters between the lines of a grid; "t" is a triplet grid. */
export const GRIDS = { "1/4": 1, "1/8": 0.5, "1/8t": 1 / 3, "1/16": 0.25, "1/16t": 1 / 6, "1/32": 0.125 } as const;
export type GridName = keyof typeof GRIDS;
/** The shortest note: a tick more would be a click. */
const SHORTEST = 1 / 32;
const PITCHES = 127;

let next = 1;
const withId = ([start, length, pitch, velocity]: RawNote): RollNote => ({
  id: next++,
  start,
  length,
  pitch,
  velocity,
});
const raw = ({ start, length, pitch, velocity }: RollNote): RawNote => [start, length, pitch, velocity];
/** As ticks of 960 to the quarter tell it apart. */
const round = (quarters: number) => Math.round(quarters * 960) / 960;
const limited = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

export const scoreOf = (loaded: LoadedNotes): Score => ({
  parts: loaded.parts.map((part) => ({ ...part, notes: part.notes.map(withId) })),
});

const inPart = (score: Score, place: number, change: (notes: RollNote[]) => RollNote[]): Score => ({
  parts: score.parts.map((part, one) =>
    one === place
      ? { ...part, notes: change(part.notes).sort((a, b) => a.start - b.start || a.pitch - b.pitch) }
      : part,
  ),
});
const each = (score: Score, place: number, ids: Set<number>, change: (note: RollNote) => RollNote): Score =>
  inPart(score, place, (notes) => notes.map((note) => (ids.has(note.id) ? change(note) : note)));

/** Moved together, so that none leaves the clip or MIDI's range. */
export function moved(
  score: Score,
  place: number,
  ids: Set<number>,
  quarters: number,
  semitones: number,
  end: number,
): Score {
  const those = score.parts[place].notes.filter((note) => ids.has(note.id));
  if (!those.length) return score;
  const earliest = Math.min(...those.map((note) => note.start)),
    latest = Math.max(...those.map((note) => note.start));
  const low = Math.min(...those.map((note) => note.pitch)),
    high = Math.max(...those.map((note) => note.pitch));
  const by = limited(quarters, -earliest, Math.max(0, end - SHORTEST - latest)),
    up = limited(semitones, -low, PITCHES - high);
  return each(score, place, ids, (note) =>
    within({ ...note, start: round(note.start + by), pitch: note.pitch + up }, end),
  );
}

export const lengthened = (score: Score, place: number, ids: Set<number>, quarters: number, end: number): Score =>
  each(score, place, ids, (note) =>
    within({ ...note, length: round(Math.max(SHORTEST, note.length + quarters)) }, end),
  );

export const louder = (score: Score, place: number, ids: Set<number>, by: number): Score =>
  each(score, place, ids, (note) => ({ ...note, velocity: limited(Math.round(note.velocity + by), 1, 127) }));

export const atVelocity = (score: Score, place: number, ids: Set<number>, velocity: number): Score =>
  each(score, place, ids, (note) => ({ ...note, velocity: limited(Math.round(velocity), 1, 127) }));

export const without = (score: Score, place: number, ids: Set<number>): Score =>
  inPart(score, place, (notes) => notes.filter((note) => !ids.has(note.id)));

export function added(score: Score, place: number, note: Omit<RollNote, "id">, end: number): [Score, number] {
  const made = within({ ...note, id: next++, start: round(note.start), length: round(note.length) }, end);
  return [inPart(score, place, (notes) => [...notes, made]), made.id];
}

/** The same once more after them; the copies are chosen then. */
export function doubled(
  score: Score,
  place: number,
  ids: Set<number>,
  grid: number,
  end: number,
): [Score, Set<number>] {
  const those = score.parts[place].notes.filter((note) => ids.has(note.id));
  if (!those.length) return [score, ids];
  const first = Math.min(...those.map((note) => note.start)),
    last = Math.max(...those.map((note) => note.start + note.length));
  const by = Math.max(grid, Math.ceil((last - first) / grid - 1e-6) * grid);
  const copies = those
    .filter((note) => note.start + by < end - SHORTEST)
    .map((note) => within({ ...note, id: next++, start: round(note.start + by) }, end));
  return [inPart(score, place, (notes) => [...notes, ...copies]), new Set(copies.map((note) => note.id))];
}

/** Towards the nearest lines of the grid; what is early for the end stays the last. */
export const quantised = (
  score: Score,
  place: number,
  ids: Set<number>,
  grid: number,
  strength: number,
  end: number,
): Score =>
  each(score, place, ids, (note) => {
    const line = Math.round(note.start / grid) * grid;
    const to =
      line >= end - SHORTEST ? (note.start >= end - grid / 2 && strength === 1 ? end - grid : note.start) : line;
    return within({ ...note, start: round(note.start + (to - note.start) * strength) }, end);
  });

const within = (note: RollNote, end: number): RollNote => ({
  ...note,
  length: Math.max(SHORTEST, Math.min(note.length, end - note.start)),
});

/** What has to be said of the notes so that those loaded become those that stand here; empty where they are the same. */
export function changesBetween(loaded: LoadedNotes, score: Score): Change[] {
  return loaded.parts.flatMap((part, place) => {
    const now = score.parts[place].notes.map(raw);
    const had = new Set(part.notes.map(String)),
      has = new Set(now.map(String));
    const gone = part.notes
      .filter((note) => !has.has(String(note)))
      .map(([start, , pitch]): [number, number] => [start, pitch]);
    const places = new Set(gone.map(String));
    // what goes is known by its place alone, so what stays there comes anew
    const fresh = now.filter((note) => !had.has(String(note)) || places.has(String([note[0], note[2]])));
    return gone.length || fresh.length ? [{ part: part.name, gone, new: fresh }] : [];
  });
}

/** All turns of a score, and where it stands among them. */
export interface History {
  turns: Score[];
  at: number;
}
export const begun = (score: Score): History => ({ turns: [score], at: 0 });
export const now = (history: History): Score => history.turns[history.at];
/** Turns that are kept. */
const KEPT = 200;
export function turned(history: History, score: Score): History {
  if (score === now(history)) return history;
  const turns = [...history.turns.slice(0, history.at + 1), score].slice(-KEPT);
  return { turns, at: turns.length - 1 };
}
export const back = (history: History): History => ({ ...history, at: Math.max(0, history.at - 1) });
export const on = (history: History): History => ({
  ...history,
  at: Math.min(history.turns.length - 1, history.at + 1),
});
