import { KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { api, canHear, Clip, Collection, FullClip, Sharing, StepKind } from "../api/client";
import { lineOf, titleOf } from "../library/about";
import { player, usePlayer, versionOf } from "../player/player";
import { Act } from "./act";
import { Again } from "./Again";
import { Correct } from "./Correct";
import { Edit } from "./Edit";
import { Family } from "./Family";
import { Marks } from "./Marks";
import { Master } from "./Master";
import { mix, stampOf } from "./mix";
import { Notes } from "./Notes";
import { Origin } from "./Origin";
import { TakeAway } from "./TakeAway";
import { Verbs } from "./Verbs";
import { t } from "../words/words";

interface Props {
  clip: string;
  detail: FullClip | null;
  load: () => Promise<FullClip | null>;
  kinds: StepKind[];
  sharing: Sharing;
  collections: Collection[];
  alike: (clip: Clip) => void;
  edited: () => void;
  choose: (clip: string) => void;
  close: () => void;
  say: (text: string) => void;
}
const TABS = ["Edit", "Master", "Notes", "More", "Heard", "Marks", "Take it"] as const;
type Tab = (typeof TABS)[number];

/** The chosen clip: its edits, what can be made of it, what was heard in it, its marks, and the ways out. */
export function Inspector({
  clip: id,
  detail,
  load,
  kinds,
  sharing,
  collections,
  alike,
  edited,
  choose,
  close,
  say,
}: Props) {
  const [tab, setTab] = useState<Tab>("Edit");
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null),
    tabs = useRef<HTMLDivElement>(null),
    had = useRef<HTMLElement | null>(null);
  const heard = usePlayer();
  const clip = detail?.id === id ? detail : null;
  const known = clip !== null;
  useEffect(() => {
    if (known) heading.current?.focus({ preventScroll: true });
  }, [id, known]);
  useLayoutEffect(() => {
    const before = had.current;
    if (!before) return;
    if (busy) {
      // a button that is busy loses the focus, and no key would reach this room
      if (before.matches(":disabled")) heading.current?.focus({ preventScroll: true });
      return;
    }
    had.current = null;
    if ([document.body, heading.current].includes(document.activeElement as HTMLElement) && before.isConnected)
      before.focus({ preventScroll: true });
  }, [busy]);
  const playing = heard.playing && heard.clip?.id === id;

  const act: Act = useCallback(
    async (work, done) => {
      had.current = document.activeElement as HTMLElement | null;
      setBusy(true);
      let told = done;
      try {
        await work();
      } catch (error) {
        told = (error as Error).message;
      }
      const now = await load();
      edited();
      setBusy(false);
      // told when the clip is known as it is now: an undo that follows at once finds its step
      say(told);
      // what is heard goes on from its place, as it is edited now
      const its = player.snapshot();
      if (
        now &&
        its.clip?.id === id &&
        JSON.stringify(now.steps) !== JSON.stringify(clip?.steps) &&
        !(its.playing && mix.isShown && mix.isOf(id, stampOf(now.steps)))
      ) {
        mix.drop();
        if (its.playing) void player.play(now, now.kind === "midi" ? "heard" : "edited", player.position() ?? 0);
        else {
          player.show(now);
          player.hear(versionOf(now));
        }
      }
    },
    [load, edited, say, id, clip],
  );

  function keys(event: KeyboardEvent) {
    const typing = (event.target as HTMLElement).closest(
      "input:not([type=range]):not([type=checkbox]), select, textarea",
    );
    if (event.key === "Escape") close();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing && clip) {
      event.preventDefault();
      const back = !event.shiftKey;
      if (back ? clip.turns.undo : clip.turns.redo)
        act(() => api(`clips/${id}/${back ? "undo" : "redo"}`, "POST"), back ? t("Undone.") : t("Done again."));
    }
  }
  if (!clip) return null;
  const hasNotes = clip.kind === "midi" || !!clip.record.midi;
  const has = TABS.filter(
    (one) =>
      (one !== "Heard" || clip.kind !== "oneshot") &&
      (one !== "Notes" || hasNotes) &&
      (one !== "Master" || !!clip.record.picture),
  );
  const shown = has.includes(tab) ? tab : "Edit";
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setTab(has[(has.indexOf(shown) + step + has.length) % has.length]);
    requestAnimationFrame(() => tabs.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <section aria-labelledby="editor" className="editor" aria-busy={busy} onKeyDown={keys}>
      <div className="bar">
        {canHear(clip) && (
          <button
            className="play"
            onClick={() => (playing ? player.stop() : void player.play(clip, versionOf({ ...clip, edited: true })))}
            aria-label={playing ? t("Stop it") : t("Hear it as edited")}
          >
            {playing ? "❚❚" : "▶"}
          </button>
        )}
        <div className="about">
          <h2 id="editor" ref={heading} tabIndex={-1}>
            <span className="hidden">{t("Edit")} </span>
            {titleOf(clip)}
          </h2>
          <p className="quiet">{lineOf(clip)}</p>
        </div>
        <button className="small" onClick={close} aria-label={t("Close the editor")}>
          ✕
        </button>
      </div>
      <div className="tabs" role="tablist" aria-label={t("About this clip")} ref={tabs} onKeyDown={walk}>
        {has.map((one) => (
          <button
            key={one}
            role="tab"
            id={`tab-${TABS.indexOf(one)}`}
            aria-selected={one === shown}
            aria-controls="tab-body"
            tabIndex={one === shown ? 0 : -1}
            onClick={() => setTab(one)}
          >
            {t(one)}
          </button>
        ))}
      </div>
      <div
        className="tab-body"
        id="tab-body"
        role="tabpanel"
        aria-labelledby={`tab-${TABS.indexOf(shown)}`}
        tabIndex={0}
        key={id + shown}
      >
        {clip.kind === "midi" && (
          <p className="quiet">
            {canHear(clip)
              ? t(
                  "Notes alone: you hear what Sidecrate's own musician makes of them (not what the step quantise moves).",
                )
              : t("Notes alone: drag the row into your DAW, or export the MIDI file, to hear them.")}
          </p>
        )}
        {shown === "Edit" && <Edit clip={clip} kinds={kinds} busy={busy} act={act} />}
        {shown === "Master" && <Master clip={clip} say={say} />}
        {shown === "Notes" && <Notes clip={clip} busy={busy} act={act} choose={choose} />}
        {shown === "More" && (
          <>
            <Again clip={clip} busy={busy} act={act} alike={() => alike(clip)} />
            <Verbs clip={clip} busy={busy} act={act} />
          </>
        )}
        {shown === "Heard" && (
          <>
            <h3>{t("What was heard")}</h3>
            <Correct clip={clip} busy={busy} playing={playing} act={act} />
          </>
        )}
        {shown === "Marks" && (
          <>
            <Marks clip={clip} busy={busy} act={act} collections={collections} />
            <Family clip={clip} choose={choose} />
            <Origin clip={clip} />
          </>
        )}
        {shown === "Take it" && (
          <TakeAway clip={clip} busy={busy} act={act} sharing={sharing} edited={edited} close={close} say={say} />
        )}
      </div>
    </section>
  );
}
