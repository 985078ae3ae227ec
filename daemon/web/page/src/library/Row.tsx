import { canHear } from "../api/client";
import { versionOf } from "../player/player";
import { Waveform } from "../player/Waveform";
import { t } from "../words/words";
import { lineOf } from "./about";
import { ClipShown, clipProps, PlayButton, StarButton, Title } from "./parts";

/** A clip as a row of the library. */
export function Row(shown: ClipShown) {
  const { clip, playing, picked, stamp, acts } = shown;
  return (
    <div role="row" className="clip" aria-selected={picked} {...clipProps(shown)}>
      <div role="gridcell" className="cell">
        <input
          type="checkbox"
          checked={picked}
          readOnly
          aria-label={t("Select {name}", { name: clip.name })}
          onClick={(event) => {
            event.stopPropagation();
            acts.pick(clip, event);
          }}
        />
      </div>
      <div role="gridcell" className="cell">
        <PlayButton {...shown} />
      </div>
      <div role="gridcell" className="about">
        <Title {...shown} />
        <span className="quiet">
          {lineOf(clip)}
          {clip.rating > 0 && (
            <>
              {" "}
              ·{" "}
              <span role="img" aria-label={t("{n} stars", { n: clip.rating })}>
                {"★".repeat(clip.rating)}
              </span>
            </>
          )}
        </span>
      </div>
      <div role="gridcell" className="cell strip-cell">
        {clip.kind === "midi" ? (
          <span className="quiet notes">
            {canHear(clip) ? t("♪ notes: play, or drag them into your DAW") : t("♪ notes: drag them into your DAW")}
          </span>
        ) : (
          <Waveform clip={clip.id} version={versionOf(clip)} stamp={stamp} height={38} playing={playing} />
        )}
      </div>
      <div role="gridcell" className="cell">
        <StarButton {...shown} />
      </div>
    </div>
  );
}
