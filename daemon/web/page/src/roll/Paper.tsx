import { PointerEvent, useEffect, useRef, useState } from "react";
import { t } from "../words/words";
import type { RollNote, RollPart } from "./notes";
import { drawnLength, isBlack, nameIn } from "./paper";

/** A touch nearer to a note's end than this draws it longer. */
const EDGE_PX = 7;
/** Below this a press is a click. */
const DRAG_PX = 4;
export const LANE_PX = 56;

type Hold =
  | { does: "move" | "stretch"; x: number; y: number; note: RollNote; moved: boolean }
  | { does: "frame"; x: number; y: number; toX: number; toY: number; more: boolean }
  | { does: "loudness"; ids: Set<number> };

export interface PaperActs {
  choose: (ids: Set<number>) => void;
  /** Moves or stretches what is chosen, from where it was when the hand took it. */
  drag: (does: "move" | "stretch", quarters: number, rows: number) => void;
  settle: () => void;
  draw: (start: number, pitch: number) => void;
  erase: (id: number) => void;
  loudness: (ids: Set<number>, velocity: number) => void;
  touch: (note: RollNote) => void;
}

interface Props {
  part: RollPart;
  rows: number[];
  quarters: number;
  perBar: number;
  grid: number;
  quarterPx: number;
  rowPx: number;
  chosen: Set<number>;
  drawing: boolean;
  /** Where a new note comes by the keys. */
  cursor: number;
  acts: PaperActs;
  /** Asked each frame: where it is heard, in quarters. */
  heardAt: () => number | null;
}

/** The notes of one part, with its grid and a lane of velocities: drawn, and taken hold of. */
export function Paper({
  part,
  rows,
  quarters,
  perBar,
  grid,
  quarterPx,
  rowPx,
  chosen,
  drawing,
  cursor,
  acts,
  heardAt,
}: Props) {
  const [hold, setHold] = useState<Hold | null>(null);
  const svg = useRef<SVGSVGElement>(null),
    head = useRef<SVGLineElement>(null);
  const width = quarters * quarterPx,
    height = rows.length * rowPx;
  const rowOf = new Map(rows.map((pitch, row) => [pitch, row]));
  const rowAt = (pitch: number) => rowOf.get(pitch) ?? 0;
  useEffect(() => {
    let frame = 0;
    const move = () => {
      const at = heardAt();
      const x = at === null ? -9 : at * quarterPx;
      head.current?.setAttribute("x1", String(x));
      head.current?.setAttribute("x2", String(x));
      frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [heardAt, quarterPx]);

  const place = (event: PointerEvent) => {
    const area = svg.current!.getBoundingClientRect();
    return { x: event.clientX - area.left, y: event.clientY - area.top };
  };
  const loud = (y: number) => Math.round(127 * (1 - (y - height) / LANE_PX));
  function down(event: PointerEvent) {
    if (event.button !== 0) return;
    const { x, y } = place(event);
    const id = Number((event.target as Element).getAttribute("data-note"));
    const note = part.notes.find((one) => one.id === id);
    svg.current!.setPointerCapture(event.pointerId);
    if (y >= height) {
      const near = [...part.notes].sort(
        (one, other) => Math.abs(one.start * quarterPx - x) - Math.abs(other.start * quarterPx - x),
      )[0];
      if (!near || Math.abs(near.start * quarterPx - x) > 2 * EDGE_PX) return;
      const ids = chosen.has(near.id) ? chosen : new Set([near.id]);
      acts.choose(ids);
      acts.loudness(ids, loud(y));
      setHold({ does: "loudness", ids });
    } else if (note) {
      if (event.shiftKey) {
        const ids = new Set(chosen);
        if (!ids.delete(id)) ids.add(id);
        acts.choose(ids);
        return;
      }
      if (!chosen.has(id)) acts.choose(new Set([id]));
      acts.touch(note);
      const end = (note.start + drawnLength(part, note.length)) * quarterPx;
      setHold({
        does: !part.drums && end - x < EDGE_PX && end - note.start * quarterPx > 2 * EDGE_PX ? "stretch" : "move",
        x,
        y,
        note,
        moved: false,
      });
    } else if (drawing) {
      acts.draw(
        Math.floor(x / quarterPx / grid + 1e-6) * grid,
        rows[Math.min(rows.length - 1, Math.max(0, Math.floor(y / rowPx)))],
      );
    } else setHold({ does: "frame", x, y, toX: x, toY: y, more: event.shiftKey });
  }
  function drag(event: PointerEvent) {
    if (!hold) return;
    const { x, y } = place(event);
    if (hold.does === "frame") setHold({ ...hold, toX: x, toY: y });
    else if (hold.does === "loudness") acts.loudness(hold.ids, loud(y));
    else if (hold.moved || Math.abs(x - hold.x) > DRAG_PX || Math.abs(y - hold.y) > DRAG_PX) {
      const by = Math.round((x - hold.x) / quarterPx / grid) * grid;
      acts.drag(hold.does, by, hold.does === "move" ? Math.round((y - hold.y) / rowPx) : 0);
      if (!hold.moved) setHold({ ...hold, moved: true });
    }
  }
  function up() {
    if (!hold) return;
    if (hold.does === "frame") {
      const [left, right] = [hold.x, hold.toX].sort((a, b) => a - b),
        [top, bottom] = [hold.y, hold.toY].sort((a, b) => a - b);
      const inside = part.notes.filter(
        (note) =>
          (note.start + drawnLength(part, note.length)) * quarterPx > left &&
          note.start * quarterPx < right &&
          (rowAt(note.pitch) + 1) * rowPx > top &&
          rowAt(note.pitch) * rowPx < bottom,
      );
      acts.choose(
        new Set([
          ...(hold.more ? chosen : []),
          ...(right - left > DRAG_PX || bottom - top > DRAG_PX ? inside.map((note) => note.id) : []),
        ]),
      );
    } else acts.settle();
    setHold(null);
  }
  function double(event: React.MouseEvent) {
    // the paper holds the pointer, so that the event does not say what lies under it
    const id = Number(document.elementFromPoint(event.clientX, event.clientY)?.getAttribute("data-note"));
    const area = svg.current!.getBoundingClientRect(),
      y = event.clientY - area.top;
    if (y >= height) return;
    if (id) acts.erase(id);
    else if (!drawing)
      acts.draw(
        Math.floor((event.clientX - area.left) / quarterPx / grid + 1e-6) * grid,
        rows[Math.min(rows.length - 1, Math.max(0, Math.floor(y / rowPx)))],
      );
  }
  const lines = grid * quarterPx >= 6 ? Math.ceil(quarters / grid - 1e-6) : Math.ceil(quarters);
  const step = grid * quarterPx >= 6 ? grid : 1;
  const is = (quarter: number, every: number) => Math.abs(quarter / every - Math.round(quarter / every)) < 1e-6;
  return (
    <svg
      ref={svg}
      className="sheet"
      data-drawing={drawing}
      width={width}
      height={height + LANE_PX}
      aria-hidden="true"
      onPointerDown={down}
      onPointerMove={drag}
      onPointerUp={up}
      onPointerCancel={() => {
        acts.settle();
        setHold(null);
      }}
      onDoubleClick={double}
    >
      {rows.map((pitch, row) => (
        <rect
          key={pitch}
          className={!part.drums && isBlack(pitch) ? "black" : "white"}
          x={0}
          y={row * rowPx}
          width={width}
          height={rowPx}
        />
      ))}
      {part.drums && rows.map((pitch, row) => <line key={pitch} x1={0} x2={width} y1={row * rowPx} y2={row * rowPx} />)}
      {Array.from({ length: lines }, (_, line) => {
        const at = line * step;
        return (
          <line
            key={line}
            className={is(at, perBar) ? "bar" : is(at, 1) ? "beat" : ""}
            x1={at * quarterPx}
            x2={at * quarterPx}
            y1={0}
            y2={height + LANE_PX}
          />
        );
      })}
      <line className="bar" x1={0} x2={width} y1={height} y2={height} />
      <rect className="cursor" x={cursor * quarterPx} y={0} width={2} height={height} />
      {part.notes.map((note) => (
        <rect
          key={note.id}
          className="note"
          data-note={note.id}
          data-chosen={chosen.has(note.id)}
          x={note.start * quarterPx}
          y={rowAt(note.pitch) * rowPx + 0.5}
          width={Math.max(4, drawnLength(part, note.length) * quarterPx - 1)}
          height={rowPx - 1}
          rx={2}
          fillOpacity={0.4 + (0.6 * note.velocity) / 127}
        >
          <title>{`${nameIn(part, note.pitch)}, ${t("velocity {n}", { n: note.velocity })}`}</title>
        </rect>
      ))}
      {part.notes.map((note) => {
        const tall = (note.velocity / 127) * (LANE_PX - 4);
        return (
          <g key={note.id} className="loud" data-chosen={chosen.has(note.id)}>
            <rect x={note.start * quarterPx} y={height + LANE_PX - tall} width={3} height={tall} />
            <circle cx={note.start * quarterPx + 1.5} cy={height + LANE_PX - tall} r={3} />
          </g>
        );
      })}
      {hold?.does === "frame" && (
        <rect
          className="frame"
          x={Math.min(hold.x, hold.toX)}
          y={Math.min(hold.y, hold.toY)}
          width={Math.abs(hold.toX - hold.x)}
          height={Math.abs(hold.toY - hold.y)}
        />
      )}
      <line ref={head} className="now" y1={0} y2={height + LANE_PX} x1={-9} x2={-9} />
    </svg>
  );
}
