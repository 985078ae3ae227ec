import { ChangeEvent, DragEvent, KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";
import { api, audioUrl, canHear, Clip, Collection, Sharing, upload } from "./api";
import { CollectionBar } from "./CollectionBar";
import { Facets, MoreFilters, NO_MORE } from "./MoreFilters";
import { Wave } from "./Wave";

interface Props {
  changed: number; turned: number; sort: string; collections: Collection[]; sharing: Sharing; prefer: (sort: string) => void; edited: () => void; playing: string | null; open: string | null; like: Clip | null; alike: (clip: Clip | null) => void;
  play: (clip: Clip) => void; choose: (clip: string) => void; say: (text: string) => void;
}
const PAGE = 30, AT_ONCE = 200;
interface Found { total: number; clips: Clip[] }

/** The first rows of a search, fetched page by page. */
async function found_by(query: URLSearchParams, most: number): Promise<Found> {
  const starts = Array.from({ length: Math.ceil(most / AT_ONCE) }, (_, page) => page * AT_ONCE);
  const pages = await Promise.all(starts.map((offset) =>
    api<Found>(`clips?${query}&offset=${offset}&limit=${Math.min(AT_ONCE, most - offset)}`)));
  return { total: pages[0].total, clips: pages.flatMap((page) => page.clips) };
}

export function Library({ changed, turned, sort, collections, sharing, prefer, edited, playing, open, like, alike, play, choose, say }: Props) {
  const [asked, setAsked] = useState({ text: "", kind: "", key: "", bpm_from: "", bpm_to: "", favourite: false, unused: false, rating: "", collection: "", ...NO_MORE });
  const [facets, setFacets] = useState<Facets>({});
  const [fit, setFit] = useState(false);
  const [over, setOver] = useState(false);
  const [found, setFound] = useState<Found>({ total: 0, clips: [] });
  const [most, setMost] = useState(PAGE);
  const [at, setAt] = useState(0);

  const look = useCallback(() => {
    const query = new URLSearchParams({ sort });
    for (const name of ["text", "kind", "key", "bpm_from", "bpm_to", "collection", ...Object.keys(NO_MORE)] as (keyof typeof asked)[]) if (asked[name]) query.set(name, String(asked[name]));
    if (asked.key) query.set("compatible", "true");
    if (asked.favourite) query.set("favourite", "true");
    if (asked.unused) query.set("used", "false");
    if (asked.rating) query.set("rating", asked.rating);
    if (like) query.set("similar", like.id);
    found_by(query, most).then(setFound, (error) => { if (like) { say(error.message); alike(null); } }); // half a key is no key yet
  }, [asked, most, sort, like, say, alike]);
  useEffect(() => { const wait = setTimeout(look, 120); return () => clearTimeout(wait); }, [look, changed]);

  const set = (name: string, value: string | boolean) => { setAsked({ ...asked, [name]: value }); setMost(PAGE); setAt(0); };
  const more = useCallback(() => setMost((now) => (now < AT_ONCE ? now + PAGE : now + AT_ONCE)), []);
  const end = useRef<HTMLDivElement>(null);
  const isMore = found.total > most;
  useEffect(() => {
    if (!isMore || !end.current) return;
    const watch = new IntersectionObserver((all) => { if (all.some((one) => one.isIntersecting)) more(); }, { rootMargin: "400px" });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [isMore, more, found]);
  const tell = (work: Promise<unknown>, done: string) => work.then(() => { say(done); edited(); }, (error) => say(error.message));
  async function bring(files: FileList | null) {
    for (const file of files ?? []) {
      say(`Bringing in ${file.name}…`);
      await tell(upload(file, fit), fit ? `${file.name} is in the queue.` : `${file.name} is in the library.`);
    }
  }
  const favour = (clip: Clip) =>
    api(`clips/${clip.id}`, "PATCH", { favourite: !clip.favourite }).then(look, (error) => say(error.message));

  function keys(event: KeyboardEvent<HTMLUListElement>) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const rows = event.currentTarget.querySelectorAll<HTMLElement>("[data-row]");
    const clip = found.clips[at];
    if (step) {
      event.preventDefault();
      rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
    } else if (event.target === rows[at] && clip) {
      const act = { Enter: () => choose(clip.id), " ": () => canHear(clip) && play(clip), f: () => favour(clip), s: () => clip.kind !== "midi" && alike(clip) }[event.key];
      if (act) { event.preventDefault(); act(); }
    }
  }

  function drag(event: DragEvent, clip: Clip) {
    // Chromium hands the file itself to the desktop; other browsers give the address
    const url = new URL(audioUrl(clip.id, "edited"), location.href).href;
    event.dataTransfer.setData("DownloadURL", clip.kind === "midi" ? `audio/midi:${clip.name}.mid:${url}` : `audio/wav:${clip.name}.wav:${url}`);
    event.dataTransfer.setData("text/uri-list", url);
  }

  return (
    <section aria-labelledby="library" className={over ? "library over" : "library"}
      onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)} onDrop={(event) => { event.preventDefault(); setOver(false); bring(event.dataTransfer.files); }}>
      <div className="bar">
        <h2 id="library" tabIndex={-1}>Library <span className="quiet" role="status">{found.total} {found.total === 1 ? "clip" : "clips"}</span></h2>
        <div className="row tight">
          <label className="check"><input type="checkbox" checked={fit} onChange={(e) => setFit(e.target.checked)} />fit to the project</label>
          <label className="button">Bring in a file<input type="file" multiple accept=".wav,.flac,.ogg,.mp3,.aif,.aiff,audio/*"
            onChange={(event: ChangeEvent<HTMLInputElement>) => bring(event.target.files).then(() => { event.target.value = ""; })} /></label>
        </div>
      </div>
      <div className="filters" role="search">
        <label className="grow">Search<input type="search" placeholder="words, a name, a tag" value={asked.text} onChange={(e) => set("text", e.target.value)} /></label>
        <label>Kind<select value={asked.kind} onChange={(e) => set("kind", e.target.value)}>
          <option value="">all</option>{["loop", "oneshot", "track", "midi", "sfx", "vocal"].map((kind) => <option key={kind}>{kind}</option>)}
        </select></label>
        <label>Fits key<input size={5} value={asked.key} onChange={(e) => set("key", e.target.value)} /></label>
        <label>Tempo from<input type="number" value={asked.bpm_from} onChange={(e) => set("bpm_from", e.target.value)} /></label>
        <label>Tempo to<input type="number" value={asked.bpm_to} onChange={(e) => set("bpm_to", e.target.value)} /></label>
        {collections.length > 0 && <label>Collection<select value={asked.collection} onChange={(e) => set("collection", e.target.value)}>
          <option value="">all clips</option>{collections.map((one) => <option key={one.name} value={one.name}>{one.name} ({one.clips})</option>)}
        </select></label>}
        <label>Stars<select value={asked.rating} onChange={(e) => set("rating", e.target.value)}>
          <option value="">any</option>{[1, 2, 3, 4, 5].map((stars) => <option key={stars} value={stars}>{stars === 5 ? "5" : `${stars} or more`}</option>)}</select></label>
        <label>Order<select value={sort} disabled={!!like} onChange={(e) => prefer(e.target.value)}>
          {["newest", "oldest", "name", "bpm", "key", "rating", "loudness", "length"].map((sort) => <option key={sort}>{sort}</option>)}
        </select></label>
        <label className="check"><input type="checkbox" checked={asked.favourite} onChange={(e) => set("favourite", e.target.checked)} />Favourites</label>
        <label className="check"><input type="checkbox" checked={asked.unused} onChange={(e) => set("unused", e.target.checked)} />Not used yet</label>
      </div>
      {like && <p><button className="chip" onClick={() => alike(null)} aria-label={`Show all, not only what sounds like ${like.prompt || like.name}`}>sounds like {like.prompt || like.name} ×</button></p>}
      <MoreFilters asked={asked} facets={facets} set={set} open={() => api<Facets>("facets").then(setFacets, (error) => say(error.message))} />
      {asked.collection && <CollectionBar key={asked.collection} name={asked.collection} sharing={sharing} tell={tell} show={(name) => set("collection", name)} />}
      {found.total === 0 && <p>{asked.text || asked.kind || asked.key || asked.bpm_from || asked.bpm_to || asked.favourite || asked.unused || asked.rating || asked.collection || like || Object.keys(NO_MORE).some((name) => asked[name as keyof typeof NO_MORE]) ? "No clip is like that." : "No clip yet: ask for one, or drop an audio file here."}</p>}
      <p className="quiet" id="keys">Arrow keys move, space plays, Enter edits, f is favourite, s finds what sounds like it. Drag a row into your DAW.</p>
      <ul className="clips" onKeyDown={keys} aria-describedby="keys">
        {found.clips.map((clip, number) => (
          <li key={clip.id} data-row data-clip={clip.id} tabIndex={number === at ? 0 : -1} onFocus={() => setAt(number)}
            aria-current={clip.id === open} draggable onDragStart={(event) => drag(event, clip)}>
            <button className="play" disabled={!canHear(clip)} onClick={() => play(clip)}
              aria-label={`${playing === clip.id ? "Stop" : "Play"} ${clip.name}`}>{playing === clip.id ? "■" : "▶"}</button>
            <div className="about">
              <span className="words">{clip.prompt || clip.name}</span>
              <span className="quiet">{[clip.kind, clip.bpm && `${clip.bpm} bpm`, clip.key, clip.rating > 0 && "★".repeat(clip.rating), clip.edited && "edited"].filter(Boolean).join(" · ")}</span>
            </div>
            {clip.kind === "midi" ? <span className="wave quiet">{canHear(clip) ? "notes: play, or drag them into your DAW" : "notes: drag them into your DAW"}</span>
              : <Wave clip={clip.id} version={clip.edited ? "edited" : "original"} stamp={clip.id === open ? String(turned) : ""} height={36} playing={playing === clip.id} />}
            <button className="small" aria-pressed={clip.favourite} aria-label={`Favourite ${clip.name}`} onClick={() => favour(clip)}>{clip.favourite ? "★" : "☆"}</button>
            <button className="small" onClick={() => choose(clip.id)} aria-label={`Edit ${clip.name}`}>Edit</button>
          </li>
        ))}
      </ul>
      {isMore && <div ref={end}><button onClick={more}>Show more</button></div>}
    </section>
  );
}
