import { RefObject, useEffect, useRef, useState } from "react";
import { Job, Session } from "../api/client";
import { t } from "../words/words";

/** What an event may bring; which of it, its name says. */
interface Said {
  job: string;
  jobs: Job[];
  session: Session;
  value: number;
  stage: string;
  published: number;
  text: string;
}
interface Hands {
  setJobs: (change: (before: Job[]) => Job[]) => void;
  setSession: (session: Session) => void;
  setWords: (text: string) => void;
  edited: () => void;
  turn: () => void;
  /** What the library was read with; see `standOf`. */
  stand: RefObject<string>;
}

/** How long it waits before it asks anew for events that were refused. */
const AGAIN_MS = 3000;

/** How far all jobs are: while it is the same, no clip came or went. */
export const standOf = (jobs: Job[]) => JSON.stringify(jobs.map((job) => [job.job, job.state, job.clips.length]));

/** Follow what the daemon tells. Returns whether it is away. The functions of `hands` must stay the same ones. */
export function useEvents(known: boolean, { setJobs, setSession, setWords, edited, turn, stand }: Hands): boolean {
  const [away, setAway] = useState(false);
  const lost = useRef(false);
  useEffect(() => {
    if (!known) return;
    const acts = new Map<string, (said: Said) => void>();
    const on = (name: string, act: (said: Said) => void) => acts.set(name, act);
    on("jobs", (said) => {
      setJobs(() => said.jobs);
      const now = standOf(said.jobs);
      if (now !== stand.current) edited();
      stand.current = now;
    });
    on("session", (said) => setSession(said.session));
    on("progress", (said) =>
      setJobs((all) =>
        all.map((job) => (job.job === said.job ? { ...job, progress: said.value, state: said.stage } : job)),
      ),
    );
    on("done", edited);
    on("finished", (said) => {
      if (said.published > 0)
        setWords(
          said.published === 1
            ? t("A clip is ready, in the library.")
            : t("{n} clips are ready, in the library.", { n: said.published }),
        );
    });
    on("failed", (said) => setWords(said.text));
    on("edited", (said) => {
      turn();
      setWords(said.text || t("The instrument plays along."));
    });
    let events: EventSource;
    let again: ReturnType<typeof setTimeout>;
    const begin = () => {
      events = new EventSource("/api/events");
      acts.forEach((act, name) =>
        events.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent).data))),
      );
      // an event that the daemon calls error comes here too
      events.onerror = (event) => {
        if (event instanceof MessageEvent) return;
        lost.current = true;
        setAway(true);
        // after a refusal no browser comes back by itself
        if (events.readyState === EventSource.CLOSED) again = setTimeout(begin, AGAIN_MS);
      };
      events.onopen = () => {
        setAway(false);
        // what was told meanwhile was not heard
        if (lost.current) edited();
        lost.current = false;
      };
    };
    begin();
    return () => {
      clearTimeout(again);
      events.close();
    };
  }, [known, setJobs, setSession, setWords, edited, turn, stand]);
  return away;
}
