import { Clip } from "../api/client";
import { t, tWord } from "../words/words";

/** `0:07.4` of seconds. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds / 60);
  return `${whole}:${(seconds - whole * 60).toFixed(1).padStart(4, "0")}`;
}

export const titleOf = (clip: Clip) => clip.prompt || clip.name;

export const KIND_NAMES = {
  loop: "Loops",
  oneshot: "One-shots",
  track: "Tracks",
  midi: "Notes",
  sfx: "Effects",
  vocal: "Vocals",
} as const;
/** A kind as its filter is called; one that has no filter as it came. */
export const kindName = (kind: string) => (kind in KIND_NAMES ? t(KIND_NAMES[kind as keyof typeof KIND_NAMES]) : kind);

/** Tempo, key and what else is told of a clip in a row. */
export function lineOf(clip: Clip): string {
  return [
    clip.kind === "oneshot" ? t("one-shot") : tWord(clip.kind),
    clip.bpm && `${clip.bpm} bpm`,
    clip.key,
    clip.bars && (clip.bars === 1 ? t("1 bar") : t("{n} bars", { n: clip.bars })),
    clip.edited && t("edited"),
  ]
    .filter(Boolean)
    .join(" · ");
}
