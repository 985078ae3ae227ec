import { FormEvent, useState } from "react";
import { api, Clip } from "../api/client";
import { t } from "../words/words";

/** What can be done with several clips at once. */
export function SelectionBar({
  clips,
  clear,
  say,
  edited,
  gone,
}: {
  clips: Clip[];
  clear: () => void;
  say: (text: string) => void;
  edited: () => void;
  gone: (ids: string[]) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [binning, setBinning] = useState(false);
  const many = clips.length === 1 ? t("1 clip") : t("{n} clips", { n: clips.length });

  /** One after the other: what fails is said with how many went well, and nothing else stops. */
  async function all(work: (clip: Clip) => Promise<unknown>, done: string) {
    setBusy(true);
    const failed: string[] = [];
    for (const clip of clips) await work(clip).catch((error: Error) => failed.push(`${clip.name}: ${error.message}`));
    setBusy(false);
    setBinning(false);
    say(
      failed.length
        ? `${t("{n} of {all}", { n: clips.length - failed.length, all: clips.length })}: ${done} ${failed[0]}`
        : `${many}: ${done}`,
    );
    edited();
  }
  function collect(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    void all((clip) => api(`collections/${encodeURIComponent(name)}/${clip.id}`, "PUT"), t("in {name}.", { name }));
  }
  function tag(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const tags = String(new FormData(event.currentTarget).get("tag"))
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean);
    void all(async (clip) => {
      const now = await api<{ tags: string[] }>(`clips/${clip.id}`);
      return api(`clips/${clip.id}`, "PATCH", { tags: [...new Set([...now.tags, ...tags])] });
    }, t("tagged."));
  }
  return (
    <div className="selection row" role="region" aria-label={t("What is selected")}>
      <strong role="status">{t("{many} selected", { many })}</strong>
      <button
        disabled={busy}
        onClick={() => all((clip) => api(`clips/${clip.id}`, "PATCH", { favourite: true }), t("favourites now."))}
      >
        ★
      </button>
      <button disabled={busy} onClick={() => all((clip) => api(`clips/${clip.id}/keep`, "POST"), t("kept."))}>
        {t("Keep")}
      </button>
      <button
        disabled={busy}
        onClick={() => all((clip) => api("split", "POST", { source: clip.id }), t("in the queue, to be taken apart."))}
      >
        {t("Take apart")}
      </button>
      <form className="row tight" onSubmit={tag}>
        <label>
          <span className="hidden">{t("Tag them")}</span>
          <input name="tag" required size={9} maxLength={100} placeholder={t("a tag")} />
        </label>
        <button disabled={busy}>{t("Tag")}</button>
      </form>
      <form className="row tight" onSubmit={collect}>
        <label>
          <span className="hidden">{t("Collect them in")}</span>
          <input
            name="name"
            list="names"
            required
            size={11}
            maxLength={80}
            placeholder={t("a collection")}
            autoComplete="off"
          />
        </label>
        <button disabled={busy}>{t("Collect them")}</button>
      </form>
      {binning ? (
        <>
          <button
            disabled={busy}
            onClick={() =>
              all((clip) => api(`clips/${clip.id}`, "DELETE"), t("in your system's bin.")).then(() =>
                gone(clips.map((clip) => clip.id)),
              )
            }
          >
            {t("Yes, all {many} into the bin", { many })}
          </button>
          <button onClick={() => setBinning(false)}>{t("No")}</button>
        </>
      ) : (
        <button disabled={busy} onClick={() => setBinning(true)}>
          {t("Bin")}
        </button>
      )}
      <button className="end" onClick={clear}>
        {t("Select none")}
      </button>
    </div>
  );
}
