import { FormEvent, useEffect, useState } from "react";
import { api, FullClip, VerbField, VerbRow } from "../api/client";
import { ClipChoice } from "./ClipChoice";
import { Act } from "./act";
import { t, tWord } from "../words/words";

/** Fields that every verb takes, which a page has no use for. */
const GENERAL = ["reference", "then", "tags", "target", "id"];
/** More fields than these lie behind a click. */
const SHOWN = 4;

let table: Promise<VerbRow[]> | null = null;

/** The table of verbs, which is read once: it is the same until Sidecrate is started anew. */
function verbTable(): Promise<VerbRow[]> {
  table ??= api<VerbRow[]>("verbs").catch((error) => {
    table = null;
    throw error;
  });
  return table;
}

/** What else can be made of a clip: a button for each such verb of the table, and its form. A new verb needs no line here. */
export function Verbs({ clip, busy, act }: { clip: FullClip; busy: boolean; act: Act }) {
  const [verbs, setVerbs] = useState<VerbRow[]>([]);
  const [open, setOpen] = useState("");
  useEffect(() => {
    verbTable().then(setVerbs, () => setVerbs([]));
  }, []);
  const hasSound = clip.kind !== "midi";
  const able = verbs.filter(
    (verb) =>
      verb.name !== "fit" &&
      // what works on notes hears those of a sound
      ((verb.works_on === "source" && hasSound) || verb.works_on === "notes" || verb.works_on === "either"),
  );
  const verb = able.find((one) => one.name === open);
  return (
    <>
      <h3>{t("Made of it")}</h3>
      <div className="chips">
        {able.map((one) => (
          <button
            key={one.name}
            className="chip"
            aria-expanded={one.name === open}
            title={one.help}
            onClick={() => setOpen(one.name === open ? "" : one.name)}
          >
            {tWord(sentence(one.said))}
          </button>
        ))}
      </div>
      {verb && <VerbForm key={verb.name} verb={verb} clip={clip} busy={busy} act={act} />}
    </>
  );
}

function VerbForm({ verb, clip, busy, act }: { verb: VerbRow; clip: FullClip; busy: boolean; act: Act }) {
  function order(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ""));
    act(() => api(verb.name, "POST", { ...values, source: clip.id }), t("It is in the queue; this one stays."));
  }
  const own = (field: VerbField) => (verb.own_fields.includes(field.name) ? 0 : 1);
  const fields = verb.fields
    .filter((field) => !GENERAL.includes(field.name))
    .sort((one, other) => own(one) - own(other));
  const rows = (some: VerbField[]) => some.map((field) => <Field key={field.name} field={field} but={clip.id} />);
  return (
    <form aria-label={verb.help} className="verb" onSubmit={order}>
      <p className="quiet">
        {tWord(verb.help[0].toUpperCase() + verb.help.slice(1)).replace(/\.*$/, ".")}{" "}
        {t("Gives {what}.", { what: tWord(verb.gives) })}
      </p>
      <div className="fields">{rows(fields.slice(0, SHOWN))}</div>
      {fields.length > SHOWN && (
        <details>
          <summary>{t("More settings")}</summary>
          <div className="fields">{rows(fields.slice(SHOWN))}</div>
        </details>
      )}
      <button className="first" disabled={busy}>
        {t("Do it")}
      </button>
    </form>
  );
}

function Field({ field, but }: { field: VerbField; but: string }) {
  if (field.is_path) return <ClipChoice name={field.name} but={but} />;
  if (field.choices.length)
    return (
      <label title={field.help}>
        {tWord(field.name)}
        <select name={field.name} defaultValue="">
          <option value="">
            {field.choices.includes(field.default)
              ? t("{value} (as it is)", { value: tWord(field.default) })
              : tWord(field.default)}
          </option>
          {field.choices
            .filter((choice) => choice !== field.default)
            .map((choice) => (
              <option key={choice} value={choice}>
                {tWord(choice)}
              </option>
            ))}
        </select>
      </label>
    );
  return (
    <label title={`${field.help} ${field.allowed}`}>
      {tWord(field.name)}
      <input name={field.name} placeholder={field.default.replaceAll("`", "")} />
    </label>
  );
}

function sentence(said: string): string {
  const words = said.replace("{}", "it");
  return words[0].toUpperCase() + words.slice(1);
}
