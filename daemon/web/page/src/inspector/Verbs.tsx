import { FormEvent, useEffect, useState } from "react";
import { api, FullClip, VerbField, VerbRow } from "../api/client";

/** What else can be done with a clip's sound: a form for each such verb of the table. */
export function Verbs({ clip, busy, act }: {
  clip: FullClip; busy: boolean; act: (work: () => Promise<unknown>, done: string) => void;
}) {
  const [verbs, setVerbs] = useState<VerbRow[]>([]);
  useEffect(() => { api<VerbRow[]>("verbs").then(setVerbs, () => setVerbs([])); }, []);
  if (clip.kind === "midi") return null;
  function order(event: FormEvent<HTMLFormElement>, verb: VerbRow) {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ""));
    act(() => api(verb.name, "POST", { ...values, source: clip.id }), "It is in the queue; this one stays.");
  }
  const able = verbs.filter((verb) => verb.works_on === "source" && verb.name !== "fit");
  return <>{able.map((verb) => (
    <form key={verb.name} className="row" aria-label={verb.help} onSubmit={(event) => order(event, verb)}>
      {verb.fields.filter((field) => verb.own_fields.includes(field.name)).map((field) => <Field key={field.name} field={field} />)}
      <button disabled={busy} title={`Gives ${verb.gives}.`}>{sentence(verb.said)}</button>
    </form>
  ))}</>;
}

function Field({ field }: { field: VerbField }) {
  if (field.choices.length) return <label title={field.help}>{field.name}<select name={field.name} defaultValue={field.default}>{field.choices.map((choice) => <option key={choice}>{choice}</option>)}</select></label>;
  return <label title={field.help}>{field.name}<input name={field.name} placeholder={field.default} title={field.allowed} /></label>;
}

function sentence(said: string): string {
  const words = said.replace("{}", "it");
  return words[0].toUpperCase() + words.slice(1);
}
