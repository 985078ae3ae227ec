import { DragEvent, KeyboardEvent, useEffect, useRef, useState } from "react";
import { FullClip, Session } from "../api/client";
import { titleOf } from "../library/about";
import { quartersPerBar } from "../player/beats";
import { board, cellOf, SIZE, useBoard } from "./board";
import { Choose } from "./Choose";
import { hearMidi, Lights, padOf } from "./midi";
import { padWords as say } from "./words";
import "./pads.css";

const NUMBERS = Array.from({ length: SIZE }, (_, number) => number);
/** The middle row of letters plays the columns of the row that has the focus. */
const LETTERS = ["KeyA", "KeyS", "KeyD", "KeyF", "KeyG", "KeyH", "KeyJ", "KeyK"];
const CLIP_TYPE = "application/x-sidecrate-clip",
  PAD_TYPE = "application/x-sidecrate-pad";
const MOVES: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The launch grid: columns are parts, rows are scenes; played by mouse, touch, keys and MIDI, and recorded from the clips' files. */
export default function Pads({
  session,
  choose,
  edited,
  say: tell,
  close,
}: {
  session: Session;
  choose: (clip: string | null) => void;
  edited: () => void;
  say: (text: string) => void;
  close: () => void;
}) {
  const { pads, asked, session: now, known, playing, next, running, recording, volume } = useBoard();
  const [at, setAt] = useState<[number, number]>([0, 0]);
  const [choosing, setChoosing] = useState<string | null>(null);
  const [midi, setMidi] = useState<{ light: Lights; end: () => void } | null>(null);
  const [made, setMade] = useState<FullClip | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    board.onwords = tell;
    board.onclip = (clip: FullClip) => {
      edited();
      setMade(clip);
    };
    void board.load();
  }, [tell, edited]);
  useEffect(() => board.follow(session), [session]);
  useEffect(() => () => board.leave(), []);
  useEffect(() => () => midi?.end(), [midi]);
  useEffect(
    () =>
      midi?.light((row, column) => {
        const cell = cellOf(row, column);
        return next[column] === cell ? "comes" : playing[column] === cell ? "plays" : pads[cell] ? "lies" : "off";
      }),
    [midi, pads, playing, next],
  );

  async function connect() {
    if (midi) {
      setMidi(null);
      return;
    }
    if (!("requestMIDIAccess" in navigator)) {
      tell(say("cannotMidi"));
      return;
    }
    try {
      const heard = await hearMidi((note, tens) => {
        const pad = padOf(note, tens);
        if (pad) board.launch(cellOf(...pad));
      });
      if (heard.names.length) setMidi(heard);
      tell(heard.names.length ? say("midiOn", { names: heard.names.join(", ") }) : say("noMidi"));
    } catch {
      tell(say("midiRefused"));
    }
  }
  const focus = (row: number, column: number) => {
    setAt([row, column]);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${cellOf(row, column)}"]`)?.focus();
  };
  function keys(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || (event.target as HTMLElement).closest("input, dialog")) return;
    const [row, column] = at,
      cell = cellOf(row, column),
      move = MOVES[event.key];
    const does = (act: () => void) => {
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    if (move)
      does(() => {
        const to: [number, number] = [(row + move[0] + SIZE) % SIZE, (column + move[1] + SIZE) % SIZE];
        if (event.altKey) board.swap(cell, cellOf(...to));
        focus(...to);
      });
    else if (event.altKey) return;
    else if (/^Digit[1-8]$/.test(event.code))
      does(() => {
        const number = Number(event.code[5]) - 1;
        if (event.shiftKey) board.stop(number);
        else board.scene(number);
      });
    else if (LETTERS.includes(event.code)) does(() => board.launch(cellOf(row, LETTERS.indexOf(event.code))));
    else if (event.code === "KeyR") does(() => board.record());
    else if (event.key === "Delete" || event.key === "Backspace") does(() => board.clear(cell));
    else if (event.key === "Escape") does(() => board.stopAll());
  }
  const press = (cell: string) => {
    if (pads[cell]) board.launch(cell);
    else setChoosing(cell);
  };
  function drop(event: DragEvent, cell: string) {
    const from = event.dataTransfer.getData(PAD_TYPE),
      clip = event.dataTransfer.getData(CLIP_TYPE);
    if (!from && !clip) return;
    event.preventDefault();
    event.stopPropagation();
    if (from) board.swap(from, cell);
    else void board.lay(cell, clip);
  }
  const empty = known && Object.keys(pads).length === 0;
  const recordWords = { off: "record", armed: "armed", on: "recordingNow", saving: "saving" } as const;
  return (
    <section aria-labelledby="pads" className="pads" onKeyDown={keys}>
      <div className="bar">
        <h2 id="pads">{say("title")}</h2>
        <Beat running={running} beats={quartersPerBar(now.meter)} />
        <label className="pad-field">
          {say("tempo")}
          <input
            key={`b${asked.bpm}`}
            type="number"
            min={40}
            max={300}
            step="any"
            defaultValue={asked.bpm || ""}
            placeholder={String(now.bpm)}
            onBlur={(event) => {
              const bpm = Number(event.target.value);
              if (bpm !== asked.bpm && (bpm === 0 || (bpm >= 40 && bpm <= 300))) board.ask({ bpm });
            }}
          />
        </label>
        <label className="pad-field">
          {say("key")}
          <input
            key={`k${asked.key}`}
            maxLength={20}
            defaultValue={asked.key}
            placeholder={now.key || say("own")}
            onBlur={(event) => {
              if (event.target.value !== asked.key) board.ask({ key: event.target.value.trim() });
            }}
          />
        </label>
        {made && (
          <button className="chip set pad-made" onClick={() => choose(made.id)}>
            {say("open", { name: made.name })}
          </button>
        )}
        <div className="row tight end">
          <button
            className="record"
            aria-pressed={recording === "on" || recording === "armed"}
            disabled={recording === "saving"}
            onClick={() => board.record()}
          >
            <span aria-hidden="true">●</span> {say(recordWords[recording])}
          </button>
          <button onClick={() => board.stopAll()} disabled={!running}>
            ■ {say("stopAll")}
          </button>
          <button aria-pressed={midi !== null} onClick={() => void connect()}>
            {say("midi")}
          </button>
          <label className="pad-volume">
            <span className="hidden">{say("volume")}</span>
            <input
              type="range"
              min={0}
              max={1}
              step={0.01}
              value={volume}
              onChange={(event) => board.setVolume(Number(event.target.value))}
            />
          </label>
          <button className="small" onClick={close} aria-label={say("close")}>
            ✕
          </button>
        </div>
      </div>
      {empty && <p className="quiet pad-hint">{say("hint")}</p>}
      <div className="pad-grid" role="group" aria-label={say("title")} ref={grid}>
        {NUMBERS.map((row) => [
          <button
            key={`scene ${row}`}
            className="scene"
            aria-label={say("scene", { row: row + 1 })}
            title={say("scene", { row: row + 1 })}
            onClick={() => board.scene(row)}
          >
            {row + 1} ▶
          </button>,
          ...NUMBERS.map((column) => {
            const cell = cellOf(row, column),
              pad = pads[cell];
            const state =
              next[column] === cell
                ? "comes"
                : playing[column] === cell
                  ? next[column] === null
                    ? "plays"
                    : "ends"
                  : "";
            const words = pad
              ? [
                  say("pad", { title: titleOf(pad.clip), row: row + 1, column: column + 1 }),
                  state && say(state),
                  pad.why,
                ]
                  .filter(Boolean)
                  .join(", ")
              : say("empty", { row: row + 1, column: column + 1 });
            return (
              <button
                key={cell}
                className="pad"
                data-cell={cell}
                data-state={state || undefined}
                data-kind={pad?.clip.kind}
                data-ready={pad ? pad.buffer !== null : undefined}
                data-fault={!!pad?.why || undefined}
                tabIndex={at[0] === row && at[1] === column ? 0 : -1}
                aria-label={words}
                title={pad?.why || (pad ? titleOf(pad.clip) : undefined)}
                draggable={!!pad}
                onFocus={() => setAt([row, column])}
                onClick={() => press(cell)}
                onDragStart={(event) => {
                  event.dataTransfer.setData(PAD_TYPE, cell);
                  event.dataTransfer.effectAllowed = "move";
                }}
                onDragOver={(event) => {
                  if ([CLIP_TYPE, PAD_TYPE].some((type) => event.dataTransfer.types.includes(type))) {
                    event.preventDefault();
                    event.currentTarget.dataset.over = "true";
                  }
                }}
                onDragLeave={(event) => delete event.currentTarget.dataset.over}
                onDrop={(event) => {
                  delete event.currentTarget.dataset.over;
                  drop(event, cell);
                }}
              >
                {pad && (
                  <span className="words">
                    {pad.why ? "⚠ " : ""}
                    {titleOf(pad.clip)}
                  </span>
                )}
              </button>
            );
          }),
        ])}
        <span aria-hidden="true" />
        {NUMBERS.map((column) => (
          <button
            key={column}
            className="stop"
            aria-label={say("stopColumn", { column: column + 1 })}
            title={say("stopColumn", { column: column + 1 })}
            disabled={playing[column] === null && !next[column]}
            onClick={() => board.stop(column)}
          >
            ■
          </button>
        ))}
      </div>
      <p className="quiet pad-keys">{say("keys")}</p>
      {choosing && (
        <Choose
          take={(clip) => void board.lay(choosing, clip)}
          close={() => {
            setChoosing(null);
            requestAnimationFrame(() => focus(...at));
          }}
        />
      )}
    </section>
  );
}

/** Bar and beat of what runs. */
function Beat({ running, beats }: { running: boolean; beats: number }) {
  const text = useRef<HTMLOutputElement>(null);
  useEffect(() => {
    let frame = 0;
    const move = () => {
      const bar = board.position();
      const now = bar === null || bar < 0 ? "–" : `${Math.floor(bar) + 1}.${Math.floor((bar % 1) * beats) + 1}`;
      if (text.current && text.current.textContent !== now) text.current.textContent = now;
      if (running) frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [running, beats]);
  return <output ref={text} className="pad-beat" aria-live="off" aria-hidden="true" />;
}
