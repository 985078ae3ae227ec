import { useCallback, useEffect, useRef, useState } from "react";
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
import { Keys } from "../commands/Keys";
import { Command, Palette } from "../commands/Palette";
import { Connect } from "../daw/Connect";
import { Inspector } from "../inspector/Inspector";
import { Library } from "../library/Library";
import { player, usePlayer } from "../player/player";
import { PlayerBar } from "../player/PlayerBar";
import { Login } from "../studio/Login";
import { Studio } from "../studio/Studio";
import { StudioDialog } from "../studio/StudioDialog";
import { useEvents } from "./events";
import { Said } from "../words/Said";
import { Language, LANGUAGES, speak, t, useLanguage } from "../words/words";

type Place = "ask" | "library" | "clip";
type Over = "palette" | "keys" | "studio" | "daws" | null;
/** How long it waits before it looks again whether Sidecrate runs. */
const AGAIN_MS = 3000;
const PLACES = { ask: "Ask", library: "Library", clip: "Clip" } as const;
const THEMES: Preferences["theme"][] = ["system", "light", "dark"];

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
  const [over, setOver] = useState<Over>(null);
  const [prompt, setPrompt] = useState({ prompt: "", turn: 0 });
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
    api<Status>("status")
      .then(
        (found) => {
          setStatus(found);
          setJobs(found.jobs);
          setSession(found.session);
          api<Preferences>("preferences").then(setLiked);
          api<Engine[]>("engines").then(setEngines, () => undefined);
          api<StepKind[]>("steps").then(setKinds, () => undefined);
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
  const away = useEvents(known, { setJobs, setSession, setWords, edited, turn });
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
    try {
      const found = await api<FullClip>(`clips/${wanted}`);
      setDetail(found);
      return found;
    } catch (error) {
      setWords((error as Error).message);
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
  const askFor = useCallback((text: string) => {
    setPlace("ask");
    setPrompt((before) => ({ prompt: text, turn: before.turn + 1 }));
  }, []);
  const focusOn = (selector: string, where: Place) => {
    setPlace(where);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
  };
  const nextTheme = () => prefer({ theme: THEMES[(THEMES.indexOf(liked.theme) + 1) % THEMES.length] });
  const canFit = !!(session.bpm || session.key);
  const commands = useRef<Command[]>([]);
  commands.current = [
    { name: t("Ask for a clip"), keys: "n", act: () => focusOn("textarea[name=prompt]", "ask") },
    { name: t("Search the library"), keys: "/", act: () => focusOn("#search", "library") },
    { name: heard.playing ? t("Pause") : t("Play what is in the player"), keys: "p", act: () => player.toggle() },
    { name: t("Repeat all of the clip"), keys: "Esc", act: () => player.repeatOnly(null) },
    ...(detail && open
      ? [
          { name: t("Close the clip"), keys: "Esc", act: close },
          {
            name: t("Find what sounds like this clip"),
            act: () => {
              setLike(detail);
              setPlace("library");
            },
          },
          {
            name: t("Keep this clip"),
            act: () => {
              api(`clips/${open}/keep`, "POST").then(
                () => setWords(t("Kept, under a second name in the folder Kept.")),
                (error) => setWords(error.message),
              );
            },
          },
          {
            name: t("Undo the last edit of this clip"),
            keys: "Ctrl Z",
            act: () => {
              api(`clips/${open}/undo`, "POST").then(turn, (error) => setWords(error.message));
            },
          },
        ]
      : []),
    ...(canFit
      ? [
          {
            name: liked.in_time
              ? t("Hear clips in their own tempo and key")
              : t("Hear all in the project's tempo and key"),
            act: () => prefer({ in_time: !liked.in_time }),
          },
        ]
      : []),
    { name: t("Connect your DAW"), act: () => setOver("daws") },
    { name: t("Open the studio: tempo, engines, spend, people, settings"), act: () => setOver("studio") },
    ...THEMES.map((theme) => ({ name: t("Theme: {theme}", { theme: t(theme) }), act: () => prefer({ theme }) })),
    ...(Object.keys(LANGUAGES) as Language[]).map((code) => ({
      name: `${t("Language")}: ${LANGUAGES[code]}`,
      act: () => speak(code),
    })),
    { name: t("Show the keys"), keys: "?", act: () => setOver("keys") },
  ];
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOver("palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if ((event.target as HTMLElement).closest("input, select, textarea")) return;
      const command = commands.current.find(
        (one) => one.keys === event.key && ["n", "/", "p", "?"].includes(event.key),
      );
      if (command) {
        event.preventDefault();
        command.act();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  if (asks && who.names.length) return <Login names={who.names} done={begin} />;
  if (refused)
    return (
      <main className="alone">
        <h1>Sidecrate</h1>
        <p>
          <Said text={refused} />
        </p>
      </main>
    );
  if (!status)
    return (
      <main className="alone" aria-busy="true">
        <h1>Sidecrate</h1>
      </main>
    );
  const project = [session.bpm && `${session.bpm} bpm`, session.key, session.meter].filter(Boolean).join(" · ");
  const stamp = detail && detail.id === heard.clip?.id ? JSON.stringify(detail.steps) : "";
  return (
    <div className="app" data-place={place} data-open={open !== null}>
      <a className="skip" href="#library">
        {t("To the library")}
      </a>
      <header>
        <h1>
          <span className="mark" aria-hidden="true" />
          Sidecrate
        </h1>
        <button className="tag" onClick={() => setOver("studio")} title={t("Pin tempo and key")}>
          <span className={project ? "dot on" : "dot"} aria-hidden="true" />
          {project || t("no project is heard")}
        </button>
        <label
          className="check in-time"
          title={canFit ? "" : t("Nothing is known of your project yet: a DAW tells it, or pin a tempo in the studio.")}
        >
          <input
            type="checkbox"
            checked={liked.in_time}
            disabled={!canFit}
            onChange={(e) => prefer({ in_time: e.target.checked })}
          />
          {t("Hear all in the project's tempo and key")}
        </label>
        <div className="row tight end">
          {who.name && (
            <>
              <span>{who.name}</span>
              <button className="small" onClick={logout}>
                {t("Log out")}
              </button>
            </>
          )}
          <button className="small commands" onClick={() => setOver("palette")}>
            {t("Commands")} <kbd>Ctrl K</kbd>
          </button>
          <button className="small" onClick={() => setOver("keys")} aria-label={t("Keys")}>
            ?
          </button>
          <button
            className="small"
            onClick={nextTheme}
            aria-label={t("Theme: {theme}", { theme: t(liked.theme) })}
            title={t("Theme: {theme}", { theme: t(liked.theme) })}
          >
            {liked.theme === "light" ? "☀" : liked.theme === "dark" ? "☾" : "◐"}
          </button>
          <button className="small" onClick={() => setOver("studio")}>
            {t("Studio")}
          </button>
        </div>
      </header>
      {away && (
        <p role="alert" className="away">
          <Said
            text={t("Sidecrate does not answer: start it with `sidecrate run`. This page goes on by itself then.")}
          />
        </p>
      )}
      <main>
        <div className="column ask-column">
          <Ask engines={engines} session={session} words={prompt} say={setWords} />
          <Queue jobs={jobs} choose={choose} say={setWords} ask={askFor} open={setOver} />
        </div>
        <Library
          changed={changed}
          turned={turned}
          sort={liked.sort}
          collections={collections}
          sharing={status.web}
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
        {open && (
          <div className="column clip-column">
            <Inspector
              clip={open}
              detail={detail}
              load={load}
              kinds={kinds}
              sharing={status.web}
              collections={collections}
              alike={setLike}
              edited={turn}
              choose={choose}
              close={close}
              say={setWords}
            />
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
      {over === "keys" && <Keys close={shut} />}
      {over === "studio" && (
        <StudioDialog close={shut}>
          <Studio
            engines={engines}
            session={session}
            who={who}
            changed={changed}
            share={status.web.share}
            changedWho={setWho}
            connect={connect}
            say={setWords}
          />
        </StudioDialog>
      )}
      {over === "daws" && <Connect close={shut} say={setWords} />}
    </div>
  );
}
