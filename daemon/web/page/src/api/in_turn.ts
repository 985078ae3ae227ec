import { api } from "./client";

/**
 * Waveforms and chords asked for at once. A browser keeps six connections to a server, and one of them brings the
 * events: more would leave none for a search or a sound, since the server looks at one clip after the other.
 */
const AT_ONCE = 2;
let underWay = 0;
const line: (() => void)[] = [];

/** What the server reads out of a clip's sound. It is not asked for if it is no longer wanted when its turn comes. */
export async function inTurn<T>(path: string, wanted: () => boolean): Promise<T> {
  if (underWay >= AT_ONCE) await new Promise<void>((go) => line.push(go));
  else underWay++;
  try {
    if (!wanted()) throw new Error("nobody looks at it any more");
    return await api<T>(path);
  } finally {
    // the place goes to the next in line
    const next = line.shift();
    if (next) next();
    else underWay--;
  }
}
