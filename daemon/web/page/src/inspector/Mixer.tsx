import { useEffect, useState } from "react";
import { api, FullClip } from "../api/client";
import { Act } from "./Inspector";
import { t, tWord } from "../words/words";

const LOW_DB = -24,
  HIGH_DB = 12;

/** A channel for each part: fader, mute and solo. A fader counts when it is let go; each is a step that can be taken back. */
export function Mixer({ clip, parts, busy, act }: { clip: FullClip; parts: string[]; busy: boolean; act: Act }) {
  const hasSound = clip.kind !== "midi",
    edits = `clips/${clip.id}/edits`;
  const stepOf = (name: string, part: string) => clip.steps.find((step) => step.do === name && step.stem === part);
  const toggle = (name: string, part: string) => {
    const step = stepOf(name, part);
    if (step) act(() => api(`${edits}/${step.id}`, "DELETE"), t("Taken back."));
    else act(() => api(edits, "POST", { step: { do: name, stem: part } }), t("Edited; the original is as it was."));
  };
  const level = (part: string, db: number) => {
    const step = stepOf("level", part);
    if (step && db === 0) act(() => api(`${edits}/${step.id}`, "DELETE"), t("Taken back."));
    else if (step) act(() => api(`${edits}/${step.id}`, "PATCH", { settings: { stem: part, db } }), t("Changed."));
    else if (db !== 0)
      act(() => api(edits, "POST", { step: { do: "level", stem: part, db } }), t("Edited; the original is as it was."));
  };
  return (
    <>
      <h3>{hasSound ? t("Mixer") : t("Parts")}</h3>
      <ul className="mixer">
        {parts.map((part) => (
          <li key={part}>
            <span className="words" title={tWord(part)}>
              {tWord(part)}
            </span>
            {(["mute", "solo"] as const).map((name) => (
              <button
                key={name}
                className={`small ${name}`}
                disabled={busy}
                aria-pressed={!!stepOf(name, part)}
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
              <Fader
                part={part}
                db={Number(stepOf("level", part)?.db ?? 0)}
                busy={busy}
                set={(db) => level(part, db)}
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Fader({ part, db, busy, set }: { part: string; db: number; busy: boolean; set: (db: number) => void }) {
  const [now, setNow] = useState(db);
  useEffect(() => setNow(db), [db]);
  const done = () => {
    if (now !== db) set(now);
  };
  return (
    <>
      <input
        type="range"
        min={LOW_DB}
        max={HIGH_DB}
        step={0.5}
        value={now}
        disabled={busy}
        aria-label={t("Level of {part}, in dB", { part: tWord(part) })}
        aria-valuetext={`${now} dB`}
        onChange={(event) => setNow(Number(event.target.value))}
        onPointerUp={done}
        onBlur={done}
        onKeyUp={(event) => {
          if (event.key === "Enter") done();
        }}
        onDoubleClick={() => {
          setNow(0);
          if (db !== 0) set(0);
        }}
      />
      <output className="db">
        {now > 0 ? "+" : ""}
        {now} dB
      </output>
    </>
  );
}
