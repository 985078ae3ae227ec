import { FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { Again } from "./Again";
import { api, canHear, Clip, Collection, download, FullClip, Share, shareAddress, Sharing, StepKind } from "./api";
import { Correct } from "./Correct";
import { Marks } from "./Marks";
import { StepForm, stepText } from "./StepForm";
import { Verbs } from "./Verbs";
import { Wave } from "./Wave";

interface Props {
  clip: string; changed: number; kinds: StepKind[]; sharing: Sharing; collections: Collection[]; playing: boolean; stop: () => void;
  play: (clip: Clip) => void; alike: (clip: Clip) => void; edited: () => void; close: () => void; say: (text: string) => void;
}
const FORMATS: [string, string][] = [["wav24", "WAV"], ["wav16", "WAV 16"], ["wav32f", "WAV 32 float"], ["flac", "FLAC"], ["mp3", "MP3"], ["ogg", "OGG"], ["aiff", "AIFF"], ["stems", "stems"], ["midi", "MIDI"]];

/** Steps that have buttons of their own. */
const BY_MIXER = ["mute", "solo"];

export function partsOf(clip: FullClip): string[] {
  const stems = (clip.record.stems ?? []).map((path) => path.split(/[\\/]/).pop()!.replace(/\.wav$/, ""));
  const parts = clip.record.parts;
  return stems.length ? stems : typeof parts === "string" ? parts.split(/,\s*/) : parts ?? [];
}

export function Editor({ clip: id, changed, kinds, sharing, collections, playing, stop, play, alike, edited, close, say }: Props) {
  const [clip, setClip] = useState<FullClip | null>(null);
  const [kind, setKind] = useState("tempo");
  const [changing, setChanging] = useState("");
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<Share | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [binning, setBinning] = useState(false);
  const load = useCallback(() => api<FullClip>(`clips/${id}`).then((found) => { setClip(found); return found; }, (error) => { say(error.message); return null; }), [id, say]);
  useEffect(() => { setLink(null); setChanging(""); setBinning(false); }, [id]);
  useEffect(() => { load(); }, [load, changed]);
  const known = clip?.id === id;
  useEffect(() => { if (known) { heading.current?.focus({ preventScroll: true }); heading.current?.scrollIntoView({ block: "nearest" }); } }, [id, known]);

  async function act(work: () => Promise<unknown>, done: string) {
    setBusy(true);
    try {
      await work();
      say(done);
      setChanging("");
    } catch (error) {
      say((error as Error).message);
    }
    const before = JSON.stringify(clip?.steps), now = await load();
    edited();
    setBusy(false);
    // what is heard goes on as it is edited now
    if (playing && now && JSON.stringify(now.steps) !== before) play(now);
  }
  async function bin() {
    stop();
    try {
      await api(`clips/${id}`, "DELETE");
      say("It is in your system's bin.");
      edited();
      close();
    } catch (error) {
      say((error as Error).message);
    }
  }
  const add = (step: Record<string, unknown>) => act(() => api(`clips/${id}/edits`, "POST", { step }), "Edited; the original is as it was.");
  const send = (event: FormEvent<HTMLFormElement>, work: (said: string) => Promise<unknown>, done: string) => {
    event.preventDefault();
    const form = event.currentTarget;
    act(() => work(String(new FormData(form).get("said"))).then(() => form.reset()), done);
  };
  const share = () => act(async () => setLink(await api<Share>("shares", "POST", { clip: id })), "Shared for a week.");
  const revoke = (which: Share) => act(async () => { await api(`shares/${which.id}`, "DELETE"); setLink(null); }, "The link leads nowhere now.");

  if (!clip || !known) return null;
  const parts = partsOf(clip);
  const stepOf = (name: string, part: string) => clip.steps.find((step) => step.do === name && step.stem === part);
  const toggle = (name: string, part: string) => {
    const step = stepOf(name, part);
    return step ? act(() => api(`clips/${id}/edits/${step.id}`, "DELETE"), "Taken back.") : add({ do: name, stem: part });
  };
  const hasSound = clip.kind !== "midi";
  const able = kinds.filter((one) => one.on === "both" || one.on === (hasSound ? "sound" : "notes"));
  const wanted = able.find((one) => one.do === kind) ?? able[0];
  return (
    <section aria-labelledby="editor" className="editor" aria-busy={busy} onKeyDown={(event) => { if (event.key === "Escape") close(); }}>
      <div className="bar">
        {canHear(clip) && <button className="play" onClick={() => (playing ? stop() : play(clip))} aria-label={playing ? "Stop it" : "Hear it as edited"}>{playing ? "■" : "▶"}</button>}
        <h2 id="editor" ref={heading} tabIndex={-1}>Edit {clip.prompt || clip.name}</h2>
        <button className="small" onClick={close} aria-label="Close the editor">Close</button></div>
      {!hasSound && <p>Notes alone: {canHear(clip) ? "you hear what Sidecrate's own musician makes of them (not what quantise moves)." : "drag the row into your DAW, or export the MIDI file, to hear them."}</p>}
      <>
        {canHear(clip) && <Wave clip={id} version={hasSound ? "edited" : "heard"} height={80} stamp={JSON.stringify(clip.steps)} playing={playing} />}
        <form onSubmit={(event) => send(event, (words) => api(`clips/${id}/edits`, "POST", { words }), "Edited; the original is as it was.")} className="row">
          <label className="grow">Say the change<input name="said" required maxLength={500} placeholder={hasSound ? "a bit faster, darker, add some reverb" : "a bit faster, up an octave"} /></label>
          <button disabled={busy}>Change it</button>
        </form>
        <div className="row">
          <label>Or add a step<select value={wanted?.do} onChange={(e) => setKind(e.target.value)}>{able.filter((one) => !BY_MIXER.includes(one.do)).map((one) => <option key={one.do}>{one.do}</option>)}</select></label>
          {wanted && <StepForm kind={wanted} parts={parts} clip={id} busy={busy} button="Add step" done={(values) => add({ do: wanted.do, ...values })} />}
        </div>
        {wanted && <p className="quiet">{wanted.about}</p>}
        <div className="bar"><h3>Steps</h3>
          <div className="row tight">
            <button className="small" disabled={busy || clip.turns.undo === 0} onClick={() => act(() => api(`clips/${id}/undo`, "POST"), "Undone.")}>Undo</button>
            <button className="small" disabled={busy || clip.turns.redo === 0} onClick={() => act(() => api(`clips/${id}/redo`, "POST"), "Done again.")}>Redo</button>
          </div></div>
        {clip.steps.length === 0 && <p className="quiet">None: this is the original.</p>}
        <ol>{clip.steps.map((step) => {
          const its = kinds.find((one) => one.do === step.do);
          return (
            <li key={step.id}>
              <span className="words">{stepText(step)}</span>
              {!!its?.settings.length && <button className="small" disabled={busy} aria-expanded={changing === step.id} aria-label={`Change ${step.do}`}
                onClick={() => setChanging(changing === step.id ? "" : step.id)}>Change</button>}
              <button className="small" disabled={busy} aria-label={`Remove ${step.do}`}
                onClick={() => act(() => api(`clips/${id}/edits/${step.id}`, "DELETE"), "Removed.")}>Remove</button>
              {changing === step.id && its && <StepForm kind={its} step={step} parts={parts} clip={id} busy={busy} button="Save"
                done={(settings) => act(() => api(`clips/${id}/edits/${step.id}`, "PATCH", { settings }), "Changed.")} />}
            </li>
          );
        })}</ol>
        {parts.length > 0 && <>
          <h3>{hasSound ? "Stems" : "Parts"}</h3>
          <ul className="mixer">{parts.map((part) => (
            <li key={part}><span>{part}</span>
              {(["mute", "solo"] as const).map((name) => (
                <button key={name} className="small" disabled={busy} aria-pressed={!!stepOf(name, part)} aria-label={`${name} ${part}`} onClick={() => toggle(name, part)}>{name}</button>
              ))}
              {hasSound && <><button className="small" disabled={busy} aria-label={`−3 dB ${part}`} onClick={() => add({ do: "level", stem: part, db: -3 })}>−3 dB</button>
              <button className="small" disabled={busy} aria-label={`+3 dB ${part}`} onClick={() => add({ do: "level", stem: part, db: 3 })}>+3 dB</button></>}
            </li>
          ))}</ul>
        </>}
        {(clip.kind === "loop" || clip.kind === "track") && clip.bpm && (
          <form className="row" onSubmit={(event) => send(event, (what) => api(`clips/${id}/instruments`, "POST", { what }), "It is being played; it will lie on top as a step.")}>
            <label>Add an instrument<input name="said" required maxLength={200} placeholder="strings" /></label>
            <button disabled={busy}>Add it</button>
          </form>
        )}
      </>
      {clip.kind !== "oneshot" && <><h3>What was heard</h3>
        <Correct clip={clip} busy={busy} playing={playing} act={act} /></>}
      <h3>More of it</h3>
      <Again clip={clip} busy={busy} act={act} alike={() => alike(clip)} />
      <Verbs clip={clip} busy={busy} act={act} />
      <h3>Marks and collections</h3>
      <Marks clip={clip} busy={busy} act={act} />
      <form className="row" onSubmit={(event) => send(event, (name) => api(`collections/${encodeURIComponent(name)}/${id}`, "PUT"), "Collected.")}>
        <label>Put into<input name="said" list="names" required maxLength={80} placeholder="a name" autoComplete="off" /></label>
        <datalist id="names">{collections.map((one) => <option key={one.name} value={one.name} />)}</datalist>
        <button disabled={busy}>Collect</button>
        {clip.collections.map((name) => (
          <button key={name} type="button" className="chip" disabled={busy} aria-label={`Take out of ${name}`}
            onClick={() => act(() => api(`collections/${encodeURIComponent(name)}/${id}`, "DELETE"), "Taken out.")}>{name} ×</button>
        ))}
      </form>
      <h3>Take it elsewhere</h3>
      <div className="row">
        {FORMATS.filter(([format]) => hasSound || format === "midi").map(([format, name]) => (
          <button key={format} disabled={busy} aria-label={`Export ${name}`} onClick={() => act(() => download(`clips/${id}/exports`, format), "Exported.")}>{name}</button>
        ))}
        {clip.steps.length > 0 && <button disabled={busy} onClick={() => act(() => api(`clips/${id}/publish`, "POST"), "It is in your crate, as a clip of its own.")}>Into the crate as edited</button>}
        <button disabled={busy} onClick={() => act(() => api(`clips/${id}/keep`, "POST"), "Kept, under a second name in the folder Kept.")}>Keep</button>
        {sharing.share && !link && <button disabled={busy} onClick={share}>Share a link</button>}
        {binning ? <span className="row tight"><button disabled={busy} onClick={bin}>Yes, into the bin</button><button onClick={() => setBinning(false)}>No</button></span>
          : <button disabled={busy} onClick={() => setBinning(true)}>Put into the bin</button>}
      </div>
      {link && <p className="link"><a href={shareAddress(sharing, link)} target="_blank" rel="noreferrer">{shareAddress(sharing, link)}</a> <button className="small" onClick={() => revoke(link)}>Revoke the link</button></p>}
    </section>
  );
}
