import { useEffect, useRef, useState } from "react";
import { api, FullClip } from "../api/client";
import type { Change, History, LoadedNotes } from "../roll/notes";
import { Roll, startOf } from "../roll/Roll";
import { t } from "../words/words";
import { Act } from "./act";

/** A clip's notes on a piano roll, in the tab or large over the page; what is changed is saved as a step before all others. */
export function Notes({
  clip,
  busy,
  act,
  choose,
}: {
  clip: FullClip;
  busy: boolean;
  act: Act;
  choose: (clip: string) => void;
}) {
  const [loaded, setLoaded] = useState<LoadedNotes | null>(null);
  const [history, setHistory] = useState<History | null>(null);
  const [why, setWhy] = useState("");
  const [large, setLarge] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const changed = String(clip.steps.find((step) => step.do === "notes")?.changes ?? "");
  useEffect(() => {
    let gone = false;
    setLoaded(null);
    setWhy("");
    api<LoadedNotes>(`clips/${clip.id}/notes`).then(
      (notes) => {
        if (!gone) {
          setLoaded(notes);
          setHistory(startOf(notes));
        }
      },
      (error) => {
        if (!gone) setWhy(error.message);
      },
    );
    return () => {
      gone = true;
    };
  }, [clip.id, changed]);
  useEffect(() => {
    if (large) dialog.current?.showModal();
  }, [large]);
  if (!loaded || !history)
    return (
      <p className="quiet" role="status">
        {why || t("Reading the notes…")}
      </p>
    );
  const save = (changes: Change[]) =>
    act(async () => {
      const answer = await api<{ clip?: string }>(`clips/${clip.id}/notes`, "PUT", { changes });
      if (answer.clip) choose(answer.clip);
      return answer;
    }, t("The notes are saved; the original is as it was."));
  const roll = (
    <Roll
      clip={clip.id}
      loaded={loaded}
      bpm={clip.bpm ?? 120}
      busy={busy}
      large={large}
      history={history}
      setHistory={(change) => setHistory((before) => change(before!))}
      save={save}
      setLarge={setLarge}
    />
  );
  const others = clip.steps.filter((step) => step.do !== "notes").length > 0;
  return (
    <>
      {large ? (
        <dialog
          ref={dialog}
          className="large-roll"
          aria-label={t("Notes")}
          onClose={() => setLarge(false)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.stopPropagation();
          }}
        >
          {roll}
        </dialog>
      ) : (
        roll
      )}
      {others && (
        <p className="quiet">
          {t("Your other steps follow these notes: they are heard in the player, and not drawn here.")}
        </p>
      )}
    </>
  );
}
