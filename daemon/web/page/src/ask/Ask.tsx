import { FormEvent, useEffect, useRef, useState } from "react";
import { api, Engine, Explained, Session } from "../api/client";
import { Reading } from "./Reading";
import { t, tWord } from "../words/words";

/** So many clips are sorted on a page of their own. */
export const BATCH = 4;
const MOST_CLIPS = 10_000;
const KINDS = ["loop", "oneshot", "track", "midi", "sfx", "vocal"];

/** The prompt, and what else can be said of the clip: what is left empty is chosen, from the words or the project. */
export function Ask({
  engines,
  session,
  words,
  say,
  sort,
}: {
  engines: Engine[];
  session: Session;
  words: { prompt: string; turn: number };
  say: (text: string) => void;
  sort: (job: string) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [kind, setKind] = useState("");
  const [engine, setEngine] = useState("");
  const [read, setRead] = useState<Explained | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const ordering = useRef(false);
  const ready = engines.filter((one) => one.ready);
  const able = new Set(ready.filter((one) => !engine || one.name === engine).flatMap((one) => one.kinds ?? []));
  useEffect(() => {
    if (!words.turn || !field.current) return;
    field.current.value = words.prompt;
    field.current.focus();
  }, [words]);

  const valuesOf = (form: HTMLFormElement) =>
    Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  async function explain(form: HTMLFormElement | null) {
    if (!form || !form.reportValidity()) return;
    try {
      setRead(await api<Explained>("explain", "POST", valuesOf(form)));
    } catch (error) {
      say((error as Error).message);
    }
  }
  async function order(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    // Enter sends the form though its button is disabled: one order at a time, or a held key pays for several
    if (ordering.current) return;
    ordering.current = true;
    setBusy(true);
    try {
      const values = valuesOf(event.currentTarget);
      const { job } = await api<{ job: string }>("requests", "POST", values);
      say(t("Your request is in the queue."));
      if (Number(values.count) >= BATCH) sort(job);
    } catch (error) {
      say((error as Error).message);
    }
    ordering.current = false;
    setBusy(false);
  }
  const known = [session.bpm && `${session.bpm} bpm`, session.key, session.meter].filter(Boolean).join(" · ");
  return (
    <section aria-labelledby="ask" className="ask">
      <h2 id="ask">{t("Ask for a clip")}</h2>
      <form onSubmit={order} className="prompt">
        <label className="wide">
          <span className="hidden">{t("What should it be?")}</span>
          <textarea
            ref={field}
            name="prompt"
            required
            maxLength={4000}
            rows={3}
            placeholder="dusty boom bap drums, vinyl crackle"
            onChange={() => setRead(null)}
            onKeyDown={(event) => {
              // an Enter that ends the composing of a word, as in Japanese, orders nothing
              if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault();
                if (!event.repeat) event.currentTarget.form?.requestSubmit();
              }
            }}
          />
        </label>
        <label>
          {t("Kind")}
          <select name="kind" value={kind} onChange={(e) => setKind(e.target.value)}>
            <option value="">{t("auto")}</option>
            {KINDS.map((one) => (
              <option key={one} value={one} disabled={!able.has(one)}>
                {able.has(one) ? tWord(one) : t("{kind} (no engine here makes it)", { kind: tWord(one) })}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("Tempo")}
          <input
            name="bpm"
            type="number"
            min={40}
            max={300}
            step="any"
            placeholder={session.bpm ? String(session.bpm) : t("auto")}
          />
        </label>
        <label>
          {t("Key")}
          <input name="key" maxLength={20} placeholder={session.key ?? t("auto")} />
        </label>
        <label>
          {t("Bars")}
          <input name="bars" type="number" min={1} max={64} placeholder="4" />
        </label>
        <label>
          {t("Count")}
          <input name="count" type="number" min={1} max={MOST_CLIPS} placeholder="1" />
        </label>
        <label>
          {t("Engine")}
          <select
            name="engine"
            value={engine}
            onChange={(e) => {
              setEngine(e.target.value);
              setKind("");
            }}
          >
            <option value="">{t("auto")}</option>
            {ready.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
                {one.costs_money && ` (${t("costs money")})`}
              </option>
            ))}
          </select>
        </label>
        {kind === "vocal" && (
          <label className="wide">
            {t("Lyrics")}
            <textarea name="lyrics" rows={3} maxLength={4000} placeholder={t("the words that are sung")} />
          </label>
        )}
        <button className="wide first" disabled={busy}>
          {t("Make it")}
        </button>
        <button className="wide plain" type="button" onClick={(e) => explain(e.currentTarget.form)}>
          {t("Show what each word sets")}
        </button>
      </form>
      {read && <Reading read={read} close={() => setRead(null)} />}
      <p className="quiet session">
        <span className={known ? "dot on" : "dot"} aria-hidden="true" />
        {known ? t("Your project: {known}", { known }) : t("Your project: nothing is known of it yet")}
      </p>
    </section>
  );
}
