import { FormEvent } from "react";
import { api, FullClip } from "./api";

type Act = (work: () => Promise<unknown>, done: string) => void;

/** A person's marks on a clip: stars and tags. */
export function Marks({ clip, busy, act }: { clip: FullClip; busy: boolean; act: Act }) {
  const mark = (marks: Record<string, unknown>) => act(() => api(`clips/${clip.id}`, "PATCH", marks), "Marked.");
  function tag(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = String(new FormData(event.currentTarget).get("tags"));
    mark({ tags: said.split(",").map((one) => one.trim()).filter(Boolean) });
  }
  return (
    <div className="row">
      <label>Stars<select value={clip.rating} disabled={busy} onChange={(e) => mark({ rating: Number(e.target.value) })}>
        {[0, 1, 2, 3, 4, 5].map((stars) => <option key={stars} value={stars}>{stars ? "★".repeat(stars) : "none"}</option>)}</select></label>
      <form className="row grow" onSubmit={tag} key={clip.tags.join()}>
        <label className="grow">Tags, parted by commas<input name="tags" maxLength={1000} defaultValue={clip.tags.join(", ")} placeholder="intro, warm" /></label>
        <button disabled={busy}>Save tags</button>
      </form>
      <label className="check used"><input type="checkbox" checked={!!clip.used} disabled={busy} onChange={(e) => mark({ used: e.target.checked })} />Used in a project</label>
    </div>
  );
}
