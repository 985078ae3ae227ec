import { Dialog } from "../design/Dialog";
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
      ["a", "lay it on the pads"],
    ],
  ],
  [
    "On the pads",
    [
      ["arrows", "move"],
      ["Enter", "play or stop it; empty: choose a clip"],
      ["1 – 8", "a row as a scene; with Shift stop a column"],
      ["a s d f … k", "the row's columns"],
      ["r", "record, and stop"],
      ["Del", "take it off"],
      ["Alt arrows", "move the clip"],
      ["Esc", "stop all"],
    ],
  ],
  [
    "Sorting a batch",
    [
      ["Space", "play"],
      ["k x u", "keep, bin, undecided"],
      ["1 – 5", "stars"],
      ["d", "done"],
    ],
  ],
  [
    "On the map",
    [
      ["arrows", "to the nearest in that direction"],
      ["Space", "play"],
      ["+ −", "zoom"],
      ["x", "select"],
      ["Esc", "the whole map, nothing selected"],
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
  return (
    <Dialog name="keys" title={t("Keys")} close={close} closing={t("Close the keys")}>
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
    </Dialog>
  );
}
