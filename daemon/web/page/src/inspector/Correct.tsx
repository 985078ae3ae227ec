import { FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { api, FullClip } from "../api/client";
import { quartersPerBar } from "../player/beats";
import { player } from "../player/player";
import { Waveform } from "../player/Waveform";
import { Act } from "./act";
import { t } from "../words/words";

/** Taps that lie further apart than this, in ms, begin anew. */
const PAUSE_MS = 2000;
/** Intervals that a tapped tempo is taken from. */
const LEAST_TAPS = 4;
/** A longer piece's beats would be one grey. */
const MOST_LINES = 300;

/** A person's word on what was heard: tempo, first beat and key, by fields, taps, keys and the grid itself. */
export function Correct({ clip, busy, playing, act }: { clip: FullClip; busy: boolean; playing: boolean; act: Act }) {
  const said = clip.record.corrected ?? {};
  const [bpm, setBpm] = useState("");
  const [key, setKey] = useState("");
  const [one, setOne] = useState(0);
  const [moved, setMoved] = useState(false);
  const taps = useRef<number[]>([]);
  useEffect(() => {
    setBpm(clip.bpm ? String(clip.bpm) : "");
    setKey(clip.key ?? "");
    setOne(clip.record.corrected?.downbeat_s ?? 0);
    setMoved(false);
    taps.current = [];
  }, [clip.id, clip.bpm, clip.key, clip.record.corrected?.downbeat_s]);

  const seconds = clip.seconds ?? 0;
  // what is heard is the clip as edited, whose beats may lie elsewhere
  const hasGrid = clip.kind !== "midi" && seconds > 0 && clip.steps.length === 0;
  const times = useCallback(
    (factor: number) =>
      setBpm((now) => {
        const next = Number(now) * factor;
        return next >= 40 && next <= 300 ? String(+next.toFixed(3)) : now;
      }),
    [],
  );
  const tap = useCallback(() => {
    const now = performance.now(),
      before = taps.current;
    taps.current = before.length && now - before[before.length - 1] > PAUSE_MS ? [now] : [...before, now].slice(-16);
    const count = taps.current.length - 1;
    if (count < LEAST_TAPS) return;
    const tapped = (60000 * count) / (taps.current[count] - taps.current[0]);
    if (tapped >= 40 && tapped <= 300) setBpm(tapped.toFixed(1));
  }, []);
  const here = useCallback(() => {
    const at = player.position();
    if (at !== null && hasGrid) {
      setOne(+(at * seconds).toFixed(3));
      setMoved(true);
    }
  }, [hasGrid, seconds]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        (event.target as HTMLElement).closest("input:not([type=range]), select, textarea")
      )
        return;
      const does = { t: tap, b: here, h: () => times(0.5), d: () => times(2) }[event.key];
      if (does) {
        event.preventDefault();
        does();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [tap, here, times]);

  function save(event: FormEvent) {
    event.preventDefault();
    const word: Record<string, unknown> = {};
    if (bpm && Number(bpm) !== clip.bpm) word.bpm = Number(bpm);
    if (key && key !== clip.key) word.key = key;
    if (moved) word.downbeat_s = one;
    act(
      () => api(`clips/${clip.id}/correction`, "PUT", word),
      t("Your word is kept; searches, edits and the next fit go by it."),
    );
  }
  const tempo = Number(bpm);
  const beat = tempo >= 40 ? 60 / tempo : 0;
  const inBar = quartersPerBar(clip.record.meter);
  const first = beat > 0 ? -Math.floor(one / beat) : 0;
  const beats =
    hasGrid && beat > 0 && seconds / beat < MOST_LINES
      ? Array.from({ length: Math.ceil(seconds / beat) }, (_, number) => first + number)
      : [];
  return (
    <form className="correct" onSubmit={save}>
      {hasGrid && (
        <div className="grid">
          <Waveform clip={clip.id} version="original" height={56} playing={playing} />
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            {beats.map((number) => {
              const at = (one + number * beat) / seconds;
              return (
                <line
                  key={number}
                  className={number === 0 ? "one" : number % inBar === 0 ? "bar" : ""}
                  x1={at}
                  x2={at}
                  y1={0}
                  y2={1}
                />
              );
            })}
          </svg>
          <input
            type="range"
            aria-label={t("First beat of the bar, in seconds")}
            min={0}
            max={Math.max(0, seconds - 0.001)}
            step={0.001}
            value={one}
            onChange={(event) => {
              setOne(Number(event.target.value));
              setMoved(true);
            }}
          />
        </div>
      )}
      <div className="row">
        <label>
          {t("Right tempo")}
          <input
            type="number"
            min={40}
            max={300}
            step="any"
            value={bpm}
            onChange={(event) => setBpm(event.target.value)}
          />
        </label>
        {hasGrid && (
          <label>
            {t("First beat at (s)")}
            <input
              type="number"
              min={0}
              max={seconds}
              step="any"
              value={one}
              onChange={(event) => {
                setOne(Number(event.target.value));
                setMoved(true);
              }}
            />
          </label>
        )}
        <label>
          {t("Right key")}
          <input size={6} maxLength={20} value={key} onChange={(event) => setKey(event.target.value)} />
        </label>
        <button type="button" className="small" onClick={tap}>
          {t("Tap (t)")}
        </button>
        <button type="button" className="small" disabled={!tempo} onClick={() => times(0.5)}>
          {t("Half (h)")}
        </button>
        <button type="button" className="small" disabled={!tempo} onClick={() => times(2)}>
          {t("Double (d)")}
        </button>
        {hasGrid && (
          <button type="button" className="small" disabled={!playing} onClick={here}>
            {t("The one is here (b)")}
          </button>
        )}
        <button disabled={busy}>{t("Save what is right")}</button>
        {Object.keys(said).length > 0 && (
          <button
            type="button"
            className="small"
            disabled={busy}
            onClick={() => act(() => api(`clips/${clip.id}/correction`, "DELETE"), t("What was heard counts again."))}
          >
            {t("Forget what I said")}
          </button>
        )}
      </div>
      {Object.keys(said).length > 0 && (
        <p className="quiet">
          {t("Your word: {word}.", {
            word: [
              said.bpm && `${said.bpm} bpm`,
              said.downbeat_s !== undefined && t("the one at {n} s", { n: said.downbeat_s }),
              said.key,
            ]
              .filter(Boolean)
              .join(", "),
          })}
        </p>
      )}
      {clip.steps.length > 0 && clip.kind !== "midi" && (
        <p className="quiet">{t("The first beat is moved on the original: take the steps out first.")}</p>
      )}
    </form>
  );
}
