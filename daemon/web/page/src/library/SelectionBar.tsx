import { FormEvent, useState } from "react";
import { api, Clip } from "../api/client";

/** What can be done with several clips at once. */
export function SelectionBar({ clips, clear, say, edited, gone }: {
  clips: Clip[]; clear: () => void; say: (text: string) => void; edited: () => void; gone: (ids: string[]) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [binning, setBinning] = useState(false);
  const many = `${clips.length} ${clips.length === 1 ? "clip" : "clips"}`;

  /** One after the other: what fails is said with how many went well, and nothing else stops. */
  async function all(work: (clip: Clip) => Promise<unknown>, done: string) {
    setBusy(true);
    const failed: string[] = [];
    for (const clip of clips) await work(clip).catch((error: Error) => failed.push(`${clip.name}: ${error.message}`));
    setBusy(false);
    setBinning(false);
    say(failed.length ? `${clips.length - failed.length} of ${clips.length}: ${done} ${failed[0]}` : `${many}: ${done}`);
    edited();
  }
  function collect(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    void all((clip) => api(`collections/${encodeURIComponent(name)}/${clip.id}`, "PUT"), `in ${name}.`);
  }
  function tag(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const tags = String(new FormData(event.currentTarget).get("tag")).split(",").map((one) => one.trim()).filter(Boolean);
    void all(async (clip) => {
      const now = await api<{ tags: string[] }>(`clips/${clip.id}`);
      return api(`clips/${clip.id}`, "PATCH", { tags: [...new Set([...now.tags, ...tags])] });
    }, "tagged.");
  }
  return (
    <div className="selection row" role="region" aria-label="What is selected">
      <strong role="status">{many} selected</strong>
      <button disabled={busy} onClick={() => all((clip) => api(`clips/${clip.id}`, "PATCH", { favourite: true }), "favourites now.")}>★</button>
      <button disabled={busy} onClick={() => all((clip) => api(`clips/${clip.id}/keep`, "POST"), "kept.")}>Keep</button>
      <button disabled={busy} onClick={() => all((clip) => api("split", "POST", { source: clip.id }), "in the queue, to be taken apart.")}>Take apart</button>
      <form className="row tight" onSubmit={tag}><label><span className="hidden">Tag them</span><input name="tag" required size={9} maxLength={100} placeholder="a tag" /></label><button disabled={busy}>Tag</button></form>
      <form className="row tight" onSubmit={collect}><label><span className="hidden">Collect them in</span><input name="name" list="names" required size={11} maxLength={80} placeholder="a collection" autoComplete="off" /></label><button disabled={busy}>Collect them</button></form>
      {binning
        ? <><button disabled={busy} onClick={() => all((clip) => api(`clips/${clip.id}`, "DELETE"), "in your system's bin.").then(() => gone(clips.map((clip) => clip.id)))}>Yes, all {many} into the bin</button><button onClick={() => setBinning(false)}>No</button></>
        : <button disabled={busy} onClick={() => setBinning(true)}>Bin</button>}
      <button className="end" onClick={clear}>Select none</button>
    </div>
  );
}
