import { FullClip, Preferences } from "../api/client";
import { player } from "../player/player";
import { View } from "../views/Views";
import { Language, LANGUAGES, speak, t } from "../words/words";

export interface Command {
  name: string;
  keys?: string;
  act: () => void;
}
export type Place = "ask" | "library" | "clip";
export type Over = "palette" | "keys" | "studio" | "daws" | "radio" | "projects" | "films" | "taught";
export const THEMES: Preferences["theme"][] = ["system", "light", "dark"];
/** Keys that work wherever nothing is typed. */
export const ANYWHERE = ["n", "/", "p", "?"];

interface Hands {
  playing: boolean;
  /** The clip that is open. */
  detail: FullClip | null;
  pads: boolean;
  canFit: boolean;
  inTime: boolean;
  focusOn: (selector: string, where: Place) => void;
  close: () => void;
  alike: (clip: FullClip) => void;
  keep: (clip: FullClip) => void;
  undo: (clip: FullClip) => void;
  pad: (clip: FullClip) => void;
  setPads: (on: boolean) => void;
  setView: (view: View) => void;
  setOver: (over: Over) => void;
  prefer: (some: Partial<Preferences>) => void;
}

/** All commands of the moment, as the palette lists them. */
export function commandsOf(hands: Hands): Command[] {
  const { detail, pads } = hands;
  return [
    { name: t("Ask for a clip"), keys: "n", act: () => hands.focusOn("textarea[name=prompt]", "ask") },
    { name: t("Search the library"), keys: "/", act: () => hands.focusOn("#search", "library") },
    { name: hands.playing ? t("Pause") : t("Play what is in the player"), keys: "p", act: () => player.toggle() },
    { name: t("Repeat all of the clip"), keys: "Esc", act: () => player.repeatOnly(null) },
    ...(detail
      ? [
          { name: t("Close the clip"), keys: "Esc", act: hands.close },
          { name: t("Find what sounds like this clip"), act: () => hands.alike(detail) },
          { name: t("Keep this clip"), act: () => hands.keep(detail) },
          { name: t("Undo the last edit of this clip"), keys: "Ctrl Z", act: () => hands.undo(detail) },
        ]
      : []),
    ...(hands.canFit
      ? [
          {
            name: hands.inTime
              ? t("Hear clips in their own tempo and key")
              : t("Hear all in the project's tempo and key"),
            act: () => hands.prefer({ in_time: !hands.inTime }),
          },
        ]
      : []),
    { name: pads ? t("Close the pads") : t("Open the pads"), act: () => hands.setPads(!pads) },
    ...(detail ? [{ name: t("Lay this clip on the pads"), act: () => hands.pad(detail) }] : []),
    { name: t("Show the library as a list"), act: () => hands.setView("list") },
    { name: t("Show the library as cards"), act: () => hands.setView("cards") },
    { name: t("Show the library as a map"), act: () => hands.setView("map") },
    { name: t("Radio: a set without an end"), act: () => hands.setOver("radio") },
    { name: t("Projects: several pieces from one file"), act: () => hands.setOver("projects") },
    { name: t("Films of your clips"), act: () => hands.setOver("films") },
    { name: t("Your own sounds: engines, taste"), act: () => hands.setOver("taught") },
    { name: t("Connect your DAW"), act: () => hands.setOver("daws") },
    {
      name: t("Open the studio: tempo, engines, spend, people, settings"),
      act: () => hands.setOver("studio"),
    },
    ...THEMES.map((theme) => ({
      name: t("Theme: {theme}", { theme: t(theme) }),
      act: () => hands.prefer({ theme }),
    })),
    ...(Object.keys(LANGUAGES) as Language[]).map((code) => ({
      name: `${t("Language")}: ${LANGUAGES[code]}`,
      act: () => void speak(code),
    })),
    { name: t("Show the keys"), keys: "?", act: () => hands.setOver("keys") },
  ];
}
