import { FormEvent, useEffect, useState } from "react";
import { api, Engine, Session, Share, Spend, Who } from "../api/client";
import { Over } from "../app/commands";
import { Dialog } from "../design/Dialog";
import { People } from "./Login";
import { Language, LANGUAGES, locale, speak, t, useLanguage } from "../words/words";

/** The project's tempo and key, engines, spend and settings. */
export function Studio({
  engines,
  session,
  who,
  changed,
  share,
  changedWho,
  open,
  close,
  say,
}: {
  engines: Engine[];
  session: Session;
  who: Who;
  changed: number;
  share: boolean;
  changedWho: (who: Who) => void;
  open: (what: Over) => void;
  close: () => void;
  say: (text: string) => void;
}) {
  const [shares, setShares] = useState<Share[]>([]);
  useEffect(() => {
    if (share) api<Share[]>("shares").then(setShares, () => undefined);
  }, [changed, share]);
  const revoke = (one: Share) =>
    api(`shares/${one.id}`, "DELETE").then(
      () => setShares(shares.filter((other) => other !== one)),
      (error) => say(error.message),
    );
  const [spend, setSpend] = useState<Spend | null>(null);
  const [settings, setSettings] = useState<{ file: string; values: Record<string, unknown> } | null>(null);
  useEffect(() => {
    api<Spend>("spend").then(setSpend, (error) => say(error.message));
    api<{ file: string; values: Record<string, unknown> }>("settings").then(setSettings, (error) => say(error.message));
  }, [say]);

  const reasons = [...new Set(engines.filter((one) => !one.ready).map((one) => one.why ?? ""))];

  function pin(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = { bpm: Number(form.get("bpm")) || 0, key: String(form.get("key")) };
    api("session", "PUT", values).then(
      () => say(values.bpm || values.key ? t("Pinned.") : t("Tempo and key follow your project.")),
      (error) => say(error.message),
    );
  }
  return (
    <Dialog name="studio" title={t("Studio")} close={close} closing={t("Close the studio")}>
      <div className="row tight rooms">
        <button onClick={() => open("radio")}>{t("Radio")}</button>
        <button onClick={() => open("projects")}>{t("Projects")}</button>
        <button onClick={() => open("films")}>{t("Films")}</button>
        <button onClick={() => open("taught")}>{t("Your own sounds")}</button>
        <button onClick={() => open("daws")}>{t("Connect your DAW")}</button>
      </div>
      <div className="row">
        <label>
          {t("Language")}
          <select value={useLanguage()} onChange={(event) => void speak(event.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <form className="row" onSubmit={pin} key={`${session.bpm} ${session.key}`}>
        <label>
          {t("Pin tempo")}
          <input name="bpm" type="number" step="any" min={0} max={300} defaultValue={session.bpm ?? ""} />
        </label>
        <label>
          {t("Pin key")}
          <input name="key" defaultValue={session.key ?? ""} />
        </label>
        <button>{t("Pin")}</button>
      </form>
      <p className="quiet">{t("What is empty follows your project.")}</p>
      {share && (
        <details>
          <summary>
            {t("Shared links")} ({shares.length})
          </summary>
          {shares.length === 0 && <p className="quiet">{t("None is open.")}</p>}
          <ul>
            {shares.map((one) => (
              <li key={one.id} className="bar">
                <span className="words">{one.title}</span>
                <span className="quiet">
                  {t("until {date}", { date: new Date(one.expires * 1000).toLocaleDateString(locale()) })}
                </span>
                <button
                  className="small"
                  onClick={() => revoke(one)}
                  aria-label={t("Revoke {title}", { title: one.title })}
                >
                  {t("Revoke")}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
      <People who={who} changed={changedWho} say={say} />
      <details>
        <summary>{t("Engines")}</summary>
        <ul>
          {engines
            .filter((one) => one.ready)
            .map((one) => (
              <li key={one.name}>
                {one.title ?? one.name}: {t("ready")}
                {one.costs_money && `, ${t("costs money")}`}
              </li>
            ))}
          {reasons.map((why) => (
            <li key={why} className="quiet">
              {why}:{" "}
              {engines
                .filter((one) => !one.ready && one.why === why)
                .map((one) => one.name)
                .join(", ")}
            </li>
          ))}
        </ul>
      </details>
      <details>
        <summary>{t("Spend")}</summary>
        {spend && (
          <p>
            {t("Today {spent} of {most} USD.", {
              spent: spend.today_usd.toFixed(3),
              most: spend.per_day_usd.toFixed(2),
            })}
          </p>
        )}
        <ul>
          {spend?.purchases.map((one) => (
            <li key={one.id}>
              {one.engine}: {(one.cost_usd ?? one.estimate_usd).toFixed(4)} USD
            </li>
          ))}
        </ul>
      </details>
      <details>
        <summary>{t("Settings")}</summary>
        {settings && (
          <>
            <p>
              {t("They are changed in this file:")} <code>{settings.file}</code>
            </p>
            <pre tabIndex={0} aria-label={t("Settings")}>
              {JSON.stringify(settings.values, null, 1)}
            </pre>
          </>
        )}
      </details>
    </Dialog>
  );
}
