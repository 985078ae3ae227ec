import { FormEvent } from "react";
import { api, Collection, FullClip } from "../api/client";
import { Act } from "./act";
import { t } from "../words/words";

/** A person's marks on a clip: stars, tags and collections. */
export function Marks({
  clip,
  busy,
  act,
  collections,
}: {
  clip: FullClip;
  busy: boolean;
  act: Act;
  collections: Collection[];
}) {
  const mark = (marks: Record<string, unknown>) => act(() => api(`clips/${clip.id}`, "PATCH", marks), t("Marked."));
  function tag(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = String(new FormData(event.currentTarget).get("tags"));
    mark({
      tags: said
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
    });
  }
  function collect(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("said"));
    act(
      () => api(`collections/${encodeURIComponent(name)}/${clip.id}`, "PUT").then(() => form.reset()),
      t("Collected."),
    );
  }
  return (
    <>
      <h3>{t("Marks and collections")}</h3>
      <div className="row">
        <label className="stars">
          {t("Stars")}
          <select value={clip.rating} disabled={busy} onChange={(e) => mark({ rating: Number(e.target.value) })}>
            {[0, 1, 2, 3, 4, 5].map((stars) => (
              <option key={stars} value={stars}>
                {stars ? "★".repeat(stars) : t("none")}
              </option>
            ))}
          </select>
        </label>
        <form className="row grow" onSubmit={tag} key={clip.tags.join()}>
          <label className="grow">
            {t("Tags, parted by commas")}
            <input name="tags" maxLength={1000} defaultValue={clip.tags.join(", ")} placeholder={t("intro, warm")} />
          </label>
          <button disabled={busy}>{t("Save tags")}</button>
        </form>
        <label className="check used">
          <input
            type="checkbox"
            checked={!!clip.used}
            disabled={busy}
            onChange={(e) => mark({ used: e.target.checked })}
          />
          {t("Used in a project")}
        </label>
      </div>
      <form className="row" onSubmit={collect}>
        <label className="grow">
          {t("Put into")}
          <input
            name="said"
            list="names"
            required
            maxLength={80}
            placeholder={t("a collection's name")}
            autoComplete="off"
          />
        </label>
        <datalist id="names">
          {collections.map((one) => (
            <option key={one.name} value={one.name} />
          ))}
        </datalist>
        <button disabled={busy}>{t("Collect")}</button>
        {clip.collections.map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            disabled={busy}
            aria-label={t("Take out of {name}", { name })}
            onClick={() =>
              act(() => api(`collections/${encodeURIComponent(name)}/${clip.id}`, "DELETE"), t("Taken out."))
            }
          >
            {name} ×
          </button>
        ))}
      </form>
    </>
  );
}
