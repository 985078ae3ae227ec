import { useCallback, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { api, audioUrl, Clip, Engine, Job, Session, Status, StepKind } from "./api";
import { Editor } from "./Editor";
import { House } from "./House";
import { Library } from "./Library";
import { player } from "./player";
import { Prompt } from "./Prompt";
import { Queue } from "./Queue";
import "./style.css";

function Page() {
  const [status, setStatus] = useState<Status | null>(null);
  const [refused, setRefused] = useState("");
  const [engines, setEngines] = useState<Engine[]>([]);
  const [kinds, setKinds] = useState<StepKind[]>([]);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [session, setSession] = useState<Session>({});
  const [words, setWords] = useState("");
  const [changed, setChanged] = useState(0);
  const [playing, setPlaying] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const [inTime, setInTime] = useState(false);
  const edited = useCallback(() => setChanged((count) => count + 1), []);

  useEffect(() => {
    api<Status>("status").then((found) => {
      setStatus(found); setJobs(found.jobs); setSession(found.session);
    }, (error) => setRefused(error.message));
    api<Engine[]>("engines").then(setEngines, () => undefined);
    api<StepKind[]>("steps").then(setKinds, () => undefined);
  }, []);
  const known = status !== null;
  useEffect(() => {
    if (!known) return;
    const events = new EventSource("/api/events");
    const on = (name: string, act: (said: any) => void) => events.addEventListener(name, (e) => act(JSON.parse((e as MessageEvent).data)));
    on("jobs", (said) => { setJobs(said.jobs); edited(); });
    on("session", (said) => setSession(said.session));
    on("progress", (said) => setJobs((all) => all.map((job) => job.job === said.job ? { ...job, progress: said.value, state: said.stage } : job)));
    on("done", edited);
    return () => events.close();
  }, [known, edited]);

  const stop = useCallback(() => { player.stop(); setPlaying(null); }, []);
  const fit = useRef({});
  fit.current = inTime ? { bpm: session.bpm, key: session.key } : {};
  async function play(clip: Clip) {
    if (playing === clip.id) return stop();
    setPlaying(clip.id);
    try {
      const version = clip.edited || clip.id === open ? "edited" : "original";
      await player.play(audioUrl(clip.id, version, fit.current), clip.kind === "loop", () => setPlaying(null));
    } catch (error) {
      setPlaying(null);
      setWords((error as Error).message);
    }
  }

  if (refused) return <main><h1>Sidecrate</h1><p>{refused}</p></main>;
  if (!status) return <main aria-busy="true"><h1>Sidecrate</h1></main>;
  return (
    <>
      <header>
        <h1>Sidecrate</h1>
        <label className="check"><input type="checkbox" checked={inTime} disabled={!session.bpm && !session.key} onChange={(e) => setInTime(e.target.checked)} />
          Hear all in the project's tempo and key</label>
      </header>
      <p role="status" aria-live="polite" className="said">{words}</p>
      <main>
        <div className="side">
          <Prompt engines={engines} session={session} say={setWords} />
          <Queue jobs={jobs} say={setWords} />
          <House engines={engines} session={session} say={setWords} />
        </div>
        <div className="desk">
          {open && <Editor clip={open} kinds={kinds} sharing={status.web} stop={stop} edited={edited} close={() => setOpen(null)} say={setWords} />}
          <Library changed={changed} playing={playing} open={open} play={play} choose={setOpen} say={setWords} />
        </div>
      </main>
    </>
  );
}

createRoot(document.getElementById("root")!).render(<Page />);
