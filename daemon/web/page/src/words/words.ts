// All words of the page, in the languages of the table. English sentences are the keys; `t` says them in the reader's language.

import { useSyncExternalStore } from "react";
import table from "./table.json";

export type Sentence = keyof typeof table;
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = "language";
const isLanguage = (code: string | null): code is Language => code !== null && code in LANGUAGES;

/** What was chosen here before, else the first of the browser's languages that there is. */
function first(): Language {
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    /* a browser that keeps nothing speaks its own language */
  }
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((one) => one.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

let language = first();
const listeners = new Set<() => void>();
document.documentElement.lang = language;

export function speak(chosen: Language): void {
  language = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    /* it holds until the page is closed */
  }
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};
export const useLanguage = (): Language => useSyncExternalStore(subscribe, () => language);
/** For numbers and dates. */
export const locale = () => language;

/** A sentence in the reader's language; `{name}` in it is filled from `values`. */
export function t(sentence: Sentence, values: Record<string, string | number> = {}): string {
  const said = language === "en" ? sentence : table[sentence][language];
  return said.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A word that comes from the daemon, as a kind, a part or a state: said where the table has it, else as it came. */
export const tWord = (word: string): string => (word in table ? t(word as Sentence) : word);
