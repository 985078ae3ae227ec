import { FormEvent, useEffect, useState } from "react";
import { api, PluginInfo, Plugins, Step } from "../api/client";
import { t, tWord } from "../words/words";

const FIRST = 10;

/** `mix=0.4; size=0.7` as the step holds it. */
function parameters(step?: Step): Record<string, string> {
  const pairs = String(step?.parameters ?? "")
    .split(";")
    .map((one) => one.split("=").map((part) => part.trim()));
  return Object.fromEntries(pairs.filter(([name, value]) => name && value));
}

/** The step `plugin`: the user's own effect, and its parameters that differ from their defaults. */
export function PluginForm({
  step,
  busy,
  button,
  done,
}: {
  step?: Step;
  busy: boolean;
  button: string;
  done: (values: Record<string, string>) => void;
}) {
  const [known, setKnown] = useState<Plugins | null>(null);
  const [path, setPath] = useState(String(step?.path ?? ""));
  const [preset, setPreset] = useState(String(step?.preset ?? ""));
  const [info, setInfo] = useState<PluginInfo | null>(null);
  const [why, setWhy] = useState("");
  const [set, setSet] = useState(parameters(step));
  const [search, setSearch] = useState("");
  useEffect(() => {
    api<Plugins>("plugins").then(setKnown, (error) => setWhy(error.message));
  }, []);
  useEffect(() => {
    let gone = false;
    setInfo(null);
    setWhy("");
    if (path)
      api<PluginInfo>(`plugins/${encodeURIComponent(path)}`).then(
        (one) => {
          if (!gone) setInfo(one);
        },
        (error) => {
          if (!gone) setWhy(error.message);
        },
      );
    return () => {
      gone = true;
    };
  }, [path]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = Object.entries(set)
      .filter(([, value]) => value.trim())
      .map(([name, value]) => `${name}=${value.trim()}`);
    done({ path, preset, parameters: said.join("; ") });
  }
  if (!known) return <p className="quiet">{why || t("Looking for plugins…")}</p>;
  if (known.text) return <p>{known.text}</p>;
  if (!known.names.length)
    return (
      <p>
        {t(
          "No VST3 or Audio Unit was found in your system's plugin folders; name others under plugins.folders in the config.",
        )}
      </p>
    );
  const rows = (info?.parameters ?? []).filter((one) => one.name.includes(search.toLowerCase().replace(/ /g, "_")));
  const shown = rows.filter((one, place) => place < FIRST || set[one.name]);
  return (
    <form
      onSubmit={submit}
      className="row plugin"
      aria-label={step ? t("Change {what}", { what: tWord("plugin") }) : undefined}
    >
      <label>
        {t("plugin")}
        <select
          value={path}
          required
          onChange={(e) => {
            setPath(e.target.value);
            setSet({});
            setPreset("");
          }}
        >
          <option value="">{t("choose one")}</option>
          {known.names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {info && rows.length + search.length > FIRST && (
        <label>
          {t("find a setting")}
          <input value={search} onChange={(e) => setSearch(e.target.value)} />
        </label>
      )}
      {shown.map((one) => (
        <label key={one.name}>
          {one.name.replace(/_/g, " ")}
          {one.choices.length ? (
            <select value={set[one.name] ?? ""} onChange={(e) => setSet({ ...set, [one.name]: e.target.value })}>
              <option value="">{t("{value} (as it starts)", { value: one.value })}</option>
              {one.choices.map((choice) => (
                <option key={choice}>{choice}</option>
              ))}
            </select>
          ) : (
            <input
              value={set[one.name] ?? ""}
              placeholder={`${one.value} ${one.unit}`.trim()}
              title={one.range}
              onChange={(e) => setSet({ ...set, [one.name]: e.target.value })}
            />
          )}
        </label>
      ))}
      {info && (
        <label>
          {t("preset file")}
          <input
            value={preset}
            placeholder={t("none")}
            onChange={(e) => setPreset(e.target.value)}
            title={t("a .vstpreset file in your preset folders")}
          />
        </label>
      )}
      <button disabled={busy || !info}>{button}</button>
      {path && !info && (
        <p className="quiet" role="status">
          {why || t("Asking {what}…", { what: path })}
        </p>
      )}
      {rows.length > shown.length && (
        <p className="quiet">
          {t("{n} of {all} settings; find others by name.", { n: shown.length, all: rows.length })}
        </p>
      )}
    </form>
  );
}
