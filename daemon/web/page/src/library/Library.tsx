import {
  ChangeEvent,
  lazy,
  MouseEvent,
  ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { api, canHear, Clip, Collection, Sharing, upload } from "../api/client";
import { player } from "../player/player";
import { View } from "../views/Views";
import { ClipList, ListActs, ListHandle } from "./ClipList";
import { CollectionBar } from "./CollectionBar";
import { Empty } from "./Empty";
import { Filters } from "./Filters";
import { Asked, isAsked, NOTHING, queryOf, useSearch } from "./search";
import { SelectionBar } from "./SelectionBar";
import { locale, t } from "../words/words";

const SoundMap = lazy(() => import("../map/SoundMap"));

interface Props {
  changed: number;
  turned: number;
  sort: string;
  collections: Collection[];
  sharing: Sharing;
  prefer: (sort: string) => void;
  edited: () => void;
  open: string | null;
  like: Clip | null;
  alike: (clip: Clip | null) => void;
  choose: (clip: string | null) => void;
  say: (text: string) => void;
  ask: (prompt: string) => void;
  connect: () => void;
  view: View;
  views: ReactNode;
  pad: (clip: Clip) => void;
}

/** The clips: found by words and filters, walked by keys, heard, selected, brought in and dragged out. */
export function Library({
  changed,
  turned,
  sort,
  collections,
  sharing,
  prefer,
  edited,
  open,
  like,
  alike,
  choose,
  say,
  ask,
  connect,
  view,
  views,
  pad,
}: Props) {
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [fit, setFit] = useState(false);
  const [over, setOver] = useState(false);
  const [picked, setPicked] = useState<Map<string, Clip>>(new Map());
  const last = useRef(0);
  const refused = useCallback(
    (text: string) => {
      say(text);
      alike(null);
    },
    [say, alike],
  );
  const found = useSearch(asked, sort, like, changed, refused);
  const list = useRef<ListHandle>(null);
  const set = (some: Partial<Asked>) => {
    setAsked({ ...asked, ...some });
    list.current?.top();
  };
  /** Show all clips again, with the focus where the next search is typed. */
  const clear = () => {
    set(NOTHING);
    alike(null);
    document.getElementById("search")?.focus();
  };

  const tell = (work: Promise<unknown>, done: string) =>
    work.then(
      () => {
        say(done);
        edited();
      },
      (error) => say(error.message),
    );
  async function bring(files: FileList | null) {
    for (const file of files ?? []) {
      say(t("Bringing in {name}…", { name: file.name }));
      await tell(
        upload(file, fit),
        fit ? t("{name} is in the queue.", { name: file.name }) : t("{name} is in the library.", { name: file.name }),
      );
    }
  }
  const favour = (clip: Clip) => mark(clip, { favourite: !clip.favourite });
  function mark(clip: Clip, marks: Record<string, unknown>) {
    api(`clips/${clip.id}`, "PATCH", marks).then(found.again, (error) => say(error.message));
  }
  function pick(clip: Clip, event: MouseEvent) {
    const row = Number((event.currentTarget as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index ?? 0);
    const now = new Map(picked);
    if (event.shiftKey) {
      for (let one = Math.min(row, last.current); one <= Math.max(row, last.current); one++) {
        const its = found.at(one);
        if (its) now.set(its.id, its);
      }
    } else if (!now.delete(clip.id)) now.set(clip.id, clip);
    last.current = row;
    setPicked(now);
  }
  /** What a key does with the clip that has the focus. */
  function press(key: string, clip: Clip): boolean {
    const does: Record<string, () => unknown> = {
      Enter: () => choose(clip.id),
      " ": () => canHear(clip) && player.toggle(clip),
      f: () => favour(clip),
      s: () => clip.kind !== "midi" && alike(clip),
      a: () => pad(clip),
      k: () => tell(api(`clips/${clip.id}/keep`, "POST"), t("Kept, under a second name in the folder Kept.")),
      x: () =>
        setPicked((before) => {
          const now = new Map(before);
          if (!now.delete(clip.id)) now.set(clip.id, clip);
          return now;
        }),
    };
    if (/^[0-5]$/.test(key)) does[key] = () => mark(clip, { rating: Number(key) });
    does[key]?.();
    return key in does;
  }
  const chosen = useMemo(() => [...picked.values()], [picked]);
  // the rows keep the same acts, so that scrolling draws none of them anew
  const now = {
    choose: (clip: Clip) => choose(clip.id),
    play: (clip: Clip) => player.toggle(clip),
    favour,
    pick,
    press,
  };
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
  });
  const [acts] = useState<ListActs>(() => ({
    choose: (clip) => latest.current.choose(clip),
    play: (clip) => latest.current.play(clip),
    favour: (clip) => latest.current.favour(clip),
    pick: (clip, event) => latest.current.pick(clip, event),
    press: (key, clip) => latest.current.press(key, clip),
  }));
  return (
    <section
      aria-labelledby="library"
      className={over ? "library over" : "library"}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes("Files")) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void bring(event.dataTransfer.files);
      }}
    >
      <div className="bar">
        <h2 id="library" tabIndex={-1}>
          {t("Library")}{" "}
          <span className="quiet" role="status">
            {found.total === 1 ? t("1 clip") : t("{n} clips", { n: found.total.toLocaleString(locale()) })}
          </span>
        </h2>
        {views}
        <div className="row tight">
          <label className="check" title={t("Put it on the grid, at your project's tempo")}>
            <input type="checkbox" checked={fit} onChange={(e) => setFit(e.target.checked)} />
            {t("fit to the project")}
          </label>
          <label className="button">
            {t("Bring in a file")}
            <input
              type="file"
              multiple
              accept=".wav,.flac,.ogg,.mp3,.aif,.aiff,.mid,.midi,audio/*"
              onChange={(event: ChangeEvent<HTMLInputElement>) =>
                bring(event.target.files).then(() => {
                  event.target.value = "";
                })
              }
            />
          </label>
        </div>
      </div>
      <Filters
        asked={asked}
        set={set}
        clear={clear}
        sort={sort}
        prefer={prefer}
        collections={collections}
        like={like}
        alike={alike}
        say={say}
      />
      {asked.collection && (
        <CollectionBar
          key={asked.collection}
          name={asked.collection}
          sharing={sharing}
          tell={tell}
          show={(collection) => set({ collection })}
          say={say}
        />
      )}
      {chosen.length > 0 && (
        <SelectionBar
          clips={chosen}
          clear={() => setPicked(new Map())}
          say={say}
          edited={edited}
          gone={(ids) => {
            setPicked(new Map());
            if (open && ids.includes(open)) choose(null);
          }}
        />
      )}
      {found.known &&
        found.total === 0 &&
        (isAsked(asked) || like ? (
          <p className="none">
            {t("No clip is like that.")} <button onClick={clear}>{t("Clear the search")}</button>
          </p>
        ) : (
          <Empty
            ask={ask}
            bring={() => document.querySelector<HTMLInputElement>(".library input[type=file]")?.click()}
            connect={connect}
            say={say}
          />
        ))}
      {view === "map" && (
        <Suspense fallback={<div className="map" aria-busy="true" />}>
          <SoundMap
            query={queryOf(asked, sort, null).toString()}
            changed={changed}
            choose={choose}
            say={say}
            pad={pad}
            picked={picked}
            setPicked={setPicked}
          />
        </Suspense>
      )}
      <ClipList
        ref={list}
        found={found}
        view={view}
        open={open}
        picked={picked}
        turned={turned}
        words={asked.text}
        acts={acts}
        hidden={view === "map"}
      />
    </section>
  );
}
