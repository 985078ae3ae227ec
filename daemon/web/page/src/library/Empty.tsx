import { useState } from "react";
import { api } from "../api/client";
import { t } from "../words/words";

const EXAMPLES = [
  "dusty boom bap drums, vinyl crackle",
  "deep house chords in F minor at 122 bpm",
  "808 kick",
  "glass breaks",
];
const FIRST = EXAMPLES[0];

/** What a newcomer can do, a click each. */
export function Empty({
  ask,
  bring,
  connect,
  say,
}: {
  ask: (prompt: string) => void;
  bring: () => void;
  connect: () => void;
  say: (text: string) => void;
}) {
  const [busy, setBusy] = useState(false);
  const make = () => {
    setBusy(true);
    api("requests", "POST", { prompt: FIRST }).then(
      () => say(t("It is being made; it appears here.")),
      (error) => {
        say(error.message);
        setBusy(false);
      },
    );
  };
  return (
    <div className="welcome">
      <p>
        <strong>{t("Nothing is here yet.")}</strong> {t("Three ways to begin:")}
      </p>
      <ol>
        <li>
          <button className="first" disabled={busy} onClick={make}>
            {t("Make a first loop")}
          </button>
          <span className="quiet">
            {t("“{prompt}”, by the musician that is built in. Or take one of these words and change them:", {
              prompt: FIRST,
            })}
          </span>
          <span className="chips">
            {EXAMPLES.slice(1).map((one) => (
              <button key={one} className="chip" onClick={() => ask(one)}>
                {one}
              </button>
            ))}
          </span>
        </li>
        <li>
          <button onClick={bring}>{t("Bring in a file of yours")}</button>
          <span className="quiet">
            {t(
              "A loop, a recording or notes; or drop it here. It can be put on the grid, taken apart and written anew.",
            )}
          </span>
        </li>
        <li>
          <button onClick={connect}>{t("Connect your DAW")}</button>
          <span className="quiet">{t("Clips then come at your project's tempo, in its key and in its browser.")}</span>
        </li>
      </ol>
    </div>
  );
}
