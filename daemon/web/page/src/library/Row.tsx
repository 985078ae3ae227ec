import { DragEvent, MouseEvent } from "react";
import { audioUrl, canHear, Clip } from "../api/client";
import { versionOf } from "../player/player";
import { Waveform } from "../player/Waveform";
import { lineOf, titleOf } from "./about";
import { t } from "../words/words";

export interface RowActs {
  choose: (clip: Clip) => void;
  play: (clip: Clip) => void;
  favour: (clip: Clip) => void;
  pick: (clip: Clip, event: MouseEvent) => void;
}

/** Hand the clip's file to the desktop, where the browser can, else its address. */
export function drag(event: DragEvent, clip: Clip): void {
  const url = new URL(audioUrl(clip.id, clip.edited ? "edited" : "original"), location.href).href;
  event.dataTransfer.setData(
    "DownloadURL",
    clip.kind === "midi" ? `audio/midi:${clip.name}.mid:${url}` : `audio/wav:${clip.name}.wav:${url}`,
  );
  event.dataTransfer.setData("text/uri-list", url);
  event.dataTransfer.setData("application/x-sidecrate-clip", clip.id);
}

export function Row({
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
      role="row"
      className="clip"
      data-row
      data-clip={clip.id}
      tabIndex={focused ? 0 : -1}
      onFocus={onFocus}
      aria-selected={picked}
      data-open={open}
      draggable
      onDragStart={(event) => drag(event, clip)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) acts.pick(clip, event);
        else acts.choose(clip);
      }}
    >
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
        <button
          className="play"
          disabled={!canHear(clip)}
          onClick={(event) => {
            event.stopPropagation();
            acts.play(clip);
          }}
          aria-label={playing ? t("Stop {name}", { name: clip.name }) : t("Play {name}", { name: clip.name })}
        >
          {playing ? "❚❚" : "▶"}
        </button>
      </div>
      <div role="gridcell" className="about">
        <span className="words">{titleOf(clip)}</span>
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
        <button
          className="star"
          aria-pressed={clip.favourite}
          aria-label={t("Favourite {name}", { name: clip.name })}
          onClick={(event) => {
            event.stopPropagation();
            acts.favour(clip);
          }}
        >
          {clip.favourite ? "★" : "☆"}
        </button>
      </div>
    </div>
  );
}
