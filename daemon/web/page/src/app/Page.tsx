import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import {
  api,
  ApiError,
  Clip,
  Collection,
  Engine,
  FullClip,
  Job,
  Preferences,
  Session,
  Status,
  StepKind,
  Who,
} from "../api/client";
import { Ask } from "../ask/Ask";
import { Queue } from "../ask/Queue";
import { Palette } from "../commands/Palette";
import { Library } from "../library/Library";
import { player, usePlayer } from "../player/player";
import { PlayerBar } from "../player/PlayerBar";
import { keptView, Views } from "../views/Views";
import { ANYWHERE, Command, commandsOf, Over, Place, THEMES } from "./commands";
import { standOf, useEvents } from "./events";
import { Header } from "./Header";
import { Said } from "../words/Said";
import { t, useLanguage } from "../words/words";

// what is not seen at first comes when it is wanted
const inspector = () => import("../inspector/Inspector");
const Inspector = lazy(() => inspector().then((all) => ({ default: all.Inspector })));
const Pads = lazy(() => import("../pads/Pads"));
const Batch = lazy(() => import("../batch/Batch"));
const Keys = lazy(() => import("../commands/Keys").then((all) => ({ default: all.Keys })));
const Studio = lazy(() => import("../studio/Studio").then((all) => ({ default: all.Studio })));
const Connect = lazy(() => import("../daw/Connect").then((all) => ({ default: all.Connect })));
const Login = lazy(() => import("../studio/Login").then((all) => ({ default: all.Login })));
const Rooms = lazy(() => import("../rooms/Rooms"));

/** How long it waits before it looks again whether Sidecrate runs. */
const AGAIN_MS = 3000;
const PLACES = { ask: "Ask", library: "Library", clip: "Clip" } as const;
const NO_LINKS = { share: false, share_port: 0 };

/** Once the first rows are drawn. */
const whenIdle = (work: () => void) =>
  "requestIdleCallback" in window ? requestIdleCallback(work, { timeout: 1500 }) : setTimeout(work, 300);

/** One screen: ask, library, the chosen clip, and the player below them. On a phone one of the three at a time. */
export function Page() {
  const [status, setStatus] = useState<Status | null>(null);
  const [refused, setRefused] = useState("");
  const [engines, setEngines] = useState<Engine[]>([]);
  const [kinds, setKinds] = useState<StepKind[]>([]);
  const [jobs, setJobs] = useState<Job[]>([]);
  const [session, setSession] = useState<Session>({});
  const [words, setWords] = useState("");
  const [changed, setChanged] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const [detail, setDetail] = useState<FullClip | null>(null);
  const [like, setLike] = useState<Clip | null>(null);
  const [liked, setLiked] = useState<Preferences>({ theme: "system", in_time: false, sort: "newest" });
  const [who, setWho] = useState<Who>({ name: null, names: [] });
  const [asks, setAsks] = useState(false);
  const [collections, setCollections] = useState<Collection[]>([]);
  const [turned, setTurned] = useState(0);
  const [place, setPlace] = useState<Place>("library");
  const [over, setOver] = useState<Over | null>(null);
  const [film, setFilm] = useState<string | null>(null);
  const [prompt, setPrompt] = useState({ prompt: "", turn: 0 });
  const [view, setView] = useState(keptView);
  const [pads, setPads] = useState(false);
  const [batch, setBatch] = useState<string | null>(null);
  const stand = useRef("");
  const loads = useRef(0);
  const heard = usePlayer();
  const edited = useCallback(() => setChanged((count) => count + 1), []);
  const turn = useCallback(() => {
    setTurned((count) => count + 1);
    edited();
  }, [edited]);
  const shut = useCallback(() => setOver(null), []);
  const connect = useCallback(() => setOver("daws"), []);
  useLanguage();

  const begin = useCallback(() => {
    setAsks(false);
    api<Preferences>("preferences").then(setLiked, () => undefined);
    api<Status>("status")
      .then(
        (found) => {
          setStatus(found);
          setJobs(found.jobs);
          stand.current = standOf(found.jobs);
          setSession(found.session);
          whenIdle(() => {
            api<Engine[]>("engines").then(setEngines, () => undefined);
            api<StepKind[]>("steps").then(setKinds, () => undefined);
            void inspector();
          });
        },
        (error: ApiError) => {
          if (error.code === "profile") setAsks(true);
          else setRefused(error.message);
          // the page opens without Sidecrate too, and begins when it is there
          if (error.code === "no_answer")
            setTimeout(() => {
              setRefused("");
              begin();
            }, AGAIN_MS);
        },
      )
      .then(() => api<Who>("profile"))
      .then(setWho, () => undefined);
  }, []);
  useEffect(begin, [begin]);
  useEffect(() => {
    player.onfault = setWords;
  }, []);
  const known = status !== null;
  const away = useEvents(known, { setJobs, setSession, setWords, edited, turn, stand });
  useEffect(() => {
    if (known) api<Collection[]>("collections").then(setCollections, () => undefined);
  }, [known, changed]);
  useEffect(() => {
    document.documentElement.dataset.theme = liked.theme;
  }, [liked.theme]);
  useEffect(
    () => player.setFit(liked.in_time ? { bpm: session.bpm ?? undefined, key: session.key ?? undefined } : {}),
    [liked.in_time, session.bpm, session.key],
  );
  useEffect(() => {
    const wait = setTimeout(() => setWords(""), Math.max(6000, words.length * 90));
    return () => clearTimeout(wait);
  }, [words]);

  // the clip that is open, else the one that is heard: the player draws its bars from the record
  const wanted = open ?? heard.clip?.id ?? null;
  const load = useCallback(async () => {
    if (!wanted) return null;
    const turn = ++loads.current;
    // an answer that a later question has overtaken is of another clip, or older
    const isNewest = () => turn === loads.current;
    try {
      const found = await api<FullClip>(`clips/${wanted}`);
      if (isNewest()) setDetail(found);
      return found;
    } catch (error) {
      if (isNewest()) setWords((error as Error).message);
      return null;
    }
  }, [wanted]);
  useEffect(() => {
    void load();
  }, [load, changed]);
  useEffect(() => {
    if (detail && detail.id === open) player.show(detail);
  }, [detail, open]);

  const prefer = (value: Partial<Preferences>) => {
    setLiked((before) => ({ ...before, ...value }));
    api("preferences", "PUT", value).catch((error) => setWords(error.message));
  };
  const logout = () => {
    player.stop();
    setOpen(null);
    api("logout", "POST").then(() => {
      setStatus(null);
      setAsks(true);
    });
  };
  const choose = useCallback((clip: string | null) => {
    setOpen(clip);
    setPlace(clip ? "clip" : "library");
  }, []);
  const close = () => {
    const row = document.querySelector<HTMLElement>(`[data-clip="${open}"]`);
    choose(null);
    requestAnimationFrame(() => row?.focus());
  };
  const pad = useCallback((clip: Clip) => {
    setPads(true);
    void import("../pads/board").then(({ board }) => board.add(clip)).then(setWords);
  }, []);
  const sort = useCallback((job: string) => {
    setBatch(job);
    setPlace("library");
  }, []);
  const showFilm = useCallback((name: string) => {
    setFilm(name);
    setOver("films");
  }, []);
  const askFor = useCallback((text: string) => {
    setPlace("ask");
    setPrompt((before) => ({ prompt: text, turn: before.turn + 1 }));
  }, []);
  const focusOn = (selector: string, where: Place) => {
    setPlace(where);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
  };
  const nextTheme = () => prefer({ theme: THEMES[(THEMES.indexOf(liked.theme) + 1) % THEMES.length] });
  const showLibrary = () => setPlace("library");
  const commands = useRef<Command[]>([]);
  commands.current = commandsOf({
    playing: heard.playing,
    detail: detail?.id === open ? detail : null,
    pads,
    canFit: !!(session.bpm || session.key),
    inTime: liked.in_time,
    focusOn,
    close,
    alike: (clip) => {
      setLike(clip);
      showLibrary();
    },
    keep: (clip) =>
      void api(`clips/${clip.id}/keep`, "POST").then(
        () => setWords(t("Kept, under a second name in the folder Kept.")),
        (error) => setWords(error.message),
      ),
    undo: (clip) => void api(`clips/${clip.id}/undo`, "POST").then(turn, (error) => setWords(error.message)),
    pad,
    setPads: (on) => {
      setPads(on);
      showLibrary();
    },
    setView: (chosen) => {
      setView(chosen);
      showLibrary();
    },
    setOver,
    prefer,
  });
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOver("palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if ((event.target as HTMLElement).closest("input, select, textarea")) return;
      const command = ANYWHERE.includes(event.key) && commands.current.find((one) => one.keys === event.key);
      if (command) {
        event.preventDefault();
        command.act();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  if (asks && who.names.length)
    return (
      <Suspense fallback={<main aria-busy="true" />}>
        <Login names={who.names} done={begin} />
      </Suspense>
    );
  if (refused)
    return (
      <main className="alone">
        <h1>Sidecrate</h1>
        <p>
          <Said text={refused} />
        </p>
      </main>
    );
  const sharing = status?.web ?? NO_LINKS;
  const stamp = detail && detail.id === heard.clip?.id ? JSON.stringify(detail.steps) : "";
  return (
    <div className="app" data-place={place} data-open={open !== null} data-pads={pads || undefined}>
      <a className="skip" href="#library">
        {t("To the library")}
      </a>
      <Header
        session={session}
        liked={liked}
        who={who}
        open={setOver}
        prefer={prefer}
        nextTheme={nextTheme}
        logout={logout}
      />
      {away && (
        <p role="alert" className="away">
          <Said
            text={t("Sidecrate does not answer: start it with `sidecrate run`. This page goes on by itself then.")}
          />
        </p>
      )}
      <main>
        <div className="column ask-column">
          <Ask engines={engines} session={session} words={prompt} say={setWords} sort={sort} />
          <Queue jobs={jobs} choose={choose} say={setWords} ask={askFor} open={setOver} sort={sort} films={showFilm} />
        </div>
        {batch ? (
          <Suspense fallback={<section className="library" aria-busy="true" />}>
            <Batch
              key={batch}
              job={batch}
              jobs={jobs}
              close={() => {
                setBatch(null);
                edited();
              }}
              choose={choose}
              pad={pad}
              say={setWords}
            />
          </Suspense>
        ) : (
          <Library
            view={view}
            views={<Views view={view} choose={setView} pads={pads} togglePads={() => setPads(!pads)} />}
            pad={pad}
            changed={changed}
            turned={turned}
            sort={liked.sort}
            collections={collections}
            sharing={sharing}
            prefer={(sort) => prefer({ sort })}
            edited={edited}
            open={open}
            like={like}
            alike={setLike}
            choose={choose}
            say={setWords}
            ask={askFor}
            connect={connect}
          />
        )}
        {pads && (
          <Suspense fallback={<section className="pads" aria-busy="true" />}>
            <Pads session={session} choose={choose} edited={edited} say={setWords} close={() => setPads(false)} />
          </Suspense>
        )}
        {open && (
          <div className="column clip-column">
            <Suspense>
              <Inspector
                clip={open}
                detail={detail}
                load={load}
                kinds={kinds}
                sharing={sharing}
                collections={collections}
                alike={setLike}
                edited={turn}
                choose={choose}
                close={close}
                say={setWords}
              />
            </Suspense>
          </div>
        )}
      </main>
      <p role="status" aria-live="polite" className="said" data-empty={!words}>
        {words}
      </p>
      <PlayerBar
        detail={detail}
        stamp={stamp}
        session={session}
        inTime={liked.in_time}
        setInTime={(in_time) => prefer({ in_time })}
      />
      <nav className="places" aria-label={t("Places")}>
        {(Object.keys(PLACES) as Place[]).map((one) => (
          <button
            key={one}
            aria-current={place === one ? "page" : undefined}
            disabled={one === "clip" && !open}
            onClick={() => setPlace(one)}
          >
            {t(PLACES[one])}
          </button>
        ))}
      </nav>
      {over === "palette" && <Palette commands={commands.current} close={shut} />}
      <Suspense>
        {over === "keys" && <Keys close={shut} />}
        {over === "studio" && (
          <Studio
            engines={engines}
            session={session}
            who={who}
            changed={changed}
            share={sharing.share}
            changedWho={setWho}
            open={setOver}
            close={shut}
            say={setWords}
          />
        )}
        {over === "daws" && <Connect close={shut} say={setWords} />}
        {(over === "radio" || over === "projects" || over === "films" || over === "taught") && (
          <Rooms
            room={over}
            film={film}
            jobs={jobs}
            close={() => {
              setFilm(null);
              shut();
            }}
            sort={(job) => {
              shut();
              sort(job);
            }}
            edited={edited}
            say={setWords}
          />
        )}
      </Suspense>
    </div>
  );
}
