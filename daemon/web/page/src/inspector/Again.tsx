import { FormEvent } from "react";
import { api, FullClip } from "../api/client";
import { t, tWord } from "../words/words";

const PARTS = ["drums", "bass", "chords", "lead", "sounds", "fill"];

/** Others like a clip: made anew, with one part written anew, or found in the library. */
export function Again({
  clip,
  busy,
  act,
  alike,
}: {
  clip: FullClip;
  busy: boolean;
  act: (work: () => Promise<unknown>, done: string) => void;
  alike: () => void;
}) {
  function again(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const change = String(new FormData(event.currentTarget).get("change"));
    act(
      () => api(`clips/${clip.id}/again`, "POST", change ? { change } : {}),
      t("It is in the queue; this one stays."),
    );
  }
  return (
    <div className="row">
      <form className="row" onSubmit={again}>
        {!!clip.record.plan && (
          <label>
            {t("Make another, with new")}
            <select name="change" defaultValue="">
              <option value="">{t("everything")}</option>
              {PARTS.map((part) => (
                <option key={part} value={part}>
                  {tWord(part)}
                </option>
              ))}
            </select>
          </label>
        )}
        <button disabled={busy}>{t("Make another")}</button>
      </form>
      {clip.kind !== "midi" && (
        <button type="button" disabled={busy} onClick={alike}>
          {t("Find what sounds like it")}
        </button>
      )}
    </div>
  );
}
