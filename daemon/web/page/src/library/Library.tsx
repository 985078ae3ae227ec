import { ChangeEvent, KeyboardEvent, MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { api, canHear, Clip, Collection, Sharing, upload } from "../api/client";
import { player, usePlayer } from "../player/player";
import { Empty } from "./Empty";
import { CollectionBar } from "./CollectionBar";
import { Filters } from "./Filters";
import { Row } from "./Row";
import { Asked, isAsked, NOTHING, useSearch } from "./search";
import { SelectionBar } from "./SelectionBar";
import { locale, t } from "../words/words";

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
}
const ROW_PX = 62;

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
}: Props) {
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [fit, setFit] = useState(false);
  const [over, setOver] = useState(false);
  const [at, setAt] = useState(0);
  const [picked, setPicked] = useState<Map<string, Clip>>(new Map());
  const last = useRef(0);
  const heard = usePlayer();
  const refused = useCallback(
    (text: string) => {
      say(text);
      alike(null);
    },
    [say, alike],
  );
  const found = useSearch(asked, sort, like, changed, refused);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: found.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const from = shown[0]?.index ?? 0,
    to = shown[shown.length - 1]?.index ?? 0;
  const { want } = found;
  useEffect(() => want(from, to), [want, from, to]);
  const set = (some: Partial<Asked>) => {
    setAsked({ ...asked, ...some });
    setAt(0);
    scroller.current?.scrollTo({ top: 0 });
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
  const favour = (clip: Clip) => {
    api(`clips/${clip.id}`, "PATCH", { favourite: !clip.favourite }).then(found.again, (error) => say(error.message));
  };
  function pick(clip: Clip, event: MouseEvent) {
    const row = Number((event.currentTarget as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index ?? 0);
    const now = new Map(picked);
    if (event.shiftKey) {
      for (let one = Math.min(row, last.current); one <= Math.max(row, last.current); one++) {
        const its = found.at(one);
        if (its) now.set(its.id, its);
      }
    } else if (now.has(clip.id)) now.delete(clip.id);
    else now.set(clip.id, clip);
    last.current = row;
    setPicked(now);
  }
  const move = (row: number) => {
    const next = Math.min(found.total - 1, Math.max(0, row));
    setAt(next);
    rows.scrollToIndex(next);
    // the row may have to be drawn first
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] [data-row]`)?.focus(),
      ),
    );
  };
  function keys(event: KeyboardEvent<HTMLDivElement>) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const clip = found.at(at);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step || event.key === "Home" || event.key === "End") {
      event.preventDefault();
      move(step ? at + step : event.key === "Home" ? 0 : found.total - 1);
    } else if ((event.target as HTMLElement).matches("[data-row]") && clip) {
      const act = {
        Enter: () => choose(clip.id),
        " ": () => canHear(clip) && player.toggle(clip),
        f: () => favour(clip),
        s: () => clip.kind !== "midi" && alike(clip),
        k: () => void tell(api(`clips/${clip.id}/keep`, "POST"), t("Kept, under a second name in the folder Kept.")),
        x: () =>
          setPicked((before) => {
            const now = new Map(before);
            if (!now.delete(clip.id)) now.set(clip.id, clip);
            return now;
          }),
        ...Object.fromEntries(
          [0, 1, 2, 3, 4, 5].map((stars) => [
            String(stars),
            () => {
              api(`clips/${clip.id}`, "PATCH", { rating: stars }).then(found.again, (error) => say(error.message));
            },
          ]),
        ),
      }[event.key];
      if (act) {
        event.preventDefault();
        act();
      }
    }
  }
  const chosen = useMemo(() => [...picked.values()], [picked]);
  const acts = { choose: (clip: Clip) => choose(clip.id), play: (clip: Clip) => player.toggle(clip), favour, pick };
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
              accept=".wav,.flac,.ogg,.mp3,.aif,.aiff,audio/*"
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
          <p className="none">{t("No clip is like that.")}</p>
        ) : (
          <Empty
            ask={ask}
            bring={() => document.querySelector<HTMLInputElement>(".library input[type=file]")?.click()}
            connect={connect}
            say={say}
          />
        ))}
      <div className="clips" ref={scroller} onKeyDown={keys}>
        <div
          role="grid"
          aria-label={t("Clips")}
          aria-rowcount={found.total}
          aria-multiselectable="true"
          style={{ height: rows.getTotalSize() }}
        >
          {shown.map((item) => {
            const clip = found.at(item.index);
            return (
              <div
                key={item.key}
                role="presentation"
                className="place"
                data-index={item.index}
                style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}
              >
                {clip && (
                  <Row
                    clip={clip}
                    playing={heard.playing && heard.clip?.id === clip.id}
                    open={open === clip.id}
                    picked={picked.has(clip.id)}
                    focused={item.index === at}
                    stamp={clip.edited ? String(turned) : ""}
                    onFocus={() => setAt(item.index)}
                    acts={acts}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
