import { DragEvent, KeyboardEvent, useCallback, useEffect, useState } from "react";
import { api, audioUrl, Clip } from "./api";
import { Wave } from "./Wave";

interface Props {
  changed: number; playing: string | null; open: string | null;
  play: (clip: Clip) => void; choose: (clip: string) => void; say: (text: string) => void;
}
const PAGE = 30;

export function Library({ changed, playing, open, play, choose, say }: Props) {
  const [asked, setAsked] = useState({ text: "", kind: "", key: "", bpm_from: "", bpm_to: "", favourite: false, sort: "newest" });
  const [found, setFound] = useState<{ total: number; clips: Clip[] }>({ total: 0, clips: [] });
  const [most, setMost] = useState(PAGE);
  const [at, setAt] = useState(0);

  const look = useCallback(() => {
    const query = new URLSearchParams({ limit: String(most), sort: asked.sort });
    for (const name of ["text", "kind", "key", "bpm_from", "bpm_to"] as const) if (asked[name]) query.set(name, asked[name]);
    if (asked.key) query.set("compatible", "true");
    if (asked.favourite) query.set("favourite", "true");
    api<{ total: number; clips: Clip[] }>(`clips?${query}`).then(setFound, () => undefined); // half a key is no key yet
  }, [asked, most]);
  useEffect(() => { const wait = setTimeout(look, 120); return () => clearTimeout(wait); }, [look, changed]);

  const set = (name: string, value: string | boolean) => { setAsked({ ...asked, [name]: value }); setMost(PAGE); setAt(0); };
  const favour = (clip: Clip) =>
    api(`clips/${clip.id}`, "PATCH", { favourite: !clip.favourite }).then(look, (error) => say(error.message));

  function keys(event: KeyboardEvent<HTMLUListElement>) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = event.currentTarget.querySelectorAll<HTMLElement>("[data-row]");
    const clip = found.clips[at];
    if (step) {
      event.preventDefault();
      rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
    } else if (event.target === rows[at] && clip) {
      const act = { Enter: () => choose(clip.id), " ": () => play(clip), f: () => favour(clip) }[event.key];
      if (act) { event.preventDefault(); act(); }
    }
  }

  function drag(event: DragEvent, clip: Clip) {
    // Chromium hands the file itself to the desktop; other browsers give the address
    const url = new URL(audioUrl(clip.id, "edited"), location.href).href;
    event.dataTransfer.setData("DownloadURL", `audio/wav:${clip.name}.wav:${url}`);
    event.dataTransfer.setData("text/uri-list", url);
  }

  return (
    <section aria-labelledby="library">
      <h2 id="library">Library <span className="quiet" role="status">{found.total} clips</span></h2>
      <div className="filters" role="search">
        <label>Search<input type="search" value={asked.text} onChange={(e) => set("text", e.target.value)} /></label>
        <label>Kind<select value={asked.kind} onChange={(e) => set("kind", e.target.value)}>
          <option value="">all</option>{["loop", "oneshot", "track", "midi", "sfx", "vocal"].map((kind) => <option key={kind}>{kind}</option>)}
        </select></label>
        <label>Fits key<input size={5} value={asked.key} onChange={(e) => set("key", e.target.value)} /></label>
        <label>Tempo from<input type="number" value={asked.bpm_from} onChange={(e) => set("bpm_from", e.target.value)} /></label>
        <label>Tempo to<input type="number" value={asked.bpm_to} onChange={(e) => set("bpm_to", e.target.value)} /></label>
        <label>Order<select value={asked.sort} onChange={(e) => set("sort", e.target.value)}>
          {["newest", "oldest", "name", "bpm", "key", "rating", "loudness", "length"].map((sort) => <option key={sort}>{sort}</option>)}
        </select></label>
        <label className="check"><input type="checkbox" checked={asked.favourite} onChange={(e) => set("favourite", e.target.checked)} />Favourites</label>
      </div>
      <p className="quiet" id="keys">Arrow keys move, space plays, Enter edits, f is favourite.</p>
      <ul className="clips" onKeyDown={keys} aria-describedby="keys">
        {found.clips.map((clip, number) => (
          <li key={clip.id} data-row data-clip={clip.id} tabIndex={number === at ? 0 : -1} onFocus={() => setAt(number)}
            aria-current={clip.id === open} draggable onDragStart={(event) => drag(event, clip)}>
            <button className="play" disabled={clip.kind === "midi"} onClick={() => play(clip)}
              aria-label={`${playing === clip.id ? "Stop" : "Play"} ${clip.name}`}>{playing === clip.id ? "■" : "▶"}</button>
            <div className="about">
              <span className="words">{clip.prompt || clip.name}</span>
              <span className="quiet">{[clip.kind, clip.bpm && `${clip.bpm} bpm`, clip.key, clip.edited && "edited"].filter(Boolean).join(" · ")}</span>
            </div>
            {clip.kind !== "midi" && <Wave clip={clip.id} version="original" height={36} />}
            <button className="small" aria-pressed={clip.favourite} aria-label={`Favourite ${clip.name}`} onClick={() => favour(clip)}>{clip.favourite ? "★" : "☆"}</button>
            <button className="small" onClick={() => choose(clip.id)} aria-label={`Edit ${clip.name}`}>Edit</button>
          </li>
        ))}
      </ul>
      {found.total > most && <button onClick={() => setMost(Math.min(200, most + PAGE))}>Show more</button>}
    </section>
  );
}
