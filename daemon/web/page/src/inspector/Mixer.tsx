import { useEffect, useState } from "react";
import { api, FullClip } from "../api/client";
import { Act } from "./Inspector";

const LOW_DB = -24, HIGH_DB = 12;

/** A channel for each part: fader, mute and solo. A fader counts when it is let go; each is a step that can be taken back. */
export function Mixer({ clip, parts, busy, act }: { clip: FullClip; parts: string[]; busy: boolean; act: Act }) {
  const hasSound = clip.kind !== "midi", edits = `clips/${clip.id}/edits`;
  const stepOf = (name: string, part: string) => clip.steps.find((step) => step.do === name && step.stem === part);
  const toggle = (name: string, part: string) => {
    const step = stepOf(name, part);
    if (step) act(() => api(`${edits}/${step.id}`, "DELETE"), "Taken back.");
    else act(() => api(edits, "POST", { step: { do: name, stem: part } }), "Edited; the original is as it was.");
  };
  const level = (part: string, db: number) => {
    const step = stepOf("level", part);
    if (step && db === 0) act(() => api(`${edits}/${step.id}`, "DELETE"), "Taken back.");
    else if (step) act(() => api(`${edits}/${step.id}`, "PATCH", { settings: { stem: part, db } }), "Changed.");
    else if (db !== 0) act(() => api(edits, "POST", { step: { do: "level", stem: part, db } }), "Edited; the original is as it was.");
  };
  return (
    <>
      <h3>{hasSound ? "Mixer" : "Parts"}</h3>
      <ul className="mixer">{parts.map((part) => (
        <li key={part}>
          <span className="words" title={part}>{part}</span>
          {(["mute", "solo"] as const).map((name) => (
            <button key={name} className={`small ${name}`} disabled={busy} aria-pressed={!!stepOf(name, part)} aria-label={`${name} ${part}`} title={name} onClick={() => toggle(name, part)}>{name[0].toUpperCase()}</button>
          ))}
          {hasSound && <Fader part={part} db={Number(stepOf("level", part)?.db ?? 0)} busy={busy} set={(db) => level(part, db)} />}
        </li>
      ))}</ul>
    </>
  );
}

function Fader({ part, db, busy, set }: { part: string; db: number; busy: boolean; set: (db: number) => void }) {
  const [now, setNow] = useState(db);
  useEffect(() => setNow(db), [db]);
  const done = () => { if (now !== db) set(now); };
  return <>
    <input type="range" min={LOW_DB} max={HIGH_DB} step={0.5} value={now} disabled={busy} aria-label={`Level of ${part}, in dB`} aria-valuetext={`${now} dB`}
      onChange={(event) => setNow(Number(event.target.value))} onPointerUp={done} onBlur={done} onKeyUp={(event) => { if (event.key === "Enter") done(); }} onDoubleClick={() => { setNow(0); if (db !== 0) set(0); }} />
    <output className="db">{now > 0 ? "+" : ""}{now} dB</output>
  </>;
}
