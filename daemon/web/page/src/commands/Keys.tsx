import { useEffect, useRef } from "react";
import { Sentence, t } from "../words/words";

const KEYS: [Sentence, [string, Sentence][]][] = [
  [
    "Anywhere",
    [
      ["Ctrl K", "all commands"],
      ["?", "this sheet"],
      ["/", "search"],
      ["n", "ask for a clip"],
      ["p", "play or pause what is in the player"],
    ],
  ],
  [
    "In the library",
    [
      ["↑ ↓", "one clip up or down"],
      ["Space", "play it"],
      ["Enter", "open it"],
      ["f", "favourite"],
      ["0 – 5", "stars"],
      ["k", "keep"],
      ["x", "select"],
      ["s", "find what sounds like it"],
    ],
  ],
  [
    "On the player's waveform",
    [
      ["← →", "one beat back or on"],
      ["Page ↑ ↓", "one bar"],
      ["l", "repeat this bar; again: one more"],
      ["Esc", "repeat all"],
    ],
  ],
  [
    "In the clip",
    [
      ["Ctrl Z", "undo"],
      ["Ctrl Shift Z", "redo"],
      ["Esc", "close"],
      ["t h d b", "under Heard: tap, half, double, the one is here"],
    ],
  ],
  [
    "On the notes",
    [
      [", .", "the note before or after; with Shift: it too"],
      ["← →", "move by the grid"],
      ["↑ ↓", "move by a semitone; with Shift: an octave"],
      ["Alt ← →", "shorter or longer"],
      ["+ −", "louder or softer"],
      ["Enter", "draw a note"],
      ["Delete", "take it away"],
      ["q", "quantise"],
      ["b", "draw by clicks"],
      ["Space", "hear the notes"],
      ["Ctrl A", "choose all"],
      ["Ctrl D", "the same once more"],
    ],
  ],
];

/** The sheet of keys. */
export function Keys({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="keys"
      aria-labelledby="keys"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="bar">
        <h2 id="keys">{t("Keys")}</h2>
        <button className="small" onClick={close} aria-label={t("Close the keys")} autoFocus>
          ✕
        </button>
      </div>
      <div className="columns">
        {KEYS.map(([where, keys]) => (
          <div key={where}>
            <h3>{t(where)}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{t(does)}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </dialog>
  );
}
