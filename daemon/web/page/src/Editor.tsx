import { FormEvent, useCallback, useEffect, useState } from "react";
import { api, FullClip, Share, Step, StepKind } from "./api";
import { Wave } from "./Wave";

interface Props {
  clip: string; kinds: StepKind[]; sharing: { share: boolean; share_port: number }; stop: () => void;
  edited: () => void; close: () => void; say: (text: string) => void;
}

export function partsOf(clip: FullClip): string[] {
  const stems = (clip.record.stems ?? []).map((path) => path.split(/[\\/]/).pop()!.replace(/\.wav$/, ""));
  const parts = clip.record.parts;
  return stems.length ? stems : typeof parts === "string" ? parts.split(/,\s*/) : parts ?? [];
}

export function Editor({ clip: id, kinds, sharing, stop, edited, close, say }: Props) {
  const [clip, setClip] = useState<FullClip | null>(null);
  const [kind, setKind] = useState("tempo");
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<Share | null>(null);
  const load = useCallback(() => api<FullClip>(`clips/${id}`).then(setClip, (error) => say(error.message)), [id, say]);
  useEffect(() => { setLink(null); load(); }, [load]);

  async function act(work: () => Promise<unknown>, done: string) {
    setBusy(true);
    stop();
    try {
      await work();
      say(done);
    } catch (error) {
      say((error as Error).message);
    }
    await load();
    edited();
    setBusy(false);
  }
  const add = (step: Record<string, unknown>) => act(() => api(`clips/${id}/edits`, "POST", { step }), "Edited; the original is as it was.");

  function addStep(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(event.currentTarget)].filter(([, value]) => value !== ""));
    add({ do: kind, ...values });
  }
  function sayWords(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const words = new FormData(event.currentTarget).get("words");
    act(() => api(`clips/${id}/edits`, "POST", { words }), "Edited; the original is as it was.");
  }
  async function exportAs(format: string) {
    const made = await api<{ name: string; url: string }>(`clips/${id}/exports`, "POST", { format });
    const anchor = Object.assign(document.createElement("a"), { href: made.url, download: made.name });
    anchor.click();
  }
  const share = () => act(async () => setLink(await api<Share>("shares", "POST", { clip: id })), "Shared for a week.");
  const revoke = (which: Share) => act(async () => { await api(`shares/${which.id}`, "DELETE"); setLink(null); }, "The link leads nowhere now.");

  if (!clip) return null;
  const parts = partsOf(clip);
  const stepOf = (name: string, part: string) => clip.steps.find((step) => step.do === name && step.stem === part);
  const toggle = (name: string, part: string) => {
    const step = stepOf(name, part);
    return step ? act(() => api(`clips/${id}/edits/${step.id}`, "DELETE"), "Taken back.") : add({ do: name, stem: part });
  };
  const address = link && `${location.protocol}//${location.hostname}:${sharing.share_port}${link.path}`;
  const wanted = kinds.find((one) => one.do === kind);
  return (
    <section aria-labelledby="editor" className="editor" aria-busy={busy}>
      <h2 id="editor">Edit {clip.prompt || clip.name} <button className="small" onClick={close}>Close the editor</button></h2>
      {clip.kind !== "midi" && <Wave clip={id} version="edited" height={80} stamp={JSON.stringify(clip.steps)} />}
      <div className="row">
        <button disabled={busy || clip.turns.undo === 0} onClick={() => act(() => api(`clips/${id}/undo`, "POST"), "Undone.")}>Undo</button>
        <button disabled={busy || clip.turns.redo === 0} onClick={() => act(() => api(`clips/${id}/redo`, "POST"), "Done again.")}>Redo</button>
      </div>
      <form onSubmit={sayWords} className="row">
        <label>Say the change<input name="words" required maxLength={500} placeholder="a bit faster, add some reverb" /></label>
        <button disabled={busy}>Change it</button>
      </form>
      <form onSubmit={addStep} className="row">
        <label>Step<select value={kind} onChange={(e) => setKind(e.target.value)}>{kinds.filter((one) => !one.stems).map((one) => <option key={one.do}>{one.do}</option>)}</select></label>
        {wanted?.settings.map((one) => (
          <label key={`${kind} ${one.name}`}>{one.name}<input name={one.name} required={one.default === null} placeholder={one.default === null ? one.range : String(one.default)} title={one.range} /></label>
        ))}
        <button disabled={busy}>Add step</button>
      </form>
      <h3>Steps</h3>
      {clip.steps.length === 0 && <p className="quiet">None: this is the original.</p>}
      <ol>{clip.steps.map((step) => (
        <li key={step.id}>{stepText(step)} <button className="small" disabled={busy} aria-label={`Remove ${step.do}`}
          onClick={() => act(() => api(`clips/${id}/edits/${step.id}`, "DELETE"), "Removed.")}>Remove</button></li>
      ))}</ol>
      {parts.length > 0 && <>
        <h3>Stems</h3>
        <ul className="mixer">{parts.map((part) => (
          <li key={part}><span>{part}</span>
            {(["mute", "solo"] as const).map((name) => (
              <button key={name} className="small" disabled={busy} aria-pressed={!!stepOf(name, part)} aria-label={`${name} ${part}`} onClick={() => toggle(name, part)}>{name}</button>
            ))}
            <button className="small" disabled={busy} aria-label={`−3 dB ${part}`} onClick={() => add({ do: "level", stem: part, db: -3 })}>−3 dB</button>
            <button className="small" disabled={busy} aria-label={`+3 dB ${part}`} onClick={() => add({ do: "level", stem: part, db: 3 })}>+3 dB</button>
          </li>
        ))}</ul>
      </>}
      <h3>Take it elsewhere</h3>
      <div className="row">
        {["wav24", "flac", "mp3", "stems", "midi"].map((format) => (
          <button key={format} disabled={busy} onClick={() => act(() => exportAs(format), "Exported.")}>Export {format}</button>
        ))}
        <button disabled={busy} onClick={() => act(() => api(`clips/${id}/keep`, "POST"), "Kept.")}>Keep</button>
        {sharing.share && !link && <button disabled={busy} onClick={share}>Share a link</button>}
      </div>
      {link && address && <p><a href={address} target="_blank" rel="noreferrer">{address}</a> <button className="small" onClick={() => revoke(link)}>Revoke the link</button></p>}
    </section>
  );
}

function stepText(step: Step): string {
  const settings = Object.entries(step).filter(([name]) => name !== "id" && name !== "do");
  return [step.do, ...settings.map(([name, value]) => `${name} ${value}`)].join(" ");
}
