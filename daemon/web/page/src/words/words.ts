// All words of the page, in the languages of the table. English sentences are the keys; `t` says them in the reader's language.

import { useSyncExternalStore } from "react";
import type table from "./table.json";

export type Sentence = keyof typeof table;
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;
type Said = Record<string, string>;

const KEPT = "language";
const LOAD: Record<Language, () => Promise<{ default: Said }>> = {
  en: () => Promise.resolve({ default: {} }),
  de: () => import("words:de"),
  es: () => import("words:es"),
};
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

let language: Language = "en",
  said: Said = {};
const listeners = new Set<() => void>();

async function take(chosen: Language): Promise<void> {
  said = (await LOAD[chosen]()).default;
  language = chosen;
  document.documentElement.lang = chosen;
  listeners.forEach((listener) => listener());
}

/** The reader's language is there; English, where its words do not come. */
export const languageReady = take(first()).catch(() => {
  document.documentElement.lang = language;
});

export async function speak(chosen: Language): Promise<void> {
  await take(chosen);
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    /* it holds until the page is closed */
  }
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
  return tWord(sentence).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A word that comes from the daemon, as a kind, a part or a state: said where the table has it, else as it came. */
export const tWord = (word: string): string => said[word] ?? word;
