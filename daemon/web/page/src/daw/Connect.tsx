import { useCallback, useEffect, useState } from "react";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Dialog } from "../design/Dialog";
import { Said } from "../words/Said";
import { locale, t } from "../words/words";

type Daw = components["schemas"]["Daw"];
type Installed = components["schemas"]["InstalledFiles"];

/** How often it is asked whether a DAW is heard. */
const EVERY_MS = 2000;

/** What is on this machine, what is put where by one click, and when a DAW was last heard. */
export function Connect({ close, say }: { close: () => void; say: (text: string) => void }) {
  const [daws, setDaws] = useState<Daw[] | null>(null);
  const load = useCallback(() => api<Daw[]>("daws").then(setDaws, (error) => say(error.message)), [say]);
  useEffect(() => {
    void load();
    const every = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(every);
  }, [load]);
  const here = daws?.filter((daw) => daw.found) ?? [],
    others = daws?.filter((daw) => !daw.found) ?? [];
  return (
    <Dialog name="connect" title={t("Connect your DAW")} close={close}>
      <p className="quiet">
        {t(
          "Sidecrate follows your project's tempo and key, and puts its clips into your DAW's browser. It changes nothing in your project.",
        )}
      </p>
      {!daws && <p role="status">{t("Looking for DAWs…")}</p>}
      {daws && here.length === 0 && (
        <p className="none-found">{t("No DAW was found in its usual place on this machine.")}</p>
      )}
      <ul className="daws">
        {here.map((daw) => (
          <Row key={daw.name} daw={daw} load={load} say={say} />
        ))}
      </ul>
      {others.length > 0 && (
        <details open={here.length === 0}>
          <summary>
            {t("Not found here")} ({others.length})
          </summary>
          <ul className="daws">
            {others.map((daw) => (
              <Row key={daw.name} daw={daw} load={load} say={say} />
            ))}
          </ul>
        </details>
      )}
      <p className="quiet">
        <Said
          text={t(
            "Any other DAW: add the folder of your clips to its browser (`sidecrate open` shows it), and let it send MIDI clock or Ableton Link.",
          )}
        />
      </p>
    </Dialog>
  );
}

function Row({ daw, load, say }: { daw: Daw; load: () => Promise<void>; say: (text: string) => void }) {
  const [done, setDone] = useState<Installed | null>(null);
  const [busy, setBusy] = useState(false);
  const install = () => {
    setBusy(true);
    api<Installed>(`daws/${daw.name}`, "POST")
      .then(
        (made) => {
          setDone(made);
          say(t("It is installed for {daw}.", { daw: daw.title }));
          return load();
        },
        (error) => say(error.message),
      )
      .finally(() => setBusy(false));
  };
  const heard = daw.heard.length > 0;
  const steps = done?.steps ?? daw.steps;
  const can = daw.files.length > 0;
  return (
    <li aria-label={daw.title}>
      <div className="bar">
        <h3>{daw.title}</h3>
        <span className="quiet" role="status">
          <span className={heard ? "dot on" : "dot"} aria-hidden="true" /> {sign(daw)}
        </span>
      </div>
      {daw.why && (
        <p className="quiet">
          <Said text={daw.why} />
        </p>
      )}
      {can && (
        <>
          <p className="quiet">
            {daw.state === "none"
              ? t("This is put into its folders:")
              : daw.state === "ok"
                ? t("Installed:")
                : daw.state === "gone"
                  ? t("It was installed, and has gone:")
                  : t("What is installed is of another version, or was changed:")}
          </p>
          <ul className="paths">
            {daw.files.map((file) => (
              <li key={file}>
                <code>{file}</code>
              </li>
            ))}
          </ul>
          <button className={daw.state === "ok" ? "small" : "first"} disabled={busy} onClick={install}>
            {daw.state === "none" ? t("Install it for {daw}", { daw: daw.title }) : t("Install it anew")}
          </button>
        </>
      )}
      {daw.found && steps.length > 0 && (
        <ol className="todo">
          {steps.map((step) => (
            <li key={step}>
              <Said text={step} />
            </li>
          ))}
        </ol>
      )}
      <p className="quiet">
        {t("More:")} <code>sidecrate open docs/{daw.page}</code>
      </p>
    </li>
  );
}

/** Whether the DAW is heard, in words. */
function sign(daw: Daw): string {
  if (daw.heard.length) return t("heard now");
  return daw.last_heard
    ? t("last heard at {time}", {
        time: new Date(daw.last_heard * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" }),
      })
    : t("not heard yet");
}
