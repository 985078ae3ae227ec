import { KeyboardEvent, PointerEvent, useEffect, useRef, useState } from "react";
import { canHear, FullClip, Session } from "../api/client";
import { clock } from "../library/about";
import { asEdited, gridOf, placeOf } from "./beats";
import { Chords } from "./Chords";
import { Meter } from "./Meter";
import { player, usePlayer, versionOf } from "./player";
import { Waveform } from "./Waveform";
import { t } from "../words/words";

/** More lines than this would be one grey. */
const MOST_BEATS = 160;

/** The player below everything: waveform with beats and bars, the part that repeats, versions, level and volume. */
export function PlayerBar({
  detail,
  stamp,
  session,
  inTime,
  setInTime,
}: {
  /** The clip in the player with its record, where that is known. */
  detail: FullClip | null;
  stamp: string;
  session: Session;
  inTime: boolean;
  setInTime: (on: boolean) => void;
}) {
  const { clip, version, playing, region, volume, fit, seconds } = usePlayer();
  const [opened, setOpened] = useState(false);
  const known = detail?.id === clip?.id ? detail : null;
  const edited = !!known?.steps.length || !!clip?.edited;
  const moved = !!(fit.bpm || fit.key);
  const heard = clip && edited && version === "edited" ? asEdited(clip, known) : clip;
  const slower = clip?.bpm && heard?.bpm ? clip.bpm / heard.bpm : 1;
  const grid = gridOf(heard, known?.record.meter, (known?.record.corrected?.downbeat_s ?? 0) * slower);
  const length = (heard ?? clip)?.seconds || seconds;
  if (!clip)
    return (
      <footer className="player empty" aria-label={t("Player")}>
        <p className="quiet">{t("Play or choose a clip: it is heard and seen here.")}</p>
      </footer>
    );
  const hears = moved && (fit.bpm ?? clip.bpm) ? `${fit.bpm ?? clip.bpm} bpm` : "";
  return (
    <footer className="player" aria-label={t("Player")} data-opened={opened}>
      <div className="transport">
        <button
          className="play big"
          disabled={!canHear(clip)}
          onClick={() => player.toggle()}
          aria-label={playing ? t("Pause") : t("Play what is in the player")}
        >
          {playing ? "❚❚" : "▶"}
        </button>
        <Position grid={grid} seconds={length} />
      </div>
      <div className="what">
        <span className="words" title={clip.prompt || clip.name}>
          {clip.prompt || clip.name}
        </span>
        <span className="chips">
          {(heard ?? clip).bpm && (
            <span className="tag" title={t("its own tempo")}>
              {(heard ?? clip).bpm} bpm
            </span>
          )}
          {clip.key && (
            <span className="tag" title={t("its own key")}>
              {clip.key}
            </span>
          )}
          {!!(session.bpm || session.key) && (
            <button
              className="tag"
              aria-pressed={inTime}
              onClick={() => setInTime(!inTime)}
              title={t("Hear all clips in your project's tempo and key")}
            >
              {t("in the project")}
              {hears && moved ? `: ${hears}${fit.key && clip.key ? `, ${fit.key}` : ""}` : ""}
            </button>
          )}
        </span>
      </div>
      <button
        className="small unfold"
        aria-expanded={opened}
        aria-label={opened ? t("Make the player small") : t("Open the player")}
        onClick={() => setOpened(!opened)}
      >
        {opened ? "▾" : "▴"}
      </button>
      <Strip grid={grid} seconds={length} region={region}>
        {grid && known && <Chords clip={known} grid={grid} />}
        {clip.kind === "midi" && !canHear(clip) ? (
          <p className="quiet">{t("Notes without an instrument: drag them into your DAW.")}</p>
        ) : (
          <Waveform clip={clip.id} version={version} height={72} count={1600} stamp={stamp} playing={playing} />
        )}
      </Strip>
      <div className="outs">
        {edited && clip.kind !== "midi" && (
          <div className="ab" role="group" aria-label={t("Which version is heard")}>
            <button aria-pressed={version === "original"} onClick={() => player.hear("original")}>
              {t("A original")}
            </button>
            <button
              aria-pressed={version === "edited"}
              onClick={() => player.hear(versionOf({ ...clip, edited: true }))}
            >
              {t("B edited")}
            </button>
          </div>
        )}
        <Meter playing={playing} />
        <label className="volume" title={t("Volume")}>
          <span className="hidden">{t("Volume")}</span>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M2 6v4h3l4 3V3L5 6zM11 5.5a4 4 0 0 1 0 5M13 3.5a7 7 0 0 1 0 9" />
          </svg>
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={volume}
            onChange={(event) => player.setVolume(Number(event.target.value))}
          />
        </label>
      </div>
    </footer>
  );
}

function Position({ grid, seconds }: { grid: ReturnType<typeof gridOf>; seconds: number }) {
  const text = useRef<HTMLOutputElement>(null);
  useEffect(() => {
    let frame = 0;
    const move = () => {
      const at = player.stands() * seconds;
      const now = grid ? placeOf(grid, at) : clock(at);
      if (text.current && text.current.textContent !== now) text.current.textContent = now;
      frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [grid, seconds]);
  return (
    <div className="position">
      <output ref={text} aria-label={grid ? t("Bar and beat") : t("Time")} aria-live="off" />
      <span className="quiet">{clock(seconds)}</span>
    </div>
  );
}

/** What is drawn over the waveform, and what a hand does there: a click goes there, a drag repeats those bars. */
function Strip({
  grid,
  seconds,
  region,
  children,
}: {
  grid: ReturnType<typeof gridOf>;
  seconds: number;
  region: [number, number] | null;
  children: React.ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null),
    head = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  useEffect(() => {
    let frame = 0;
    const move = () => {
      if (head.current) head.current.style.left = `${player.stands() * 100}%`;
      frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, []);
  const bar = grid ? grid.perBar / grid.beats : 0;
  const snapped = ([from, to]: [number, number]): [number, number] => {
    const [low, high] = from < to ? [from, to] : [to, from];
    return bar ? [Math.floor(low / bar + 1e-6) * bar, Math.min(1, Math.ceil(high / bar - 1e-6) * bar)] : [low, high];
  };
  const at = (event: PointerEvent) => {
    const area = box.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
  };
  function up(event: PointerEvent) {
    if (!drag) return;
    setDrag(null);
    if (Math.abs(drag[1] - drag[0]) * box.current!.clientWidth < 6) {
      player.seek(at(event));
      return;
    }
    player.repeatOnly(snapped(drag));
  }
  function keys(event: KeyboardEvent) {
    const step = bar ? bar / grid!.perBar : 0.02,
      now = player.stands();
    const does: Record<string, () => void> = {
      ArrowRight: () => player.seek(Math.min(0.999, now + step)),
      ArrowLeft: () => player.seek(Math.max(0, now - step)),
      PageDown: () => player.seek(Math.min(0.999, now + (bar || 0.1))),
      PageUp: () => player.seek(Math.max(0, now - (bar || 0.1))),
      Home: () => player.seek(0),
      End: () => player.seek(0.999),
      Escape: () => player.repeatOnly(null),
      // this bar alone, and one more bar with each further press
      l: () => player.repeatOnly(snapped(region ? [region[0], Math.min(1, region[1] + 1e-4)] : [now, now + 1e-4])),
    };
    if (does[event.key]) {
      event.preventDefault();
      does[event.key]();
    }
  }
  const shown = drag ? snapped(drag) : region;
  const beats =
    grid && grid.beats <= MOST_BEATS ? Array.from({ length: Math.ceil(grid.beats - 1e-6) }, (_, beat) => beat) : [];
  const bars = grid ? Array.from({ length: Math.ceil(grid.beats / grid.perBar - 1e-6) }, (_, number) => number) : [];
  const every = Math.ceil(bars.length / 32);
  const offset = grid ? (grid.firstS % (grid.perBar * grid.quarterS)) / seconds : 0;
  return (
    <div
      className="strip"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label={t("Place in the clip: arrows move by beats, l repeats this bar, Escape repeats all")}
      aria-valuemin={0}
      aria-valuemax={Math.round(seconds * 1000) / 1000}
      aria-valuenow={Math.round(player.stands() * seconds * 1000) / 1000}
      aria-valuetext={
        grid ? t("bar {n}", { n: placeOf(grid, player.stands() * seconds) }) : clock(player.stands() * seconds)
      }
      onKeyDown={keys}
      onDoubleClick={() => player.repeatOnly(null)}
      onPointerDown={(event) => {
        if (event.button === 0) {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([at(event), at(event)]);
        }
      }}
      onPointerMove={(event) => drag && setDrag([drag[0], at(event)])}
      onPointerUp={up}
      onPointerCancel={() => setDrag(null)}
    >
      {grid && (
        <svg className="beats" aria-hidden="true">
          {beats.map((beat) => (
            <line
              key={beat}
              x1={`${(beat / grid.beats + offset) * 100}%`}
              x2={`${(beat / grid.beats + offset) * 100}%`}
              y1="18"
              y2="100%"
            />
          ))}
          {bars
            .filter((number) => number % every === 0)
            .map((number) => (
              <g key={number}>
                <line
                  className="bar"
                  x1={`${(number * bar + offset) * 100}%`}
                  x2={`${(number * bar + offset) * 100}%`}
                  y1="0"
                  y2="100%"
                />
                <text x={`${(number * bar + offset) * 100}%`} dx="4" y="11">
                  {number + 1}
                </text>
              </g>
            ))}
        </svg>
      )}
      {children}
      {shown && (
        <div className="region" style={{ left: `${shown[0] * 100}%`, width: `${(shown[1] - shown[0]) * 100}%` }} />
      )}
      <div className="head" ref={head} />
    </div>
  );
}
