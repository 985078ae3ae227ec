import { FormEvent } from "react";
import { t, tWord } from "../words/words";
import { Setting, Step, StepKind } from "../api/client";
import { ClipChoice } from "./ClipChoice";
import { PluginForm } from "./Plugin";

const UNITS: Record<string, string> = { db: "dB", hz: "Hz", s: "s", ms: "ms", bpm: "bpm", lufs: "LUFS" };

/** A setting's name for people: `low_db` is "low (dB)". */
export function settingLabel(name: string): string {
  const words = name.split("_");
  const known = (plain: string[]) => tWord(plain.join(" "));
  const unit = UNITS[words[words.length - 1]];
  return unit ? (words.length > 1 ? `${known(words.slice(0, -1))} (${unit})` : unit) : known(words);
}

export function stepText(step: Step): string {
  if (step.do === "notes") return t("notes · changed by hand");
  const settings = Object.entries(step).filter(([name, value]) => name !== "id" && name !== "do" && value !== "");
  return [tWord(step.do), ...settings.map(([name, value]) => `${settingLabel(name)} ${tWord(String(value))}`)].join(
    " · ",
  );
}

/** A step's settings, to add it or to change it in its place. */
export function StepForm({
  kind,
  step,
  parts,
  clip,
  busy,
  button,
  done,
}: {
  kind: StepKind;
  step?: Step;
  parts: string[];
  clip: string;
  busy: boolean;
  button: string;
  done: (values: Record<string, string>) => void;
}) {
  if (kind.do === "plugin") return <PluginForm step={step} busy={busy} button={button} done={done} />;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    done(
      Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== "")) as Record<
        string,
        string
      >,
    );
  }
  return (
    <form
      onSubmit={submit}
      className="row"
      aria-label={step ? t("Change {what}", { what: tWord(kind.do) }) : undefined}
    >
      {kind.settings.map((one) => (
        <Field key={`${kind.do} ${one.name}`} one={one} value={step?.[one.name]} parts={parts} clip={clip} />
      ))}
      <button disabled={busy}>{button}</button>
    </form>
  );
}

function Field({ one, value, parts, clip }: { one: Setting; value?: string | number; parts: string[]; clip: string }) {
  if (one.name === "clip") return <ClipChoice name="clip" value={value} but={clip} required sounding />;
  if (one.name === "stem" && parts.length)
    return (
      <label>
        {t("part")}
        <select name="stem" defaultValue={value}>
          {parts.map((part) => (
            <option key={part} value={part}>
              {tWord(part)}
            </option>
          ))}
        </select>
      </label>
    );
  const label = settingLabel(one.name);
  const start = value ?? "";
  if (one.choices.length)
    return (
      <label>
        {label}
        <select name={one.name} defaultValue={start || String(one.default)}>
          {one.choices.map((choice) => (
            <option key={choice} value={choice}>
              {tWord(choice)}
            </option>
          ))}
        </select>
      </label>
    );
  return (
    <label>
      {label}
      <input
        name={one.name}
        defaultValue={start}
        required={one.default === null}
        placeholder={one.default === null ? one.range : String(one.default)}
        title={one.range}
      />
    </label>
  );
}
