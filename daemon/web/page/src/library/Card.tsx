import { canHear, Clip } from "../api/client";
import { versionOf } from "../player/player";
import { Waveform } from "../player/Waveform";
import { lineOf, titleOf } from "./about";
import { drag, RowActs } from "./Row";

/** A clip as a card of the library: what a row has, with its waveform above. */
export function Card({
  clip,
  playing,
  open,
  picked,
  focused,
  stamp,
  onFocus,
  acts,
}: {
  clip: Clip;
  playing: boolean;
  open: boolean;
  picked: boolean;
  focused: boolean;
  stamp: string;
  onFocus: () => void;
  acts: RowActs;
}) {
  return (
    <div
      role="listitem"
      className="card"
      data-row
      data-clip={clip.id}
      tabIndex={focused ? 0 : -1}
      onFocus={onFocus}
      data-picked={picked}
      aria-label={`${titleOf(clip)}, ${lineOf(clip)}${picked ? ", selected" : ""}`}
      data-open={open}
      draggable
      onDragStart={(event) => drag(event, clip)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) acts.pick(clip, event);
        else acts.choose(clip);
      }}
    >
      <div className="card-wave">
        {clip.kind !== "midi" ? (
          <Waveform clip={clip.id} version={versionOf(clip)} stamp={stamp} height={64} playing={playing} />
        ) : (
          <span className="quiet">♪</span>
        )}
      </div>
      <div className="card-foot">
        <button
          className="play"
          disabled={!canHear(clip)}
          onClick={(event) => {
            event.stopPropagation();
            acts.play(clip);
          }}
          aria-label={`${playing ? "Stop" : "Play"} ${clip.name}`}
        >
          {playing ? "❚❚" : "▶"}
        </button>
        <span className="about">
          <span className="words">{titleOf(clip)}</span>
          <span className="quiet">
            {lineOf(clip)
              .split(" · ")
              .slice(clip.bpm ? 1 : 0)
              .join(" · ")}
          </span>
        </span>
        <button
          className="star"
          aria-pressed={clip.favourite}
          aria-label={`Favourite ${clip.name}`}
          onClick={(event) => {
            event.stopPropagation();
            acts.favour(clip);
          }}
        >
          {clip.favourite ? "★" : "☆"}
        </button>
      </div>
      {clip.rating > 0 && (
        <span className="card-stars" aria-label={`${clip.rating} stars`}>
          {"★".repeat(clip.rating)}
        </span>
      )}
    </div>
  );
}
