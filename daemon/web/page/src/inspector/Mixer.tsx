import { useCallback, useEffect, useRef, useState } from "react";
import { api, FullClip, Step } from "../api/client";
import { player, usePlayer } from "../player/player";
import { wordsOf } from "../views/words";
import { t, tWord } from "../words/words";
import { Act } from "./act";
import { Channel, FLAT, mix, stampOf, useMix } from "./mix";

const LOW_DB = -24,
  HIGH_DB = 12,
  FLOOR_DB = -48;
const say = wordsOf({
  en: {
    mixer: "Mixer",
    parts: "Parts",
    level: "Level of {part}, in dB",
    pan: "Side of {part}",
    middle: "middle",
    left: "{much} left",
    right: "{much} right",
    live: "You hear each move at once; what you let go is rendered.",
    loading: "Fetching the parts…",
    edited: "Edited; the original is as it was.",
    changed: "Changed.",
    back: "Taken back.",
    hint: "Play it: faders and sides then act at once.",
    fitted: "You hear it in the project's tempo and key: a move is heard once it is rendered.",
  },
  de: {
    mixer: "Mischpult",
    parts: "Stimmen",
    level: "Pegel von {part}, in dB",
    pan: "Seite von {part}",
    middle: "Mitte",
    left: "{much} links",
    right: "{much} rechts",
    live: "Jede Bewegung ist gleich zu hören; beim Loslassen wird gerendert.",
    loading: "Die Stimmen kommen…",
    edited: "Bearbeitet; das Original ist, wie es war.",
    changed: "Geändert.",
    back: "Zurückgenommen.",
    hint: "Abspielen: Regler und Seiten wirken dann sofort.",
    fitted: "Du hörst ihn in Tempo und Tonart des Projekts: eine Bewegung ist nach dem Rendern zu hören.",
  },
  es: {
    mixer: "Mezclador",
    parts: "Partes",
    level: "Nivel de {part}, en dB",
    pan: "Lado de {part}",
    middle: "centro",
    left: "{much} izquierda",
    right: "{much} derecha",
    live: "Oyes cada movimiento al instante; al soltar se renderiza.",
    loading: "Trayendo las partes…",
    edited: "Editado; el original quedó igual.",
    changed: "Cambiado.",
    back: "Deshecho.",
    hint: "Reprodúcelo: los niveles y lados actúan al instante.",
    fitted: "Lo oyes en el tempo y la tonalidad del proyecto: un movimiento se oye cuando se ha renderizado.",
  },
});

/** The channels that a clip's steps say. */
function channelsOf(steps: Step[], parts: string[]): Record<string, Channel> {
  const its = (name: string, part: string) => steps.find((step) => step.do === name && step.stem === part);
  return Object.fromEntries(
    parts.map((part) => [
      part,
      {
        db: Number(its("level", part)?.db ?? 0),
        pan: Number(its("pan", part)?.to ?? 0),
        mute: !!its("mute", part),
        solo: !!its("solo", part),
      },
    ]),
  );
}

/** A channel for each part: mute, solo, fader, side and meter. All act at once in the browser; let go, each is a step that can be taken back. */
export function Mixer({ clip, parts, busy, act }: { clip: FullClip; parts: string[]; busy: boolean; act: Act }) {
  const hasSound = clip.kind !== "midi",
    edits = `clips/${clip.id}/edits`;
  const { playing, clip: heard, fit } = usePlayer(),
    state = useMix();
  const sounds = playing && heard?.id === clip.id,
    fitted = !!(fit.bpm || fit.key);
  const said = JSON.stringify(channelsOf(clip.steps, parts));
  const [channels, setChannels] = useState<Record<string, Channel>>(() => JSON.parse(said));
  useEffect(() => setChannels(JSON.parse(said)), [said, clip.id]);
  useEffect(() => mix.setAll(channels), [channels]);
  const stamp = stampOf(clip.steps);
  useEffect(() => {
    mix.isShown = true;
    return () => {
      mix.isShown = false;
    };
  }, []);
  const wake = useCallback(() => {
    if (hasSound && sounds && !fitted) void player.mix(clip.id, stamp);
  }, [hasSound, sounds, fitted, clip.id, stamp]);

  const stepOf = (name: string, part: string) => clip.steps.find((step) => step.do === name && step.stem === part);
  const move = (part: string, some: Partial<Channel>) =>
    setChannels((before) => ({ ...before, [part]: { ...(before[part] ?? FLAT), ...some } }));
  const toggle = (name: "mute" | "solo", part: string) => {
    const step = stepOf(name, part);
    wake();
    move(part, { [name]: !step });
    if (step) act(() => api(`${edits}/${step.id}`, "DELETE"), say("back"));
    else act(() => api(edits, "POST", { step: { do: name, stem: part } }), say("edited"));
  };
  const settle = (name: "level" | "pan", part: string, value: number) => {
    const step = stepOf(name, part),
      setting = name === "level" ? "db" : "to";
    if (Number(step?.[setting] ?? 0) === value) return;
    if (step && value === 0) act(() => api(`${edits}/${step.id}`, "DELETE"), say("back"));
    else if (step)
      act(() => api(`${edits}/${step.id}`, "PATCH", { settings: { stem: part, [setting]: value } }), say("changed"));
    else act(() => api(edits, "POST", { step: { do: name, stem: part, [setting]: value } }), say("edited"));
  };
  const live = !fitted && mix.standsFor(clip.id);
  return (
    <>
      <h3>{say(hasSound ? "mixer" : "parts")}</h3>
      {hasSound && (
        <p className="quiet" role="status">
          {state.clip === clip.id && state.why
            ? state.why
            : state.clip === clip.id && state.loading
              ? say("loading")
              : live
                ? say("live")
                : say(fitted ? "fitted" : "hint")}
        </p>
      )}
      <ul className="mixer" onPointerEnter={wake} onFocus={wake} data-live={live}>
        {parts.map((part) => {
          const now = channels[part] ?? FLAT;
          return (
            <li key={part}>
              <span className="words" title={tWord(part)}>
                {tWord(part)}
              </span>
              {(["mute", "solo"] as const).map((name) => (
                <button
                  key={name}
                  className={`small ${name}`}
                  disabled={busy && !live}
                  aria-pressed={now[name]}
                  aria-label={
                    name === "mute" ? t("mute {part}", { part: tWord(part) }) : t("solo {part}", { part: tWord(part) })
                  }
                  title={t(name)}
                  onClick={() => toggle(name, part)}
                >
                  {name[0].toUpperCase()}
                </button>
              ))}
              {hasSound && (
                <>
                  <Slider
                    className="fader"
                    value={now.db}
                    low={LOW_DB}
                    high={HIGH_DB}
                    step={0.5}
                    name={say("level", { part: tWord(part) })}
                    words={`${now.db} dB`}
                    busy={busy && !live}
                    move={(db) => move(part, { db })}
                    done={(db) => settle("level", part, db)}
                  />
                  <output className="db">
                    {now.db > 0 ? "+" : ""}
                    {now.db} dB
                  </output>
                  <Slider
                    className="pan"
                    value={now.pan}
                    low={-1}
                    high={1}
                    step={0.05}
                    name={say("pan", { part: tWord(part) })}
                    words={sideOf(now.pan)}
                    busy={busy && !live}
                    move={(pan) => move(part, { pan })}
                    done={(pan) => settle("pan", part, pan)}
                  />
                  <PartMeter part={part} on={live && sounds} />
                </>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

const sideOf = (pan: number) =>
  pan === 0 ? say("middle") : say(pan < 0 ? "left" : "right", { much: `${Math.round(Math.abs(pan) * 100)}%` });

/** A slider that tells each move, and the value once it is let go: by the pointer, Enter, or when it loses the focus. A double click is zero. */
function Slider({
  className,
  value,
  low,
  high,
  step,
  name,
  words,
  busy,
  move,
  done,
}: {
  className: string;
  value: number;
  low: number;
  high: number;
  step: number;
  name: string;
  words: string;
  busy: boolean;
  move: (value: number) => void;
  done: (value: number) => void;
}) {
  return (
    <input
      type="range"
      className={className}
      min={low}
      max={high}
      step={step}
      value={value}
      disabled={busy}
      aria-label={name}
      aria-valuetext={words}
      title={words}
      onChange={(event) => move(Number(event.target.value))}
      onPointerUp={() => done(value)}
      onBlur={() => done(value)}
      onKeyUp={(event) => {
        if (event.key === "Enter") done(value);
      }}
      onDoubleClick={() => {
        move(0);
        done(0);
      }}
    />
  );
}

/** How loud a part is now, falling slowly. */
function PartMeter({ part, on }: { part: string; on: boolean }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = 0,
      shown = FLOOR_DB;
    const draw = () => {
      shown = Math.max(on ? 20 * Math.log10(mix.level(part) + 1e-6) : FLOOR_DB, shown - 0.8, FLOOR_DB);
      if (bar.current) bar.current.style.transform = `scaleX(${1 - Math.min(0, shown) / FLOOR_DB})`;
      if (on || shown > FLOOR_DB) frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [part, on]);
  return (
    <div className="meter part-meter" aria-hidden="true">
      <div ref={bar} />
    </div>
  );
}
