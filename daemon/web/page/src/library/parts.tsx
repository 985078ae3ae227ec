import { DragEvent, MouseEvent } from "react";
import { titleOf } from "./about";
import { audioUrl, canHear, Clip } from "../api/client";
import { player } from "../player/player";
import { t } from "../words/words";

/** What can be done with a clip where the library shows it. */
export interface ClipActs {
  choose: (clip: Clip) => void;
  play: (clip: Clip) => void;
  favour: (clip: Clip) => void;
  pick: (clip: Clip, event: MouseEvent) => void;
}

/** How a clip stands in the library, as a row or as a card. */
export interface ClipShown {
  clip: Clip;
  playing: boolean;
  open: boolean;
  picked: boolean;
  focused: boolean;
  stamp: string;
  /** The words that are searched, which are marked where they stand. */
  words: string;
  onFocus: () => void;
  acts: ClipActs;
}

/** Hand the clip's file to the desktop, where the browser can, else its address. */
function drag(event: DragEvent, clip: Clip): void {
  const url = new URL(audioUrl(clip.id, clip.edited ? "edited" : "original"), location.href).href;
  event.dataTransfer.setData(
    "DownloadURL",
    clip.kind === "midi" ? `audio/midi:${clip.name}.mid:${url}` : `audio/wav:${clip.name}.wav:${url}`,
  );
  event.dataTransfer.setData("text/uri-list", url);
  event.dataTransfer.setData("application/x-sidecrate-clip", clip.id);
}

/** The attributes of a row or card: it is focused, chosen, selected and dragged as one. */
export function clipProps({ clip, open, focused, onFocus, acts }: ClipShown) {
  return {
    "data-row": true,
    "data-clip": clip.id,
    "data-open": open,
    tabIndex: focused ? 0 : -1,
    onFocus: () => {
      onFocus();
      if (canHear(clip)) player.prepare(clip);
    },
    draggable: true,
    onDragStart: (event: DragEvent) => drag(event, clip),
    onClick: (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) acts.pick(clip, event);
      else acts.choose(clip);
    },
  };
}

/** A clip's words, with the parts that a search found marked. */
export function Title({ clip, words }: ClipShown) {
  const title = titleOf(clip);
  const parts = words
    .split(/\s+/)
    .filter((word) => word.length > 1)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return (
    <span className="words" title={title}>
      {parts.length
        ? title
            .split(new RegExp(`(${parts.join("|")})`, "i"))
            .map((part, place) => (place % 2 ? <mark key={place}>{part}</mark> : part))
        : title}
    </span>
  );
}

export function PlayButton({ clip, playing, acts }: ClipShown) {
  return (
    <button
      className="play"
      disabled={!canHear(clip)}
      onPointerEnter={() => canHear(clip) && player.prepare(clip)}
      onClick={(event) => {
        event.stopPropagation();
        acts.play(clip);
      }}
      aria-label={playing ? t("Stop {name}", { name: clip.name }) : t("Play {name}", { name: clip.name })}
    >
      {playing ? "❚❚" : "▶"}
    </button>
  );
}

export function StarButton({ clip, acts }: ClipShown) {
  return (
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
  );
}
