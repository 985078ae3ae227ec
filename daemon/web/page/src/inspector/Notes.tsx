import { useEffect, useRef, useState } from "react";
import { api, FullClip } from "../api/client";
import { player, usePlayer } from "../player/player";

interface Part { name: string; drums: boolean; names: Record<string, string>; notes: [number, number, number, number][] }
interface ClipNotes { bars: number; quarters_per_bar: number; parts: Part[] }
const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const BLACK = [1, 3, 6, 8, 10];
const NOTE_PX = 10, LEAST_ROWS = 14, QUARTER_PX = 34;
/** The middle C is C3, as in Live. */
const nameOf = (pitch: number) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 2}`;

/** A clip's notes on a piano roll, a part at a time, with the place that is heard. */
export function Notes({ clip }: { clip: FullClip }) {
  const [found, setFound] = useState<ClipNotes | null>(null);
  const [why, setWhy] = useState("");
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    let gone = false;
    setFound(null); setWhy(""); setChosen(0);
    api<ClipNotes>(`clips/${clip.id}/notes`).then((notes) => { if (!gone) setFound(notes); }, (error) => { if (!gone) setWhy(error.message); });
    return () => { gone = true; };
  }, [clip.id]);
  if (!found) return <p className="quiet" role="status">{why || "Reading the notes…"}</p>;
  const part = found.parts[Math.min(chosen, found.parts.length - 1)];
  return (
    <>
      <div className="chips" role="group" aria-label="Whose notes are shown">{found.parts.map((one, place) => (
        <button key={place} className="chip" aria-pressed={place === chosen} onClick={() => setChosen(place)}>{one.name || `part ${place + 1}`} <span className="quiet">{one.notes.length}</span></button>))}</div>
      <Roll part={part} bars={found.bars} perBar={found.quarters_per_bar} clip={clip} />
      {clip.steps.length > 0 && <p className="quiet">These are the notes as they were made, without the edits.</p>}
    </>
  );
}

function Roll({ part, bars, perBar, clip }: { part: Part; bars: number; perBar: number; clip: FullClip }) {
  const head = useRef<SVGLineElement>(null);
  const { playing, clip: heard } = usePlayer();
  const quarters = bars * perBar, width = quarters * QUARTER_PX;
  const pitches = part.notes.map((note) => note[2]);
  const rows = part.drums ? [...new Set(pitches)].sort((one, other) => other - one) : span(pitches);
  const rowOf = new Map(rows.map((pitch, row) => [pitch, row]));
  const height = rows.length * NOTE_PX;
  const own = heard?.id === clip.id;
  useEffect(() => {
    let frame = 0;
    const move = () => {
      const at = own ? player.stands() * width : -9;
      head.current?.setAttribute("x1", String(at)); head.current?.setAttribute("x2", String(at));
      if (own && playing) frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [own, playing, width]);
  const told = `${part.name}: ${part.notes.length} notes in ${bars} bars${pitches.length && !part.drums ? `, from ${nameOf(Math.min(...pitches))} to ${nameOf(Math.max(...pitches))}` : ""}`;
  return (
    <div className="roll">
      <div className="pitches" aria-hidden="true">{rows.map((pitch) => <span key={pitch} style={{ height: NOTE_PX }}>{part.drums ? part.names[pitch] : pitch % 12 === 0 ? nameOf(pitch) : ""}</span>)}</div>
      <div className="paper" tabIndex={0} role="img" aria-label={told}>
        <svg width={width} height={height}>
          {rows.map((pitch, row) => <rect key={pitch} className={!part.drums && BLACK.includes(pitch % 12) ? "black" : "white"} x={0} y={row * NOTE_PX} width={width} height={NOTE_PX} />)}
          {Array.from({ length: Math.ceil(quarters) }, (_, beat) => <line key={beat} className={beat % perBar === 0 ? "bar" : ""} x1={beat * QUARTER_PX} x2={beat * QUARTER_PX} y1={0} y2={height} />)}
          {part.notes.map(([start, length, pitch, velocity], place) => <rect key={place} className="note" x={start * QUARTER_PX} y={rowOf.get(pitch)! * NOTE_PX + 0.5}
            width={Math.max(3, (part.drums ? 0.2 : length) * QUARTER_PX - 1)} height={NOTE_PX - 1} rx={1.5} opacity={0.35 + 0.65 * velocity / 127}><title>{`${part.drums ? part.names[pitch] : nameOf(pitch)}, velocity ${velocity}`}</title></rect>)}
          <line ref={head} className="now" y1={0} y2={height} />
        </svg>
      </div>
    </div>
  );
}

/** All rows from the highest to the lowest note, and some around a narrow tune. */
function span(pitches: number[]): number[] {
  let high = Math.max(...pitches) + 1, low = Math.min(...pitches) - 1;
  while (high - low + 1 < LEAST_ROWS) { high++; low--; }
  return Array.from({ length: high - low + 1 }, (_, row) => high - row);
}
