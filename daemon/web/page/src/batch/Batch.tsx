import { FormEvent, KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, ApiError, canHear, Clip, FullClip, Job } from "../api/client";
import type { components } from "../api/schema";
import { lineOf, titleOf } from "../library/about";
import { player, usePlayer, versionOf } from "../player/player";
import { Waveform } from "../player/Waveform";
import { batchWords as say } from "./words";
import "./batch.css";

/** A page is told of the newest clips of a job alone. */
const MOST_SHOWN = 200;
const TRIES = 8,
  LOOK_AGAIN_MS = 400;
const JOB_AGAIN_MS = 2000;
const ENDED = ["done", "failed", "cancelled"];
type Mark = "kept" | "binned";
const keptName = (job: string) => `sidecrate.batch.${job}`;

/** The clips of one request as a grid: hear and sort them. Nothing is kept or binned before "done". */
export default function Batch({
  job: id,
  jobs,
  close,
  choose,
  pad,
  say: tell,
}: {
  job: string;
  jobs: Job[];
  close: () => void;
  choose: (clip: string | null) => void;
  pad: (clip: Clip) => void;
  say: (text: string) => void;
}) {
  const [job, setJob] = useState<Job | null>(null);
  const [clips, setClips] = useState<Map<string, FullClip>>(new Map());
  const [marks, setMarks] = useState<Record<string, Mark>>(() =>
    JSON.parse(sessionStorage.getItem(keptName(id)) ?? "{}"),
  );
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [kept, setKept] = useState<FullClip[] | null>(null);
  const grid = useRef<HTMLDivElement>(null),
    done = useRef<HTMLHeadingElement>(null),
    waits = useRef(true);
  const heard = usePlayer();
  const latest = jobs.find((one) => one.job === id);
  useEffect(() => {
    if (latest) {
      setJob(latest);
      return;
    }
    // only the newest jobs are told of: an older one is looked at until it has ended
    let wait: ReturnType<typeof setTimeout>,
      left = false;
    const look = async () => {
      let goesOn: boolean;
      try {
        const found = await api<Job>(`jobs/${id}`);
        goesOn = !ENDED.includes(found.state);
        if (!left) setJob(found);
      } catch (error) {
        goesOn = (error as ApiError).code === "no_answer";
        if (!left && !goesOn) tell((error as Error).message);
      }
      if (goesOn && !left) wait = setTimeout(() => void look(), JOB_AGAIN_MS);
    };
    void look();
    return () => {
      left = true;
      clearTimeout(wait);
    };
  }, [id, latest, tell]);
  const names = job?.clips.join() ?? "";
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const missing = names.split(",").filter((name) => name && !asked.current.has(name));
    missing.forEach((name) => asked.current.add(name));
    // those of one look are shown at once: a card that came later would push those after it along.
    // one that was just made may reach the library a moment later; one that was binned before never does
    const look = (wanted: string[], tries: number) =>
      Promise.allSettled(wanted.map((name) => api<FullClip>(`clips/${name}`))).then((answers) => {
        const found = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
        setClips((before) => new Map([...before, ...found.map((clip) => [clip.id, clip] as const)]));
        const rest = wanted.filter((_, place) => answers[place]?.status === "rejected");
        if (rest.length && tries > 1) setTimeout(() => void look(rest, tries - 1), LOOK_AGAIN_MS);
      });
    if (missing.length) void look(missing, TRIES);
  }, [names]);
  useEffect(() => {
    sessionStorage.setItem(keptName(id), JSON.stringify(marks));
  }, [id, marks]);
  const shown = names.split(",").flatMap((name) => clips.get(name) ?? []);
  // once it has ended, what was binned before is no longer waited for
  const isMade = ENDED.includes(job?.state ?? "");
  const count = isMade ? shown.length : Math.max(job?.count ?? 0, shown.length);
  const number = {
    kept: shown.filter((clip) => marks[clip.id] === "kept").length,
    binned: shown.filter((clip) => marks[clip.id] === "binned").length,
  };

  const focus = (place: number) => {
    const next = Math.min(shown.length - 1, Math.max(0, place));
    setAt(next);
    requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(`[data-place="${next}"]`)?.focus());
  };
  // the first clip takes the focus, so that the keys sort at once
  const ready = shown.length > 0 && kept === null;
  useEffect(() => {
    if (!ready || !waits.current) return;
    waits.current = false;
    if (!(document.activeElement as HTMLElement | null)?.closest("textarea, dialog"))
      grid.current?.querySelector<HTMLElement>("[data-place]")?.focus();
  }, [ready]);
  const hear = (clip: FullClip) => {
    if (canHear(clip)) void player.play(clip, versionOf({ ...clip, edited: clip.steps.length > 0 }), 0);
  };
  function mark(clip: FullClip, as: Mark | null) {
    setMarks(({ [clip.id]: before, ...others }) => (as && before !== as ? { ...others, [clip.id]: as } : others));
    if (!as || marks[clip.id] === as) return;
    // on to the next that is open; what sounds follows
    const open = [...shown.slice(at + 1), ...shown.slice(0, at)].find((one) => !marks[one.id]);
    if (!open) return;
    focus(shown.indexOf(open));
    if (player.snapshot().playing) hear(open);
  }
  function rate(clip: FullClip, rating: number) {
    api(`clips/${clip.id}`, "PATCH", { rating }).then(
      () => setClips((before) => new Map(before).set(clip.id, { ...clip, rating })),
      (error) => tell(error.message),
    );
  }
  function columns(): number {
    return Math.max(1, getComputedStyle(grid.current!).gridTemplateColumns.split(" ").length);
  }
  function keys(event: KeyboardEvent) {
    const clip = shown[at];
    if (
      !clip ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      !(event.target as HTMLElement).matches("[data-place]")
    )
      return;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns(), Home: -count, End: count }[
      event.key
    ];
    const act = step
      ? () => focus(at + step)
      : {
          " ": () => (heard.playing && heard.clip?.id === clip.id ? player.stop() : hear(clip)),
          k: () => mark(clip, "kept"),
          x: () => mark(clip, "binned"),
          u: () => mark(clip, null),
          a: () => pad(clip),
          Enter: () => choose(clip.id),
          d: () => void finish(),
          ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((stars) => [String(stars), () => rate(clip, stars)])),
        }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }
  async function finish() {
    setBusy(true);
    player.stop();
    const all = shown.filter((clip) => marks[clip.id]);
    const faults: string[] = [];
    const gone: string[] = [];
    for (const clip of all) {
      const keeps = marks[clip.id] === "kept";
      await api(keeps ? `clips/${clip.id}/keep` : `clips/${clip.id}`, keeps ? "POST" : "DELETE").then(
        () => {
          if (!keeps) gone.push(clip.id);
        },
        (error: Error) => faults.push(`${clip.name}: ${error.message}`),
      );
    }
    setBusy(false);
    setKept(shown.filter((clip) => marks[clip.id] === "kept"));
    tell(
      faults.length
        ? say("fault", { done: all.length - faults.length, all: all.length, why: faults[0] })
        : say("result", { ...number, open: shown.length - all.length }),
    );
    setClips((before) => new Map([...before].filter(([name]) => !gone.includes(name))));
    setMarks((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !gone.includes(name))));
    requestAnimationFrame(() => done.current?.focus());
  }
  /** Marks the best of what is undecided to be kept: a proposal, which the keys change. */
  function propose(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const count = Number(new FormData(event.currentTarget).get("count"));
    const open = shown.filter((clip) => !marks[clip.id]).map((clip) => clip.id);
    setBusy(true);
    void api<components["schemas"]["Best"]>("best", "POST", { clips: open, count })
      .then(
        ({ best, taste }) => {
          setMarks((before) => ({ ...before, ...Object.fromEntries(best.map((clip) => [clip, "kept"] as const)) }));
          const how = taste.used ? say("byTaste", { skill: Math.round(100 * (taste.skill ?? 0)) }) : say("byReach");
          tell(say("proposed", { count: best.length, how }));
          const first = shown.findIndex((clip) => clip.id === best[0]);
          if (first >= 0) focus(first);
        },
        (error) => tell(error.message),
      )
      .finally(() => setBusy(false));
  }
  async function collect(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    try {
      for (const clip of kept ?? []) await api(`collections/${encodeURIComponent(name)}/${clip.id}`, "PUT");
      tell(say("collected", { count: kept?.length ?? 0, name }));
    } catch (error) {
      tell((error as Error).message);
    }
  }
  const card = (clip: FullClip, place: number, sorts: boolean) => {
    const playing = heard.playing && heard.clip?.id === clip.id,
      as = marks[clip.id];
    return (
      <div
        key={clip.id}
        role="listitem"
        className="card batch-card"
        data-place={sorts ? place : undefined}
        data-mark={as}
        tabIndex={sorts && place === at ? 0 : sorts ? -1 : undefined}
        aria-label={[
          `${place + 1}`,
          titleOf(clip),
          lineOf(clip),
          clip.rating ? `${clip.rating} ★` : "",
          as ? say(as) : "",
        ]
          .filter(Boolean)
          .join(", ")}
        onFocus={() => sorts && setAt(place)}
      >
        <div className="card-wave">
          {clip.kind === "midi" ? (
            <span className="quiet">♪</span>
          ) : (
            <Waveform clip={clip.id} version="original" height={56} playing={playing} />
          )}
        </div>
        <div className="card-foot">
          <button
            className="play"
            tabIndex={-1}
            disabled={!canHear(clip)}
            onClick={() => (playing ? player.stop() : hear(clip))}
            aria-label={`${playing ? "Stop" : "Play"} ${clip.name}`}
          >
            {playing ? "❚❚" : "▶"}
          </button>
          <span className="about">
            <span className="words">
              {place + 1} <span className="quiet">{clip.id}</span>
            </span>
            <span className="quiet">{lineOf(clip)}</span>
          </span>
        </div>
        {sorts && (
          <div className="batch-marks">
            <button
              className="small"
              tabIndex={-1}
              aria-pressed={as === "kept"}
              onClick={() => mark(clip, "kept")}
              aria-label={`${say("kept")} ${clip.name}`}
              title={say("kept")}
            >
              ✓
            </button>
            <button
              className="small"
              tabIndex={-1}
              aria-pressed={as === "binned"}
              onClick={() => mark(clip, "binned")}
              aria-label={`${say("binned")} ${clip.name}`}
              title={say("binned")}
            >
              ✕
            </button>
            <span className="batch-stars" aria-hidden="true">
              {[1, 2, 3, 4, 5].map((stars) => (
                <button
                  key={stars}
                  tabIndex={-1}
                  className="star"
                  onClick={() => rate(clip, clip.rating === stars ? 0 : stars)}
                >
                  {stars <= clip.rating ? "★" : "☆"}
                </button>
              ))}
            </span>
          </div>
        )}
      </div>
    );
  };
  return (
    <section id="library" tabIndex={-1} aria-labelledby="batch" className="library batch" aria-busy={busy}>
      <div className="bar">
        <h2 id="batch" ref={done} tabIndex={-1}>
          {kept ? say("what") : say("title", { count })}
        </h2>
        <span className="quiet" role="status">
          {busy
            ? say("sorting")
            : kept
              ? ""
              : !isMade && shown.length < count
                ? say("making", { ready: shown.length, count })
                : say("left", { ...number, open: shown.length - number.kept - number.binned })}
        </span>
        <div className="row tight end">
          {kept ? (
            <button
              onClick={() => {
                setKept(null);
                waits.current = true;
              }}
            >
              {say("again")}
            </button>
          ) : (
            <>
              {shown.length > number.kept + number.binned + 1 && (
                <form className="row tight batch-best" onSubmit={propose}>
                  <input
                    // anew as clips come: half of a batch that has begun is one clip
                    key={shown.length}
                    name="count"
                    type="number"
                    min={1}
                    max={shown.length - number.kept - number.binned}
                    defaultValue={Math.min(10, Math.ceil((shown.length - number.kept - number.binned) / 2))}
                    required
                    size={3}
                    aria-label={say("bestCount")}
                  />
                  <button disabled={busy}>{say("best")}</button>
                </form>
              )}
              <button className="first" disabled={busy || !shown.length} onClick={() => void finish()}>
                {say("done")}
              </button>
            </>
          )}
          <button onClick={close}>{say("close")}</button>
        </div>
      </div>
      <p className="quiet batch-title">
        {job?.title}
        {job && job.count > MOST_SHOWN && ` · ${say("newest", { count: MOST_SHOWN, all: job.count })}`}
      </p>
      {kept ? (
        <>
          {kept.length > 0 && (
            <form className="row" onSubmit={collect}>
              <label>
                <span className="hidden">{say("name")}</span>
                <input name="name" required maxLength={80} placeholder={say("name")} autoComplete="off" />
              </label>
              <button>{say("collect")}</button>
            </form>
          )}
          {kept.length === 0 && <p className="none">{say("none")}</p>}
          <div className="batch-grid" role="list" aria-label={say("what")}>
            {kept.map((clip, place) => card(clip, place, false))}
          </div>
        </>
      ) : (
        <>
          {shown.length === 0 && (
            <p className="none" role="status">
              {job?.text || say("nothing")}
            </p>
          )}
          <div className="batch-grid" role="list" aria-label={say("grid")} ref={grid} onKeyDown={keys}>
            {shown.map((clip, place) => card(clip, place, true))}
          </div>
          <p className="quiet batch-keys">{say("keys")}</p>
        </>
      )}
    </section>
  );
}
