import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, Clip } from "../api/client";

export interface Asked {
  text: string;
  kind: string;
  key: string;
  bpm_from: string;
  bpm_to: string;
  favourite: boolean;
  unused: boolean;
  rating: string;
  collection: string;
  engine: string;
  licence: string;
  genre: string;
  project: string;
  tag: string;
  lufs_from: string;
  lufs_to: string;
  days: string;
}
export const NOTHING: Asked = {
  text: "",
  kind: "",
  key: "",
  bpm_from: "",
  bpm_to: "",
  favourite: false,
  unused: false,
  rating: "",
  collection: "",
  engine: "",
  licence: "",
  genre: "",
  project: "",
  tag: "",
  lufs_from: "",
  lufs_to: "",
  days: "",
};
export const isAsked = (asked: Asked) => (Object.keys(NOTHING) as (keyof Asked)[]).some((name) => asked[name]);

/** Rows fetched at once. */
const PAGE = 100;

export function queryOf(asked: Asked, sort: string, like: Clip | null): URLSearchParams {
  const query = new URLSearchParams({ sort });
  const { favourite, unused, ...words } = asked;
  for (const [name, value] of Object.entries(words)) if (value) query.set(name, value);
  if (asked.key) query.set("compatible", "true");
  if (favourite) query.set("favourite", "true");
  if (unused) query.set("used", "false");
  if (like) query.set("similar", like.id);
  return query;
}

export interface Found {
  total: number;
  at: (row: number) => Clip | undefined;
  want: (from: number, to: number) => void;
  again: () => void;
  known: boolean;
  /** The rows are still those of an earlier question. */
  busy: boolean;
}

/**
 * The clips of a search as a list of known length, whose rows are fetched where they are seen.
 * `want` asks for rows; a row that has not come yet is undefined.
 */
export function useSearch(
  asked: Asked,
  sort: string,
  like: Clip | null,
  changed: number,
  refused: (text: string) => void,
): Found {
  const query = queryOf(asked, sort, like).toString();
  const [total, setTotal] = useState(0);
  const [known, setKnown] = useState(false);
  const [pages, setPages] = useState<Map<number, Clip[]>>(new Map());
  const [turn, setTurn] = useState(0);
  const [answered, setAnswered] = useState<string | null>(null);
  const seen = useRef<[number, number]>([0, 0]);
  const asking = useRef<Set<number>>(new Set());
  const latest = useRef(0);
  const busy = useRef(false);
  const next = useRef<(() => Promise<void>) | null>(null);

  const fetchPages = useCallback(
    async (numbers: number[], stamp: number, anew: boolean) => {
      try {
        const got = await Promise.all(
          numbers.map((page) =>
            api<{ total: number; clips: Clip[] }>(`clips?${query}&offset=${page * PAGE}&limit=${PAGE}`),
          ),
        );
        if (stamp !== latest.current) return;
        setTotal(got[0].total);
        setKnown(true);
        setPages((before) => {
          const now = anew ? new Map() : new Map(before);
          numbers.forEach((page, place) => now.set(page, got[place].clips));
          return now;
        });
      } catch (error) {
        // half a key is no key yet; a search by sound is refused with a reason
        if (like) refused((error as Error).message);
      } finally {
        numbers.forEach((page) => asking.current.delete(page));
        if (stamp === latest.current) setAnswered(query);
      }
    },
    [query, like, refused],
  );

  useEffect(() => {
    seen.current = [0, 0];
  }, [query]);
  // A search, or a change of the library: what is seen is fetched anew, the rest when it is seen. It is asked for at
  // once; while an answer is under way the newest question waits for it, so that fast typing makes no queue.
  useEffect(() => {
    const go = async () => {
      if (busy.current) {
        next.current = go;
        return;
      }
      busy.current = true;
      const stamp = ++latest.current;
      asking.current = new Set();
      const [from, to] = seen.current.map((row) => Math.floor(row / PAGE));
      const pagesSeen = Array.from({ length: to - from + 1 }, (_, page) => from + page);
      await fetchPages(pagesSeen, stamp, true);
      busy.current = false;
      const waits = next.current;
      next.current = null;
      void waits?.();
    };
    void go();
  }, [fetchPages, changed, turn]);

  const want = useCallback(
    (from: number, to: number) => {
      seen.current = [from, to];
      const missing: number[] = [];
      for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page++)
        if (!pages.has(page) && !asking.current.has(page) && known && page * PAGE < total) missing.push(page);
      if (!missing.length) return;
      missing.forEach((page) => asking.current.add(page));
      void fetchPages(missing, latest.current, false);
    },
    [pages, known, total, fetchPages],
  );
  const at = useCallback((row: number) => pages.get(Math.floor(row / PAGE))?.[row % PAGE], [pages]);
  const again = useCallback(() => setTurn((count) => count + 1), []);
  const waits = answered !== query;
  return useMemo(() => ({ total, at, want, again, known, busy: waits }), [total, at, want, again, known, waits]);
}
