import { FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { player } from "../player/player";
import { Said } from "../words/Said";
import { t } from "../words/words";

type Now = components["schemas"]["RadioNow"];
const EVERY_MS = 2000;
const EXAMPLE = "lo-fi, rain, slow";

/** The radio: begun with words, told other ones, heard here, kept and ended. */
export function Radio({ edited, say }: { edited: () => void; say: (text: string) => void }) {
  const [now, setNow] = useState<Now | null>(null);
  const [busy, setBusy] = useState(false);
  const sound = useRef<HTMLAudioElement>(null);
  const look = useCallback(() => api<Now>("radio").then(setNow, (error) => say(error.message)), [say]);
  useEffect(() => {
    void look();
    const every = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(every);
  }, [look]);
  const does = async (work: Promise<unknown>, done: string) => {
    setBusy(true);
    await work.then(
      () => say(done),
      (error) => say(error.message),
    );
    await look();
    setBusy(false);
  };
  function words(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = { words: String(new FormData(event.currentTarget).get("words")) };
    void does(
      plays ? api("radio/words", "POST", said) : api("radio", "POST", said),
      plays ? t("New words: they are heard from the next phrase on.") : t("The first phrase is being written."),
    );
  }
  function keep(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const minutes = Number(new FormData(event.currentTarget).get("minutes"));
    void does(api("radio/kept", "POST", { minutes }).then(edited), t("Kept: it is in the library, as a track."));
  }
  if (!now) return <p role="status">{t("Asking what plays…")}</p>;
  const plays = now.state === "plays";
  return (
    <div className="room">
      <p className="quiet">
        {t("The built-in musician plays on and on: keys by the circle of fifths, no gap, new words at any time.")}
      </p>
      {now.state === "begins" && (
        <p role="status">
          <progress /> {t("The first phrase is being written.")}
        </p>
      )}
      {plays && (
        <>
          <p className="now" role="status">
            <strong>{now.title}</strong>{" "}
            <span className="quiet">{[now.bpm && `${now.bpm} bpm`, now.key].filter(Boolean).join(" · ")}</span>
          </p>
          <audio
            ref={sound}
            controls
            autoPlay
            src="/api/radio/stream"
            aria-label={t("The radio's sound")}
            onPlay={() => player.stop()}
          />
        </>
      )}
      {now.trouble && (
        <p className="why" role="alert">
          <Said text={now.trouble} />
        </p>
      )}
      <form className="row" onSubmit={words} key={String(plays)}>
        <label className="grow">
          {plays ? t("Other words") : t("What is played")}
          <input name="words" required maxLength={400} placeholder={EXAMPLE} defaultValue={plays ? "" : EXAMPLE} />
        </label>
        <button className="first" disabled={busy || now.state === "begins"}>
          {plays ? t("Say it") : t("Begin the radio")}
        </button>
      </form>
      {plays && (
        <div className="row">
          <form className="row tight" onSubmit={keep}>
            <label className="inline">
              {t("the last")}
              <input name="minutes" type="number" min={0.1} max={60} step="any" defaultValue={5} required size={4} />
              {t("minutes")}
            </label>
            <button disabled={busy}>{t("Keep them")}</button>
          </form>
          <button
            className="end"
            disabled={busy}
            onClick={() => void does(api("radio", "DELETE"), t("The radio is over."))}
          >
            {t("End the radio")}
          </button>
        </div>
      )}
      {plays && (
        <p className="quiet">
          {t("Other players on this machine:")} <code>{now.url}</code>
        </p>
      )}
    </div>
  );
}
