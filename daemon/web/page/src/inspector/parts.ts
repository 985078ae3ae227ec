import { FullClip } from "../api/client";

/** The parts of a clip that can be told apart: its stems, or those it names. */
export function partsOf(clip: FullClip): string[] {
  const stems = (clip.record.stems ?? []).map((path) =>
    path
      .split(/[\\/]/)
      .pop()!
      .replace(/\.wav$/, ""),
  );
  const parts = clip.record.parts;
  return stems.length ? stems : typeof parts === "string" ? parts.split(/,\s*/) : (parts ?? []);
}
