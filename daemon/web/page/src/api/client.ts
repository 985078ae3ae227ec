// The HTTP API as the page uses it. The cookie that `sidecrate open --page` set goes along by itself.
// The shapes come from the API's own document: `python -m tools.api_types` writes them anew.

import type { components } from "./schema";
import { t } from "../words/words";

type Shapes = components["schemas"];
export type Clip = Shapes["ClipRow"];
export interface Step {
  id: string;
  do: string;
  [setting: string]: string | number;
}
export type Turns = Pick<Shapes["Turns"], "undo" | "redo">;
export interface Correction {
  bpm?: number;
  downbeat_s?: number;
  key?: string;
}
/** What the page reads of a clip's record, whose keys stand in `daemon/record.py`. */
export interface ClipRecord {
  stems?: string[];
  parts?: string[] | string;
  players?: { part: string; instrument: string; program: number | null }[];
  midi?: string | null;
  plan?: unknown;
  meter?: string;
  corrected?: Correction;
  model?: string;
  seed?: number;
  picture?: string;
  pair?: string[];
  report?: { said?: string[] };
}
export interface FullClip extends Omit<Shapes["Clip"], "steps" | "turns" | "record"> {
  steps: Step[];
  turns: Turns;
  record: ClipRecord;
}
export type Job = Omit<Shapes["Job"], "progress" | "text" | "stage"> & {
  progress: number;
  text: string;
  stage: string;
};
export type Session = Partial<Shapes["Session"]>;
export type Engine = Shapes["Engine"];
export type VerbField = Shapes["FieldRow"];
export type VerbRow = Shapes["VerbRow"];
export type Part = Shapes["Read"] & { state: "set" | "told" | "overruled" | "unused" | "plain" };
export type Explained = Omit<Shapes["Explained"], "parts"> & { parts: Part[] };
export type Setting = Shapes["StepSetting"];
export type StepKind = Shapes["StepKind"];
export type Plugins = Shapes["PluginNames"];
export type PluginInfo = Shapes["Plugin"];
export type Share = Omit<Shapes["Share"], "clips" | "made"> & { path?: string };
export interface Sharing {
  share: boolean;
  share_port: number;
}
export type Collection = Pick<Shapes["Collection"], "name" | "clips">;
export type Who = Shapes["Person"];
export interface Preferences {
  theme: "system" | "light" | "dark";
  in_time: boolean;
  sort: string;
}
export interface Status {
  version: string;
  session: Session;
  jobs: Job[];
  web: Sharing;
}
export type Spend = Omit<Shapes["Spend"], "purchases"> & {
  purchases: { id: number; engine: string; cost_usd: number | null; estimate_usd: number }[];
};

export class ApiError extends Error {
  constructor(
    text: string,
    readonly code: string,
  ) {
    super(text);
  }
}

export async function api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  return heard<T>(`/api/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** A sound's file. */
export const sound = async (address: string): Promise<ArrayBuffer> => (await answered(address)).arrayBuffer();

async function heard<T>(address: string, asked: RequestInit): Promise<T> {
  return (await answered(address, asked)).json() as Promise<T>;
}

async function answered(address: string, asked?: RequestInit): Promise<Response> {
  const answer = await fetch(address, asked).catch(() => {
    throw new ApiError(t("Sidecrate does not answer; start it with `sidecrate run`, and do this again."), "no_answer");
  });
  if (answer.ok) return answer;
  const said = await answer.json();
  throw new ApiError(said.text ?? t("This was not understood; see the values you gave."), said.code ?? "");
}

export async function upload(file: File, fit: boolean): Promise<unknown> {
  const query = new URLSearchParams({ name: file.name, fit: String(fit) });
  return heard(`/api/uploads?${query}`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: file,
  });
}

/** Fetch an export as a download of the browser. */
export async function download(path: string, format: string): Promise<void> {
  const made = await api<{ name: string; url: string }>(path, "POST", { format });
  Object.assign(document.createElement("a"), { href: made.url, download: made.name }).click();
}

export const shareAddress = (sharing: Sharing, share: Share) =>
  `${location.protocol}//${location.hostname}:${sharing.share_port}${share.path}`;

export const pictureUrl = (clip: string): string => `/api/clips/${clip}/picture`;

export function audioUrl(clip: string, version: string, fit?: { bpm?: number | null; key?: string | null }): string {
  const query = new URLSearchParams({ version });
  if (fit?.bpm) query.set("bpm", String(fit.bpm));
  if (fit?.key) query.set("key", fit.key);
  return `/api/clips/${clip}/audio?${query}`;
}

/** Whether a clip can be played here: notes of other engines have no instrument. */
export const canHear = (clip: Clip) => clip.kind !== "midi" || clip.engine === "embedded";
