import { FormEvent } from "react";
import { api, FullClip } from "../api/client";

const PARTS = ["drums", "bass", "chords", "lead", "sounds", "fill"];

/** Others like a clip: made anew, with one part written anew, or found in the library. */
export function Again({ clip, busy, act, alike }: {
  clip: FullClip; busy: boolean; act: (work: () => Promise<unknown>, done: string) => void; alike: () => void;
}) {
  function again(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const change = String(new FormData(event.currentTarget).get("change"));
    act(() => api(`clips/${clip.id}/again`, "POST", change ? { change } : {}), "It is in the queue; this one stays.");
  }
  return (
    <div className="row">
      <form className="row" onSubmit={again}>
        {!!clip.record.plan && <label>Make another, with new<select name="change" defaultValue="">
          <option value="">everything</option>{PARTS.map((part) => <option key={part}>{part}</option>)}</select></label>}
        <button disabled={busy}>Make another</button>
      </form>
      {clip.kind !== "midi" && <button type="button" disabled={busy} onClick={alike}>Find what sounds like it</button>}
    </div>
  );
}
