import { useCallback, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { api, ApiError, audioUrl, Clip, Collection, Engine, Job, Preferences, Session, Status, StepKind, Who } from "./api";
import { Editor } from "./Editor";
import { House } from "./House";
import { Library } from "./Library";
import { Login } from "./Login";
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
  const [like, setLike] = useState<Clip | null>(null);
  const [away, setAway] = useState(false);
  const [liked, setLiked] = useState<Preferences>({ theme: "system", in_time: false, sort: "newest" });
  const [who, setWho] = useState<Who>({ name: null, names: [] });
  const [asks, setAsks] = useState(false);
  const [collections, setCollections] = useState<Collection[]>([]);
  const [turned, setTurned] = useState(0);
  const edited = useCallback(() => setChanged((count) => count + 1), []);
  const turn = useCallback(() => { setTurned((count) => count + 1); edited(); }, [edited]);

  const begin = useCallback(() => {
    setAsks(false);
    api<Status>("status").then((found) => {
      setStatus(found); setJobs(found.jobs); setSession(found.session);
      api<Preferences>("preferences").then(setLiked);
      api<Engine[]>("engines").then(setEngines, () => undefined);
      api<StepKind[]>("steps").then(setKinds, () => undefined);
    }, (error: ApiError) => (error.code === "profile" ? setAsks(true) : setRefused(error.message)))
      .then(() => api<Who>("profile")).then(setWho, () => undefined);
  }, []);
  useEffect(begin, [begin]);
  const known = status !== null;
  useEffect(() => { if (known) api<Collection[]>("collections").then(setCollections, () => undefined); }, [known, changed]);
  useEffect(() => { document.documentElement.dataset.theme = liked.theme; }, [liked.theme]);
  const prefer = (value: Partial<Preferences>) => {
    setLiked({ ...liked, ...value });
    api("preferences", "PUT", value).catch((error) => setWords(error.message));
  };
  const logout = () => { stop(); setOpen(null); api("logout", "POST").then(() => { setStatus(null); setAsks(true); }); };
  useEffect(() => {
    if (!known) return;
    const events = new EventSource("/api/events");
    const on = (name: string, act: (said: any) => void) => events.addEventListener(name, (e) => act(JSON.parse((e as MessageEvent).data)));
    // an event that the daemon calls error comes here too
    events.onerror = (event) => { if (!(event instanceof MessageEvent)) setAway(true); };
    events.onopen = () => { setAway(false); edited(); };
    on("jobs", (said) => { setJobs(said.jobs); edited(); });
    on("session", (said) => setSession(said.session));
    on("progress", (said) => setJobs((all) => all.map((job) => job.job === said.job ? { ...job, progress: said.value, state: said.stage } : job)));
    on("done", edited);
    on("finished", (said) => { if (said.published > 0) setWords(said.published === 1 ? "A clip is ready, in the library." : `${said.published} clips are ready, in the library.`); });
    on("failed", (said) => setWords(said.text));
    on("edited", (said) => { turn(); setWords(said.text || "The instrument plays along."); });
    return () => events.close();
  }, [known, edited, turn]);

  useEffect(() => {
    const wait = setTimeout(() => setWords(""), Math.max(6000, words.length * 90));
    return () => clearTimeout(wait);
  }, [words]);
  const close = () => {
    const row = document.querySelector<HTMLElement>(`[data-clip="${open}"]`);
    setOpen(null);
    row?.focus();
  };
  const stop = useCallback(() => { player.stop(); setPlaying(null); }, []);
  const fit = useRef({});
  fit.current = liked.in_time ? { bpm: session.bpm, key: session.key } : {};
  const play = (clip: Clip) => (playing === clip.id ? stop() : start(clip));
  async function start(clip: Clip) {
    setPlaying(clip.id);
    try {
      const version = clip.kind === "midi" ? "heard" : clip.edited || clip.id === open ? "edited" : "original";
      await player.play(audioUrl(clip.id, version, fit.current), clip.kind === "loop" || clip.kind === "midi", () => setPlaying(null));
    } catch (error) {
      setPlaying(null);
      setWords((error as Error).message);
    }
  }

  if (asks && who.names.length) return <Login names={who.names} done={begin} />;
  if (refused) return <main><h1>Sidecrate</h1><p>{refused}</p></main>;
  if (!status) return <main aria-busy="true"><h1>Sidecrate</h1></main>;
  return (
    <>
      <a className="skip" href="#library">To the library</a>
      <header>
        <h1>Sidecrate</h1>
        <label className="check" title={session.bpm || session.key ? "" : "Nothing is known of your project yet: a DAW tells it, or pin a tempo below."}><input type="checkbox" checked={liked.in_time} disabled={!session.bpm && !session.key} onChange={(e) => prefer({ in_time: e.target.checked })} />
          Hear all in the project's tempo and key</label>
        <div className="row tight end">
          <label className="check">Theme<select value={liked.theme} onChange={(e) => prefer({ theme: e.target.value as Preferences["theme"] })}>
            <option>system</option><option>light</option><option>dark</option></select></label>
          {who.name && <><span>{who.name}</span><button className="small" onClick={logout}>Log out</button></>}
        </div>
      </header>
      <p role="status" aria-live="polite" className="said">{words}</p>
      {away && <p role="alert" className="away">Sidecrate does not answer: start it with <code>sidecrate run</code>. This page goes on by itself then.</p>}
      <main>
        <div className="side">
          <Prompt engines={engines} session={session} say={setWords} />
          <Queue jobs={jobs} choose={setOpen} say={setWords} />
        </div>
        <div className="desk">
          {open && <Editor clip={open} changed={changed} kinds={kinds} sharing={status.web} collections={collections} playing={playing === open} stop={stop} play={start} alike={setLike} edited={turn} close={close} say={setWords} />}
          <Library changed={changed} turned={turned} sort={liked.sort} collections={collections} sharing={status.web} prefer={(sort) => prefer({ sort })} edited={edited} playing={playing} open={open} like={like} alike={setLike} play={play} choose={setOpen} say={setWords} />
        </div>
        <div className="house">
          <House engines={engines} session={session} who={who} changed={changed} share={status.web.share} changedWho={setWho} say={setWords} />
        </div>
      </main>
    </>
  );
}

createRoot(document.getElementById("root")!).render(<Page />);
