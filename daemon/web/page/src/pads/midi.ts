import { SIZE } from "./board";

/** The lowest note of grids that count on from the lower left, as Push's and most pad banks do. */
const LOWEST = 36;
/** Colours of a Launchpad. */
const OFF = 0,
  LIES = 1,
  PLAYS = 21,
  COMES = 13;

/** The pad of a note, as row and column from the upper left; null where it is none. Launchpads count in tens. */
export function padOf(note: number, tens: boolean): [number, number] | null {
  const fromBelow = tens ? Math.floor(note / 10) - 1 : Math.floor((note - LOWEST) / SIZE);
  const column = tens ? (note % 10) - 1 : (note - LOWEST) % SIZE;
  return fromBelow >= 0 && fromBelow < SIZE && column >= 0 && column < SIZE ? [SIZE - 1 - fromBelow, column] : null;
}

export const noteOf = (row: number, column: number, tens: boolean) =>
  tens ? (SIZE - row) * 10 + column + 1 : LOWEST + (SIZE - 1 - row) * SIZE + column;
const isTens = (name: string | null) => /launchpad/i.test(name ?? "");

export interface Lights {
  (lit: (row: number, column: number) => "off" | "lies" | "plays" | "comes"): void;
}

/** Hear notes of every MIDI input from now on; returns the inputs' names, and what lights a Launchpad. Throws where the browser has none or forbids it. */
export async function hearMidi(
  struck: (note: number, tens: boolean) => void,
): Promise<{ names: string[]; light: Lights; end: () => void }> {
  const access = await navigator.requestMIDIAccess();
  const inputs = [...access.inputs.values()];
  for (const input of inputs)
    input.onmidimessage = (event) => {
      const [status, note, velocity] = event.data ?? [];
      if ((status & 0xf0) === 0x90 && velocity > 0) struck(note, isTens(input.name));
    };
  const light: Lights = (lit) => {
    for (const output of access.outputs.values()) {
      if (!isTens(output.name)) continue;
      for (let row = 0; row < SIZE; row++)
        for (let column = 0; column < SIZE; column++)
          output.send([
            0x90,
            noteOf(row, column, true),
            { off: OFF, lies: LIES, plays: PLAYS, comes: COMES }[lit(row, column)],
          ]);
    }
  };
  return {
    names: inputs.map((input) => input.name ?? "MIDI"),
    light,
    end: () => {
      light(() => "off");
      inputs.forEach((input) => {
        input.onmidimessage = null;
      });
    },
  };
}
