import { versionOf } from "../player/player";
import { Waveform } from "../player/Waveform";
import { t } from "../words/words";
import { lineOf, titleOf } from "./about";
import { ClipShown, clipProps, PlayButton, StarButton, Title } from "./parts";

/** A clip as a card of the library: what a row has, with its waveform above. */
export function Card(shown: ClipShown) {
  const { clip, playing, picked, stamp } = shown;
  return (
    <div
      role="listitem"
      className="card"
      data-picked={picked}
      aria-label={[titleOf(clip), lineOf(clip), picked && t("selected")].filter(Boolean).join(", ")}
      {...clipProps(shown)}
    >
      <div className="card-wave">
        {clip.kind !== "midi" ? (
          <Waveform clip={clip.id} version={versionOf(clip)} stamp={stamp} height={64} playing={playing} />
        ) : (
          <span className="quiet">♪</span>
        )}
      </div>
      <div className="card-foot">
        <PlayButton {...shown} />
        <span className="about">
          <Title {...shown} />
          <span className="quiet">
            {lineOf(clip)
              .split(" · ")
              .slice(clip.bpm ? 1 : 0)
              .join(" · ")}
          </span>
        </span>
        <StarButton {...shown} />
      </div>
      {clip.rating > 0 && (
        <span className="card-stars" role="img" aria-label={t("{n} stars", { n: clip.rating })}>
          {"★".repeat(clip.rating)}
        </span>
      )}
    </div>
  );
}
