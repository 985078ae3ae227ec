import { KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { player, usePlayer } from "../player/player";
import { t, tWord } from "../words/words";
import {
  added,
  atVelocity,
  back,
  begun,
  changesBetween,
  doubled,
  GRIDS,
  lengthened,
  louder,
  moved,
  now,
  on,
  quantised,
  scoreOf,
  turned,
  without,
} from "./notes";
import type { Change, GridName, History, LoadedNotes, RollNote, Score } from "./notes";
import { LANE_PX, Paper } from "./Paper";
import { nameIn, rowsOf } from "./paper";
import { RollTools } from "./RollTools";
import { Rounds, touch } from "./sound";

const NEW_VELOCITY = 100;
const LOUDER = 8;
/** The column of names, as the style sheet has it, and the box's edges. */
const PITCHES_PX = 62;

interface Props {
  clip: string;
  loaded: LoadedNotes;
  bpm: number;
  busy: boolean;
  large: boolean;
  history: History;
  setHistory: (change: (before: History) => History) => void;
  save: (changes: Change[]) => void;
  setLarge: (large: boolean) => void;
}

export const startOf = (loaded: LoadedNotes): History => begun(scoreOf(loaded));

/** The piano roll: notes are heard, moved, drawn, stretched, quantised and taken away, by mouse or by keys, and saved as a version. */
export function Roll({ clip, loaded, bpm, busy, large, history, setHistory, save, setLarge }: Props) {
  const [place, setPlace] = useState(0);
  const [chosen, setChosen] = useState<Set<number>>(new Set());
  const [gridName, setGridName] = useState<GridName>("1/16");
  const [strength, setStrength] = useState(1);
  const [drawing, setDrawing] = useState(false);
  const [zoom, setZoom] = useState(1);
  const [cursor, setCursor] = useState(0);
  const [held, setHeld] = useState<Score | null>(null);
  const [rounds, setRounds] = useState<Rounds | null>(null);
  const [told, setTold] = useState("");
  const [width, setWidth] = useState(0);
  const heard = usePlayer();
  const scroller = useRef<HTMLDivElement>(null);
  const score = held ?? now(history);
  const latest = useRef(score);
  latest.current = score;
  const quarters = loaded.bars * loaded.quarters_per_bar,
    grid = GRIDS[gridName];
  const part = score.parts[Math.min(place, score.parts.length - 1)];
  const rows = useMemo(() => rowsOf(part), [part]);
  // a short clip fills the paper
  const quarterPx = Math.max(large ? 56 : 34, (width - PITCHES_PX) / quarters) * zoom,
    rowPx = part.drums ? 18 : large ? 14 : 11;
  const changes = useMemo(() => changesBetween(loaded, now(history)), [loaded, history]);
  const those = chosen.size ? chosen : new Set(part.notes.map((note) => note.id));
  const picked = part.notes.filter((note) => chosen.has(note.id));

  const make = useCallback((score: Score) => setHistory((before) => turned(before, score)), [setHistory]);
  const whereIs = (note: RollNote) =>
    `${Math.floor(note.start / loaded.quarters_per_bar) + 1}.${Math.floor(note.start % loaded.quarters_per_bar) + 1}`;
  const tell = (note: RollNote) =>
    setTold(
      t("{note} at {place}, velocity {n}", { note: nameIn(part, note.pitch), place: whereIs(note), n: note.velocity }),
    );
  const only = (note: RollNote) => {
    setChosen(new Set([note.id]));
    setCursor(note.start);
    touch(part, note.pitch, note.velocity);
    tell(note);
  };
  useEffect(() => {
    const watch = new ResizeObserver(() => setWidth(scroller.current?.clientWidth ?? 0));
    watch.observe(scroller.current!);
    return () => watch.disconnect();
  }, []);
  useEffect(() => () => rounds?.stop(), [rounds]);
  useEffect(() => {
    setRounds(null);
  }, [clip, bpm]);
  useEffect(() => {
    setChosen(new Set());
    setTold("");
  }, [place, clip]);
  // notes lie high or low: the paper begins where most are
  useEffect(() => {
    const box = scroller.current;
    if (!box || !part.notes.length) return;
    const middle = [...part.notes].sort((one, other) => one.pitch - other.pitch)[part.notes.length >> 1].pitch;
    box.scrollTop = rows.indexOf(middle) * rowPx - box.clientHeight / 2;
    // only when another part is shown: a note that is moved must not move the paper
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [place, clip, large]);

  function listen() {
    if (rounds) {
      setRounds(null);
      return;
    }
    player.stop();
    const made = new Rounds(() => latest.current, quarters, bpm);
    made.start();
    setRounds(made);
  }
  useEffect(() => {
    if (heard.playing) setRounds(null);
  }, [heard.playing]);
  const own = heard.clip?.id === clip && heard.playing;
  const heardAt = useCallback(() => rounds?.at() ?? (own ? player.stands() * quarters : null), [rounds, own, quarters]);

  const draw = (start: number, pitch: number) => {
    const [score, id] = added(
      now(history),
      place,
      { start, pitch, length: part.drums ? Math.min(grid, 0.25) : grid, velocity: NEW_VELOCITY },
      quarters,
    );
    make(score);
    setChosen(new Set([id]));
    setCursor(start);
    touch(part, pitch, NEW_VELOCITY);
    setTold(t("{note} was drawn", { note: nameIn(part, pitch) }));
  };
  const remove = (ids: Set<number>) => {
    if (!ids.size) return;
    make(without(now(history), place, ids));
    setChosen(new Set());
    setTold(ids.size === 1 ? t("1 note was taken away") : t("{n} notes were taken away", { n: ids.size }));
  };
  const shift = (by: number, rowsUp: number) => {
    if (!picked.length) return;
    const semitones = part.drums ? 0 : rowsUp;
    let made = moved(now(history), place, chosen, by, semitones, quarters);
    if (part.drums && rowsUp) made = toRow(made, chosen, rowsUp);
    make(made);
    const note = made.parts[place].notes.find((one) => one.id === picked[0].id)!;
    if (rowsUp) touch(part, note.pitch, note.velocity);
    setCursor(note.start);
    tell(note);
  };
  /** Drums go from one sound to the next, for the numbers between have none. */
  const toRow = (score: Score, ids: Set<number>, up: number): Score => ({
    parts: score.parts.map((one, number) =>
      number !== place
        ? one
        : {
            ...one,
            notes: one.notes.map((note) =>
              ids.has(note.id)
                ? { ...note, pitch: rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(note.pitch) - up))] }
                : note,
            ),
          },
    ),
  });
  const quantise = () => {
    make(quantised(now(history), place, those, grid, strength, quarters));
    setTold(t("Quantised to {grid}", { grid: gridName }));
  };
  const step = (by: number, more: boolean) => {
    if (!part.notes.length) return;
    const from = picked.length
      ? part.notes.findIndex((note) => note.id === (by > 0 ? picked[picked.length - 1] : picked[0]).id)
      : by > 0
        ? -1
        : part.notes.length;
    const note = part.notes[(from + by + part.notes.length) % part.notes.length];
    only(note);
    if (more) setChosen(new Set([...chosen, note.id]));
    scroller.current
      ?.querySelector(`[data-note="${note.id}"]`)
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const turn = (way: typeof back) => {
    setHistory(way);
    setTold(way === back ? t("Undone.") : t("Done again."));
  };

  function keys(event: KeyboardEvent) {
    const control = event.ctrlKey || event.metaKey,
      key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does: Record<string, () => void> = control
      ? {
          a: () => {
            setChosen(new Set(part.notes.map((note) => note.id)));
            setTold(t("{n} notes are chosen", { n: part.notes.length }));
          },
          d: () => {
            const [score, ids] = doubled(now(history), place, chosen, grid, quarters);
            make(score);
            setChosen(ids);
          },
          // the clip's own undo begins where this one ends
          ...(event.shiftKey
            ? history.at < history.turns.length - 1
              ? { z: () => turn(on) }
              : {}
            : history.at > 0
              ? { z: () => turn(back) }
              : {}),
        }
      : {
          " ": listen,
          q: quantise,
          b: () => setDrawing(!drawing),
          Delete: () => remove(chosen),
          Backspace: () => remove(chosen),
          ArrowLeft: () =>
            event.altKey
              ? make(lengthened(now(history), place, chosen, -grid, quarters))
              : picked.length
                ? shift(-grid, 0)
                : setCursor(Math.max(0, cursor - grid)),
          ArrowRight: () =>
            event.altKey
              ? make(lengthened(now(history), place, chosen, grid, quarters))
              : picked.length
                ? shift(grid, 0)
                : setCursor(Math.min(quarters - grid, cursor + grid)),
          ArrowUp: () => shift(0, event.shiftKey && !part.drums ? 12 : 1),
          ArrowDown: () => shift(0, event.shiftKey && !part.drums ? -12 : -1),
          ".": () => step(1, false),
          ",": () => step(-1, false),
          ">": () => step(1, true),
          "<": () => step(-1, true),
          "+": () => make(louder(now(history), place, those, LOUDER)),
          "=": () => make(louder(now(history), place, those, LOUDER)),
          "-": () => make(louder(now(history), place, those, -LOUDER)),
          Enter: () =>
            draw(
              picked.length
                ? Math.min(
                    quarters - grid,
                    picked[picked.length - 1].start + Math.max(grid, part.drums ? 0 : picked[picked.length - 1].length),
                  )
                : cursor,
              picked.length ? picked[picked.length - 1].pitch : rows[rows.length >> 1],
            ),
          ...(chosen.size ? { Escape: () => setChosen(new Set()) } : {}),
        };
    if (does[key]) {
      event.preventDefault();
      event.stopPropagation();
      does[key]();
    }
  }
  const summary = t(
    "{part}: {n} notes in {bars} bars. Comma and full stop go from note to note, arrows move it, Enter draws one, Delete takes it away.",
    { part: tWord(part.name), n: part.notes.length, bars: loaded.bars },
  );
  const meanVelocity = picked.length
    ? Math.round(picked.reduce((all, note) => all + note.velocity, 0) / picked.length)
    : NEW_VELOCITY;
  return (
    <div className="roll-room" data-large={large}>
      <div className="chips" role="group" aria-label={t("Whose notes are shown")}>
        {score.parts.map((one, number) => (
          <button key={number} className="chip" aria-pressed={number === place} onClick={() => setPlace(number)}>
            {tWord(one.name) || t("part {n}", { n: number + 1 })} <span className="quiet">{one.notes.length}</span>
          </button>
        ))}
      </div>
      <RollTools
        grid={gridName}
        setGrid={setGridName}
        strength={strength}
        setStrength={setStrength}
        drawing={drawing}
        setDrawing={setDrawing}
        isHeard={rounds !== null}
        listen={listen}
        quantise={part.notes.length ? quantise : null}
        velocity={meanVelocity}
        setVelocity={picked.length ? (velocity) => make(atVelocity(now(history), place, chosen, velocity)) : null}
        remove={picked.length ? () => remove(chosen) : null}
        undo={history.at > 0 ? () => turn(back) : null}
        redo={history.at < history.turns.length - 1 ? () => turn(on) : null}
        zoom={(by) => setZoom(Math.min(6, Math.max(0.5, zoom * by)))}
        large={large}
        setLarge={setLarge}
      />
      <div className="roll" ref={scroller} role="application" aria-label={summary} tabIndex={0} onKeyDown={keys}>
        <div className="pitches" aria-hidden="true">
          {rows.map((pitch) => (
            <button
              key={pitch}
              tabIndex={-1}
              style={{ height: rowPx }}
              onPointerDown={() => touch(part, pitch, NEW_VELOCITY)}
            >
              {part.drums || pitch % 12 === 0 ? nameIn(part, pitch) : ""}
            </button>
          ))}
          <span style={{ height: LANE_PX }}>{t("velocity")}</span>
        </div>
        <Paper
          part={part}
          rows={rows}
          quarters={quarters}
          perBar={loaded.quarters_per_bar}
          grid={grid}
          quarterPx={quarterPx}
          rowPx={rowPx}
          chosen={chosen}
          drawing={drawing}
          cursor={cursor}
          heardAt={heardAt}
          acts={{
            choose: setChosen,
            draw,
            erase: (id) => remove(new Set([id])),
            touch: only,
            drag: (does, by, down) => {
              const from = now(history);
              let made =
                does === "stretch"
                  ? lengthened(from, place, chosen, by, quarters)
                  : moved(from, place, chosen, by, part.drums ? 0 : -down, quarters);
              if (does === "move" && part.drums && down) made = toRow(made, chosen, -down);
              setHeld(made);
            },
            settle: () => {
              if (held) {
                make(held);
                setHeld(null);
              }
            },
            loudness: (ids, velocity) => setHeld(atVelocity(now(history), place, ids, velocity)),
          }}
        />
      </div>
      <p className="hidden" role="status">
        {told}
      </p>
      <div className="row tight">
        <button className="first" disabled={busy || changes.length === 0} onClick={() => save(changes)}>
          {t("Save the notes")}
        </button>
        <button disabled={busy || changes.length === 0} onClick={() => setHistory(() => startOf(loaded))}>
          {t("Leave them as they were")}
        </button>
        <span className="quiet">
          {changes.length === 0
            ? t("Saved as a version: the original stays, and A and B compare them.")
            : t("{n} changes are not saved yet.", {
                n: changes.reduce((all, one) => all + Math.max(one.gone.length, one.new.length), 0),
              })}
        </span>
      </div>
    </div>
  );
}
