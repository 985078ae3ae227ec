import { useEffect, useState } from "react";
import { FullClip } from "../api/client";
import { inTurn } from "../api/in_turn";
import type { components } from "../api/schema";
import { t } from "../words/words";
import type { Grid } from "./beats";

type ClipChords = components["schemas"]["ClipChords"];
/** Steps after which the chords are others, or lie elsewhere. */
const MOVES = ["key", "pitch", "tempo", "trim", "section", "reverse", "slices", "notes"];

/** The chords above the waveform, each over its bars; the one that sounds is not marked, for the playhead shows it. */
export function Chords({ clip, grid }: { clip: FullClip; grid: Grid }) {
  const [found, setFound] = useState<ClipChords | null>(null);
  useEffect(() => {
    let gone = false;
    setFound(null);
    inTurn<ClipChords>(`clips/${clip.id}/chords`, () => !gone).then(
      (chords) => {
        if (!gone) setFound(chords);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [clip.id]);
  if (!found?.chords.length || clip.steps.some((step) => MOVES.includes(step.do))) return null;
  const starts = found.chords.map(([bar, quarter]) => ((bar - 1) * grid.perBar + quarter - 1) / grid.beats);
  const why =
    found.known_by === "plan"
      ? t("the chords that were written for it")
      : found.known_by === "report"
        ? t("the chords that were heard")
        : t("the chords that fit its notes best");
  return (
    <ol className="chords" aria-label={t("Chords")} title={why}>
      {found.chords.map(
        ([bar, , name], place) =>
          starts[place] < 1 && (
            <li
              key={place}
              style={{ left: `${starts[place] * 100}%`, width: `${((starts[place + 1] ?? 1) - starts[place]) * 100}%` }}
            >
              <span className="hidden">{t("bar {n}", { n: bar })}: </span>
              {name}
            </li>
          ),
      )}
    </ol>
  );
}
