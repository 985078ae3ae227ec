import { FormEvent, useEffect, useState } from "react";
import { api, Job } from "../api/client";
import type { components } from "../api/schema";
import { player } from "../player/player";
import { Said } from "../words/Said";
import { t, tWord } from "../words/words";

type Engine = components["schemas"]["TaughtEngine"];
type Model = components["schemas"]["TunableModel"];
type Taste = components["schemas"]["TasteOfKind"];

const ENDED = ["done", "failed", "cancelled"];
const MADE = 20,
  STEPS = 1000,
  NAME = "my-kicks",
  LICENCE = "CC-BY-4.0";

/** Engines of one's own sounds: taught here, asked for a batch, and what the taste that sorts it knows. */
export function Taught({
  jobs,
  changed,
  sort,
  say,
}: {
  jobs: Job[];
  /** How many jobs have ended: it looks again then. */
  changed: number;
  sort: (job: string) => void;
  say: (text: string) => void;
}) {
  const [engines, setEngines] = useState<Engine[] | null>(null);
  const [tastes, setTastes] = useState<Taste[]>([]);
  useEffect(() => {
    api<Engine[]>("taught").then(setEngines, (error) => say(error.message));
    api<Taste[]>("taste").then(setTastes, (error) => say(error.message));
  }, [changed, say]);
  const trainings = jobs.filter((job) => job.do === "train" && job.state !== "done").slice(0, 3);

  if (!engines) return <p role="status">{t("Looking for your engines…")}</p>;
  return (
    <div className="room">
      <p className="quiet">
        {t(
          "A folder of your one-shots or loops becomes an engine that makes new ones like them. Nothing leaves this machine, and your files stay as they are.",
        )}
      </p>
      {engines.length > 0 && (
        <ul aria-label={t("Your engines")}>
          {engines.map((one) => (
            <li key={one.engine} className="bar">
              <span className="words">
                {one.engine} <span className="quiet">{about(one)}</span>
              </span>
              {one.roles.length > 0 && <Batch engine={one} sort={sort} say={say} />}
            </li>
          ))}
        </ul>
      )}
      {trainings.map((job) => (
        <Training key={job.job} job={job} say={say} />
      ))}
      <Teach say={say} />
      <section aria-labelledby="taste">
        <h3 id="taste">{t("Your taste")}</h3>
        <p className="quiet">
          {t("What you keep and bin teaches it; “the best” of a batch are chosen by it once it is good enough.")}
        </p>
        <ul>
          {tastes.map((one) => (
            <li key={one.kind}>
              {tWord(one.kind)}: {tasteOf(one)}
            </li>
          ))}
        </ul>
        {tastes.length === 0 && <p className="quiet">{t("Nothing was kept or binned yet.")}</p>}
      </section>
    </div>
  );
}

function about(one: Engine): string {
  if (one.base) return t("an adapter of {base}", { base: one.base });
  const sounds = one.roles.length ? [t("{n} sounds: {roles}", { n: one.sounds, roles: one.roles.join(", ") })] : [];
  const loops = one.loops ? [t("{n} loops: {roles}", { n: one.loops, roles: one.parts.join(", ") })] : [];
  return [...sounds, ...loops, one.licence].join("; ");
}

/** The skill for people: guessing is 50 %. */
export function tasteOf(taste: Omit<Taste, "kind">): string {
  const counts = { liked: taste.liked, disliked: taste.disliked };
  if (taste.skill === null || taste.error === null)
    return t("{liked} kept, {disliked} thrown away; it takes 12 of each to know it", counts);
  const values = { ...counts, skill: Math.round(100 * taste.skill), error: Math.round(100 * taste.error) };
  return taste.used
    ? t(
        "ranks a kept one first in {skill} % ± {error} (guessing is 50), of {liked} kept, {disliked} thrown away",
        values,
      )
    : t("ranks a kept one first in {skill} % ± {error}: too little, so those that differ most come first", values);
}

/** A batch of an engine, sorted on its own page. */
function Batch({ engine, sort, say }: { engine: Engine; sort: (job: string) => void; say: (text: string) => void }) {
  const [role, setRole] = useState(engine.roles[0]);
  const make = () =>
    api<{ job: string }>("requests", "POST", {
      prompt: role,
      engine: engine.engine,
      kind: "oneshot",
      count: MADE,
    }).then(
      ({ job }) => sort(job),
      (error) => say(error.message),
    );
  return (
    <span className="row tight">
      <select value={role} onChange={(event) => setRole(event.target.value)} aria-label={t("Role")}>
        {engine.roles.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <button className="small" onClick={() => void make()}>
        {t("Make {n}", { n: MADE })}
      </button>
    </span>
  );
}

/** How far a training is: its step, loss and time left, and for a large model the newest sound of it. */
function Training({ job, say }: { job: Job; say: (text: string) => void }) {
  const steps = /step (\d+) of (\d+)/.exec(job.stage);
  const quarter = steps ? Math.floor((4 * Number(steps[1])) / Number(steps[2])) : 0;
  const ended = ENDED.includes(job.state);
  const engine = /mine-[a-z0-9-]+$/.exec(job.title)?.[0];
  return (
    <section className="training" aria-label={job.title}>
      <p className="bar" role="status">
        <strong>{job.title}</strong>
        <span className="quiet">{ended ? tWord(job.state) : job.stage || tWord(job.state)}</span>
        {!ended && (
          <button
            className="small end"
            onClick={() => void api(`jobs/${job.job}`, "DELETE").catch((error) => say(error.message))}
            aria-label={t("Cancel {title}", { title: job.title })}
          >
            {t("Cancel")}
          </button>
        )}
      </p>
      {!ended && <progress max={1} value={job.progress} aria-label={t("Progress of {title}", { title: job.title })} />}
      {engine && quarter > 0 && !ended && (
        <audio
          controls
          key={quarter}
          src={`/api/taught/${engine}/preview?quarter=${quarter}`}
          aria-label={t("How it sounds by now")}
          onPlay={() => player.stop()}
        />
      )}
      {job.state === "failed" && job.text && (
        <p className="why" role="alert">
          <Said text={job.text} />
        </p>
      )}
    </section>
  );
}

/** The form that begins a training. */
function Teach({ say }: { say: (text: string) => void }) {
  const [models, setModels] = useState<Model[]>([]);
  const [onto, setOnto] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    api<Model[]>("tunable").then(setModels, () => undefined);
  }, []);
  function begin(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = Object.fromEntries([...form].filter(([, value]) => value !== ""));
    setBusy(true);
    void api("train", "POST", { ...values, yours: form.has("yours") })
      .then(
        () => say(t("It is in the queue: this room shows how far it is.")),
        (error) => say(error.message),
      )
      .finally(() => setBusy(false));
  }
  const why = models.find((one) => one.engine === onto)?.why;
  return (
    <form className="wishes" onSubmit={begin} aria-label={t("Teach an engine")}>
      <div className="row">
        <label className="grow">
          {t("Folder of your sounds, or a collection")}
          <input name="source" required maxLength={1000} autoComplete="off" />
        </label>
        <label>
          {t("Its name")}
          <input name="name" required pattern="[a-z0-9][a-z0-9\-]{0,40}" placeholder={NAME} autoComplete="off" />
        </label>
      </div>
      {models.length > 0 && (
        <div className="row">
          <label>
            {t("What is taught")}
            <select name="onto" value={onto} onChange={(event) => setOnto(event.target.value)}>
              <option value="">{t("a small engine of its own, in minutes")}</option>
              {models.map((one) => (
                <option key={one.engine} value={one.engine}>
                  {one.title}
                </option>
              ))}
            </select>
          </label>
          {onto && (
            <label>
              {t("Steps")}
              <input name="steps" type="number" min={1} max={1000000} defaultValue={STEPS} required />
            </label>
          )}
        </div>
      )}
      {why && <p className="why">{why}</p>}
      <div className="row">
        <label className="inline">
          <input name="yours" type="checkbox" />
          {t("The sounds are mine, or free to be used like this")}
        </label>
        <label>
          {t("else their licence")}
          <input name="licence" maxLength={80} placeholder={LICENCE} autoComplete="off" />
        </label>
        <button className="first" disabled={busy || !!why}>
          {t("Teach it")}
        </button>
      </div>
    </form>
  );
}
