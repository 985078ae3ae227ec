import { FormEvent, useCallback, useEffect, useState } from "react";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { player } from "../player/player";
import { Said } from "../words/Said";
import { t } from "../words/words";

type Project = components["schemas"]["Project"];
const STEPS = ["music", "continuation", "images", "video", "clip"] as const;
type Step = (typeof STEPS)[number];
const SIGNS = { made: "▶", missing: "·", out: "✕" } as const;
const EVERY_MS = 2000;

/** Several pieces from one file of wishes: begun, made step by step, looked at and pruned. */
export function Projects({ say }: { say: (text: string) => void }) {
  const [projects, setProjects] = useState<Project[] | null>(null);
  const [chosen, setChosen] = useState("");
  const look = useCallback(() => api<Project[]>("projects").then(setProjects, (error) => say(error.message)), [say]);
  useEffect(() => {
    void look();
  }, [look]);
  const runs = projects?.some((one) => one.running) ?? false;
  useEffect(() => {
    if (!runs) return;
    const every = setInterval(() => void look(), EVERY_MS);
    return () => clearInterval(every);
  }, [runs, look]);
  function begin(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget,
      said = new FormData(form);
    const values = {
      name: String(said.get("name")),
      prompt: String(said.get("prompt")),
      pieces: Number(said.get("pieces")),
      seconds: Number(said.get("seconds")),
    };
    api<Project>("projects", "POST", values).then(
      (made) => {
        form.reset();
        setChosen(made.name);
        return look();
      },
      (error) => say(error.message),
    );
  }
  if (!projects) return <p role="status">{t("Looking for projects…")}</p>;
  const project = projects.find((one) => one.name === chosen) ?? projects[0];
  return (
    <div className="room">
      <p className="quiet">
        {t(
          "A project makes several pieces of the same words: a loop, the same as a longer track, a cover, and two films. Each file is there to look at; one that is thrown out goes no further.",
        )}
      </p>
      <div className="chips" role="group" aria-label={t("Your projects")}>
        {projects.map((one) => (
          <button key={one.name} className="chip" aria-pressed={one === project} onClick={() => setChosen(one.name)}>
            {one.name}
            {one.running && " …"}
          </button>
        ))}
      </div>
      {project && <Desk key={project.name} project={project} look={look} say={say} />}
      <details open={projects.length === 0}>
        <summary>{t("Begin a project")}</summary>
        <form className="row" onSubmit={begin}>
          <label>
            {t("Its name")}
            <input name="name" required maxLength={40} pattern="[A-Za-z0-9][A-Za-z0-9 _\-]*" autoComplete="off" />
          </label>
          <label className="grow">
            {t("What each piece is made of")}
            <input name="prompt" required maxLength={1000} placeholder="dusty boom bap, 88 bpm" />
          </label>
          <label>
            {t("Pieces")}
            <input name="pieces" type="number" min={1} max={100} defaultValue={3} required />
          </label>
          <label>
            {t("Seconds of each")}
            <input name="seconds" type="number" min={4} max={600} step="any" defaultValue={60} required />
          </label>
          <button className="first">{t("Begin it")}</button>
        </form>
      </details>
    </div>
  );
}

function Desk({ project, look, say }: { project: Project; look: () => Promise<void>; say: (text: string) => void }) {
  const [seen, setSeen] = useState<[Step, number] | null>(null);
  const path = `projects/${encodeURIComponent(project.name)}`;
  const does = (work: Promise<unknown>) => work.catch((error: Error) => say(error.message)).then(look);
  const stands = (step: Step, piece: number) => project.steps[step]?.[piece - 1] ?? "missing";
  const isThere = seen && stands(...seen) === "made";
  const trouble = [...project.faults, project.trouble].filter(Boolean).join("\n");
  return (
    <section aria-label={project.name}>
      <div className="bar">
        <p>
          {project.prompt} <span className="quiet">{project.folder}</span>
        </p>
        {project.running ? (
          <button onClick={() => void does(api(`${path}/run`, "DELETE"))}>{t("Stop")}</button>
        ) : (
          <button
            className="first"
            disabled={!project.missing}
            onClick={() => void does(api(`${path}/run`, "POST", {}))}
          >
            {t("Make what is missing")}
          </button>
        )}
      </div>
      {project.running && <progress aria-label={t("It is being made")} />}
      {trouble && (
        <p className="why" role="alert">
          <Said text={trouble} />
        </p>
      )}
      <div className="table" tabIndex={0} role="region" aria-label={t("What is made")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("Piece")}</th>
              {STEPS.map((step) => (
                <th key={step} scope="col">
                  {t(step)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: project.pieces }, (_, row) => row + 1).map((piece) => (
              <tr key={piece}>
                <th scope="row">{piece}</th>
                {STEPS.map((step) => {
                  const state = stands(step, piece),
                    name = t("{step} of piece {n}: {state}", { step: t(step), n: piece, state: t(state) });
                  return (
                    <td key={step} data-state={state}>
                      <button
                        className="small"
                        disabled={state !== "made"}
                        aria-pressed={seen?.[0] === step && seen[1] === piece}
                        aria-label={name}
                        title={name}
                        onClick={() => setSeen([step, piece])}
                      >
                        {SIGNS[state]}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {seen && isThere && (
        <figure className="stage">
          <Seen path={`/api/${path}/${seen[0]}/${seen[1]}`} step={seen[0]} />
          <figcaption className="bar">
            <span>
              {t(seen[0])} {seen[1]}
            </span>
            <button onClick={() => void does(api(`${path}/${seen[0]}/${seen[1]}`, "DELETE"))}>
              {t("Throw this piece out")}
            </button>
          </figcaption>
        </figure>
      )}
      <Wishes path={path} look={look} say={say} />
    </section>
  );
}

function Seen({ path, step }: { path: string; step: Step }) {
  if (step === "images") return <img src={path} alt={t("The piece's cover")} />;
  if (step === "music" || step === "continuation")
    return <audio key={path} controls autoPlay src={path} aria-label={t(step)} onPlay={() => player.stop()} />;
  return <video key={path} controls autoPlay src={path} aria-label={t(step)} onPlay={() => player.stop()} />;
}

/** The project's file, as text: what is wrong in it is told with its lines. */
function Wishes({ path, look, say }: { path: string; look: () => Promise<void>; say: (text: string) => void }) {
  const [text, setText] = useState<string | null>(null);
  const [faults, setFaults] = useState("");
  const load = () =>
    api<Project>(path).then(
      (found) => setText(found.text),
      (error) => say(error.message),
    );
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    api(path, "PUT", { text }).then(
      () => {
        setFaults("");
        say(t("Saved."));
        return look();
      },
      (error) => setFaults(error.message),
    );
  }
  return (
    <details onToggle={(event) => event.currentTarget.open && text === null && void load()}>
      <summary>{t("Its file")}</summary>
      {text !== null && (
        <form onSubmit={save} className="wishes">
          <textarea
            aria-label={t("Its file")}
            rows={12}
            spellCheck={false}
            value={text}
            maxLength={20000}
            onChange={(event) => setText(event.target.value)}
          />
          {faults && (
            <pre role="alert" tabIndex={0}>
              {faults}
            </pre>
          )}
          <button>{t("Save the file")}</button>
        </form>
      )}
    </details>
  );
}
