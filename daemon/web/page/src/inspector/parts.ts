import { FullClip } from "../api/client";

/** The parts of a clip that can be told apart: its stems, or those it names. */
export function partsOf(clip: FullClip): string[] {
  const stems = (clip.record.stems ?? []).map((path) => {
    const [folder, file] = path.split(/[\\/]/).slice(-2);
    // in the crate a stem's file begins with its clip's name, as its folder is called
    return file.replace(/\.wav$/, "").replace(`${folder}_`, "");
  });
  const parts = clip.record.parts;
  return stems.length ? stems : typeof parts === "string" ? parts.split(/,\s*/) : (parts ?? []);
}
