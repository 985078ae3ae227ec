import { FormEvent, useEffect, useState } from "react";
import { api, FullClip, StepKind } from "../api/client";
import { Act } from "./act";
import { Mixer } from "./Mixer";
import { partsOf } from "./parts";
import { StepForm, stepText } from "./StepForm";
import { t, tWord } from "../words/words";

/** Steps that the mixer sets. */
const BY_MIXER = ["mute", "solo"];
/** The step that the piano roll sets. */
const BY_ROLL = "notes";

/** Changes in words, the steps on a line in their order, the mixer, and instruments on top. */
export function Edit({ clip, kinds, busy, act }: { clip: FullClip; kinds: StepKind[]; busy: boolean; act: Act }) {
  const [kind, setKind] = useState("tempo");
  const [changing, setChanging] = useState("");
  const steps = JSON.stringify(clip.steps);
  useEffect(() => setChanging(""), [steps]);
  const id = clip.id,
    hasSound = clip.kind !== "midi",
    parts = partsOf(clip);
  const able = kinds.filter((one) => one.on === "both" || one.on === (hasSound ? "sound" : "notes"));
  const wanted = able.find((one) => one.do === kind) ?? able[0];
  const add = (step: Record<string, unknown>) =>
    act(() => api(`clips/${id}/edits`, "POST", { step }), t("Edited; the original is as it was."));
  const send = (event: FormEvent<HTMLFormElement>, work: (said: string) => Promise<unknown>, done: string) => {
    event.preventDefault();
    const form = event.currentTarget;
    act(() => work(String(new FormData(form).get("said"))).then(() => form.reset()), done);
  };
  const changed = clip.steps.find((step) => step.id === changing),
    its = changed && kinds.find((one) => one.do === changed.do);
  return (
    <>
      <form
        onSubmit={(event) =>
          send(event, (words) => api(`clips/${id}/edits`, "POST", { words }), t("Edited; the original is as it was."))
        }
        className="row"
      >
        <label className="grow">
          {t("Say the change")}
          <input
            name="said"
            required
            maxLength={500}
            placeholder={hasSound ? "a bit faster, darker, add some reverb" : "a bit faster, up an octave"}
          />
        </label>
        <button disabled={busy} className="first">
          {t("Change it")}
        </button>
      </form>
      <div className="bar">
        <h3>{t("Steps")}</h3>
        <div className="row tight">
          <button
            className="small"
            disabled={busy || clip.turns.undo === 0}
            onClick={() => act(() => api(`clips/${id}/undo`, "POST"), t("Undone."))}
            title="Ctrl Z"
          >
            {t("Undo")}
          </button>
          <button
            className="small"
            disabled={busy || clip.turns.redo === 0}
            onClick={() => act(() => api(`clips/${id}/redo`, "POST"), t("Done again."))}
            title="Ctrl Shift Z"
          >
            {t("Redo")}
          </button>
        </div>
      </div>
      {clip.steps.length === 0 && <p className="quiet">{t("None: this is the original.")}</p>}
      <ol className="steps">
        {clip.steps.map((step) => {
          const has = step.do !== BY_ROLL && kinds.find((one) => one.do === step.do)?.settings.length;
          return (
            <li key={step.id}>
              {has ? (
                <button
                  disabled={busy}
                  aria-expanded={changing === step.id}
                  aria-label={t("Change {what}", { what: tWord(step.do) })}
                  onClick={() => setChanging(changing === step.id ? "" : step.id)}
                >
                  {stepText(step)}
                </button>
              ) : (
                <span>{stepText(step)}</span>
              )}
              <button
                className="remove"
                disabled={busy}
                aria-label={t("Remove {what}", { what: tWord(step.do) })}
                onClick={() => act(() => api(`clips/${id}/edits/${step.id}`, "DELETE"), t("Removed."))}
              >
                ×
              </button>
            </li>
          );
        })}
      </ol>
      {changed && its && (
        <StepForm
          key={changing}
          kind={its}
          step={changed}
          parts={parts}
          clip={id}
          busy={busy}
          button={t("Save")}
          done={(settings) => act(() => api(`clips/${id}/edits/${changing}`, "PATCH", { settings }), t("Changed."))}
        />
      )}
      <div className="row">
        <label>
          {t("Or add a step")}
          <select value={wanted?.do} onChange={(e) => setKind(e.target.value)}>
            {able
              .filter((one) => ![...BY_MIXER, BY_ROLL].includes(one.do))
              .map((one) => (
                <option key={one.do} value={one.do}>
                  {tWord(one.do)}
                </option>
              ))}
          </select>
        </label>
        {wanted && (
          <StepForm
            kind={wanted}
            parts={parts}
            clip={id}
            busy={busy}
            button={t("Add step")}
            done={(values) => add({ do: wanted.do, ...values })}
          />
        )}
      </div>
      {wanted && <p className="quiet about-step">{tWord(wanted.about)}</p>}
      {parts.length > 1 && <Mixer clip={clip} parts={parts} busy={busy} act={act} />}
      {(clip.kind === "loop" || clip.kind === "track") && clip.bpm && (
        <form
          className="row"
          onSubmit={(event) =>
            send(
              event,
              (what) => api(`clips/${id}/instruments`, "POST", { what }),
              t("It is being played; it will lie on top as a step."),
            )
          }
        >
          <label className="grow">
            {t("Add an instrument")}
            <input name="said" required maxLength={200} placeholder="strings" />
          </label>
          <button disabled={busy}>{t("Add it")}</button>
        </form>
      )}
    </>
  );
}
