import { useState } from "react";
import { api, Clip, Collection } from "../api/client";
import { KIND_NAMES, titleOf } from "./about";
import { Asked, NOTHING } from "./search";
import { Sentence, t, tWord } from "../words/words";

type Facets = Record<string, Record<string, number>>;
const CHOICES = ["tag", "genre", "engine", "licence", "project"] as const;
const SORTS = ["newest", "oldest", "name", "bpm", "key", "rating", "loudness", "length"];
const DAYS: Record<string, Sentence> = { "1": "of the last day", "7": "of the last week", "31": "of the last month" };

/** What a search asks for, each in words on a chip that takes it away. */
function chipsOf(asked: Asked): [Partial<Asked>, string][] {
  const chips: [Partial<Asked>, string][] = [];
  const { bpm_from, bpm_to, lufs_from, lufs_to } = asked;
  if (asked.key) chips.push([{ key: "" }, t("fits {key}", { key: asked.key })]);
  if (bpm_from || bpm_to)
    chips.push([{ bpm_from: "", bpm_to: "" }, t("{from} to {to} bpm", { from: bpm_from || "…", to: bpm_to || "…" })]);
  if (asked.collection) chips.push([{ collection: "" }, t("in {name}", { name: asked.collection })]);
  if (asked.rating) chips.push([{ rating: "" }, t("{n} stars or more", { n: asked.rating })]);
  for (const name of CHOICES) if (asked[name]) chips.push([{ [name]: "" }, `${tWord(name)}: ${asked[name]}`]);
  if (lufs_from || lufs_to)
    chips.push([
      { lufs_from: "", lufs_to: "" },
      t("{from} to {to} LUFS", { from: lufs_from || "…", to: lufs_to || "…" }),
    ]);
  if (asked.days) chips.push([{ days: "" }, t(DAYS[asked.days])]);
  return chips;
}

/** Search, kinds as chips, the filters behind one button, and what is set as chips that go away by a click. */
export function Filters({
  asked,
  set,
  clear,
  sort,
  prefer,
  collections,
  like,
  alike,
  say,
}: {
  asked: Asked;
  set: (some: Partial<Asked>) => void;
  clear: () => void;
  sort: string;
  prefer: (sort: string) => void;
  collections: Collection[];
  like: Clip | null;
  alike: (clip: Clip | null) => void;
  say: (text: string) => void;
}) {
  const [facets, setFacets] = useState<Facets>({});
  const [open, setOpen] = useState(false);
  const chips = chipsOf(asked);
  const toggle = () => {
    setOpen(!open);
    if (!open) api<Facets>("facets").then(setFacets, (error) => say(error.message));
  };
  return (
    <div role="search" className="find">
      <div className="row">
        <label className="grow search">
          <span className="hidden">{t("Search")}</span>
          <input
            id="search"
            type="search"
            placeholder={t("Search words, names, tags")}
            value={asked.text}
            onChange={(e) => set({ text: e.target.value })}
            onKeyDown={(e) => e.key === "Escape" && clear()}
          />
        </label>
        <button type="button" aria-expanded={open} aria-controls="filters" onClick={toggle}>
          {t("Filters")}
          {chips.length > 0 && ` (${chips.length})`}
        </button>
        <label className="sort">
          <span className="hidden">{t("Order")}</span>
          <select value={sort} disabled={!!like} onChange={(e) => prefer(e.target.value)}>
            {SORTS.map((one) => (
              <option key={one} value={one}>
                {tWord(one)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="chips" role="group" aria-label={t("Kinds and marks")}>
        <button className="chip" aria-pressed={!asked.kind} onClick={() => set({ kind: "" })}>
          {t("All")}
        </button>
        {Object.entries(KIND_NAMES).map(([kind, name]) => (
          <button
            key={kind}
            className="chip"
            aria-pressed={asked.kind === kind}
            onClick={() => set({ kind: asked.kind === kind ? "" : kind })}
          >
            {t(name)}
          </button>
        ))}
        <button className="chip" aria-pressed={asked.favourite} onClick={() => set({ favourite: !asked.favourite })}>
          ★ {t("Favourites")}
        </button>
        <button className="chip" aria-pressed={asked.unused} onClick={() => set({ unused: !asked.unused })}>
          {t("Not used yet")}
        </button>
        {chips.map(([without, words]) => (
          <button
            key={words}
            className="chip set"
            onClick={() => set(without)}
            aria-label={t("Without: {what}", { what: words })}
          >
            {words} ×
          </button>
        ))}
        {like && (
          <button
            className="chip set"
            onClick={() => alike(null)}
            aria-label={t("Show all, not only what sounds like {title}", { title: titleOf(like) })}
          >
            {t("sounds like {title}", { title: titleOf(like) })} ×
          </button>
        )}
        {chips.length > 1 && (
          <button className="chip" onClick={() => set({ ...NOTHING, text: asked.text, kind: asked.kind })}>
            {t("Clear all")}
          </button>
        )}
      </div>
      {open && (
        <div id="filters" className="filters">
          <label>
            {t("Fits key")}
            <input size={5} value={asked.key} placeholder="Am" onChange={(e) => set({ key: e.target.value })} />
          </label>
          <label>
            {t("Tempo from")}
            <input type="number" value={asked.bpm_from} onChange={(e) => set({ bpm_from: e.target.value })} />
          </label>
          <label>
            {t("Tempo to")}
            <input type="number" value={asked.bpm_to} onChange={(e) => set({ bpm_to: e.target.value })} />
          </label>
          <label>
            {t("Collection")}
            <select
              value={asked.collection}
              disabled={!collections.length}
              onChange={(e) => set({ collection: e.target.value })}
            >
              <option value="">{t("all clips")}</option>
              {collections.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name} ({one.clips})
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("Stars")}
            <select value={asked.rating} onChange={(e) => set({ rating: e.target.value })}>
              <option value="">{t("any")}</option>
              {[1, 2, 3, 4, 5].map((stars) => (
                <option key={stars} value={stars}>
                  {stars === 5 ? "5" : t("{n} or more", { n: stars })}
                </option>
              ))}
            </select>
          </label>
          {CHOICES.map((name) => {
            const choices = Object.entries(facets[name] ?? {});
            return (
              <label key={name}>
                {tWord(name[0].toUpperCase() + name.slice(1))}
                <select
                  value={asked[name]}
                  disabled={!choices.length}
                  onChange={(e) => set({ [name]: e.target.value })}
                >
                  <option value="">{t("all")}</option>
                  {choices.map(([one, clips]) => (
                    <option key={one} value={one}>
                      {one} ({clips})
                    </option>
                  ))}
                </select>
              </label>
            );
          })}
          <label>
            {t("LUFS from")}
            <input
              type="number"
              step="any"
              value={asked.lufs_from}
              onChange={(e) => set({ lufs_from: e.target.value })}
            />
          </label>
          <label>
            {t("LUFS to")}
            <input type="number" step="any" value={asked.lufs_to} onChange={(e) => set({ lufs_to: e.target.value })} />
          </label>
          <label>
            {t("Made")}
            <select value={asked.days} onChange={(e) => set({ days: e.target.value })}>
              <option value="">{t("at any time")}</option>
              {Object.entries(DAYS).map(([days, word]) => (
                <option key={days} value={days}>
                  {t(word)}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
    </div>
  );
}
