import {
  KeyboardEvent,
  memo,
  Ref,
  RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { useVirtualizer, VirtualItem } from "@tanstack/react-virtual";
import { Clip } from "../api/client";
import { usePlayer } from "../player/player";
import { t } from "../words/words";
import { View } from "../views/Views";
import { Card } from "./Card";
import { ClipActs, ClipShown } from "./parts";
import { Row } from "./Row";
import { Found } from "./search";

const ROW_PX = 62;
/** A card's height with the gap below it, and its least width. */
const CARD_PX = 150,
  CARD_WIDE_PX = 200;

export interface ListActs extends ClipActs {
  /** What a key does with a clip. Returns whether it does something. */
  press: (key: string, clip: Clip) => boolean;
}
export interface ListHandle {
  /** Back to the first clip. */
  top: () => void;
}

/** The clips as rows or cards. Only those in sight are drawn, whatever their number; arrows walk through all. */
export const ClipList = memo(function ClipList({
  found,
  view,
  open,
  picked,
  turned,
  words,
  acts,
  hidden,
  ref,
}: {
  found: Found;
  view: View;
  open: string | null;
  picked: ReadonlyMap<string, Clip>;
  turned: number;
  words: string;
  acts: ListActs;
  hidden: boolean;
  ref: Ref<ListHandle>;
}) {
  const [at, setAt] = useState(0);
  const heard = usePlayer();
  const scroller = useRef<HTMLDivElement>(null);
  const cards = view === "cards";
  const columns = useColumns(scroller, cards),
    high = cards ? CARD_PX : ROW_PX;
  const rows = useVirtualizer({
    count: hidden ? 0 : Math.ceil(found.total / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => high,
    overscan: cards ? 2 : 6,
  });
  useEffect(() => rows.measure(), [rows, high]);
  const shown = rows.getVirtualItems();
  const from = (shown[0]?.index ?? 0) * columns,
    to = Math.min(Math.max(0, found.total - 1), ((shown[shown.length - 1]?.index ?? 0) + 1) * columns - 1);
  const { want } = found;
  useEffect(() => want(from, to), [want, from, to]);
  useImperativeHandle(ref, () => ({
    top: () => {
      setAt(0);
      scroller.current?.scrollTo({ top: 0 });
    },
  }));

  const move = (row: number) => {
    const next = Math.min(found.total - 1, Math.max(0, row));
    setAt(next);
    rows.scrollToIndex(Math.floor(next / columns));
    // the row may have to be drawn first
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"] [data-row]`)?.focus(),
      ),
    );
  };
  function keys(event: KeyboardEvent<HTMLDivElement>) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const goal = {
      ArrowDown: at + columns,
      ArrowUp: at - columns,
      PageDown: at + 10 * columns,
      PageUp: at - 10 * columns,
      Home: 0,
      End: found.total - 1,
      ...(columns > 1 ? { ArrowRight: at + 1, ArrowLeft: at - 1 } : {}),
    }[event.key];
    const clip = found.at(at);
    if (goal !== undefined) {
      event.preventDefault();
      move(goal);
    } else if ((event.target as HTMLElement).matches("[data-row]") && clip && acts.press(event.key, clip))
      event.preventDefault();
  }
  const place = (item: VirtualItem, column: number) => {
    const number = item.index * columns + column,
      clip = found.at(number);
    return (
      <div
        key={number}
        role="presentation"
        className={cards ? "place card-place" : "place"}
        data-index={number}
        style={{
          height: high,
          transform: `translateY(${item.start}px)`,
          ...(cards ? { width: `${100 / columns}%`, left: `${(column * 100) / columns}%` } : {}),
        }}
      >
        {clip && (
          <Shown
            kind={cards ? Card : Row}
            clip={clip}
            playing={heard.playing && heard.clip?.id === clip.id}
            open={open === clip.id}
            picked={picked.has(clip.id)}
            focused={number === at}
            stamp={clip.edited ? String(turned) : ""}
            words={words}
            number={number}
            setAt={setAt}
            acts={acts}
          />
        )}
      </div>
    );
  };
  const height = { height: rows.getTotalSize() };
  const all = shown.flatMap((item) =>
    Array.from({ length: Math.min(columns, found.total - item.index * columns) }, (_, column) => place(item, column)),
  );
  return (
    <div className="clips" ref={scroller} onKeyDown={keys} hidden={hidden}>
      {cards ? (
        <div role="list" aria-label={t("Clips")} aria-busy={found.busy} style={height}>
          {all}
        </div>
      ) : (
        <div
          role="grid"
          aria-label={t("Clips")}
          aria-busy={found.busy}
          aria-rowcount={found.total}
          aria-multiselectable="true"
          style={height}
        >
          {all}
        </div>
      )}
    </div>
  );
});

/** One clip, drawn anew only where something of it is another. */
const Shown = memo(function Shown({
  kind: Kind,
  number,
  setAt,
  ...shown
}: Omit<ClipShown, "onFocus"> & {
  kind: (shown: ClipShown) => React.ReactNode;
  number: number;
  setAt: (number: number) => void;
}) {
  const onFocus = useCallback(() => setAt(number), [number, setAt]);
  return <Kind {...shown} onFocus={onFocus} />;
});

/** How many cards stand side by side. */
function useColumns(scroller: RefObject<HTMLDivElement | null>, cards: boolean): number {
  const [columns, setColumns] = useState(1);
  useEffect(() => {
    const watch = new ResizeObserver(() =>
      setColumns(Math.max(2, Math.floor((scroller.current?.clientWidth ?? 0) / CARD_WIDE_PX))),
    );
    watch.observe(scroller.current!);
    return () => watch.disconnect();
  }, [scroller]);
  return cards ? columns : 1;
}
