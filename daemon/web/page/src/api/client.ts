// The HTTP API as the page uses it. The cookie that `sidecrate open --page` set goes along by itself.

export interface Clip {
  id: string; name: string; kind: string; engine: string; licence: string; key: string;
  bpm: number | null; bars: number | null; seconds: number | null; prompt: string; path: string; created: number | null; lufs: number | null;
  favourite: boolean; rating: number; tags: string[]; edited: boolean; used: number | null;
}
export interface Step { id: string; do: string; [setting: string]: string | number }
export interface Turns { undo: number; redo: number }
export interface Correction { bpm?: number; downbeat_s?: number; key?: string }
export interface FullClip extends Clip {
  steps: Step[]; turns: Turns; collections: string[]; record: { stems?: string[]; parts?: string[] | string; players?: { part: string; instrument: string; program: number | null }[]; midi?: string | null; plan?: unknown; meter?: string; corrected?: Correction; model?: string; seed?: number; report?: { said?: string[] } };
}
export interface Job {
  job: string; state: string; stage: string; progress: number; prompt: string; title: string; count: number; clips: string[]; text: string; door: string; proposal: string | null; waits_for: string;
}
export interface Session { bpm?: number; key?: string; meter?: string; said_by?: Record<string, string> }
export interface Engine { name: string; title: string; ready: boolean; why: string | null; line: string; costs_money: boolean; kinds?: string[] }
export interface VerbField { name: string; allowed: string; default: string; help: string; choices: string[]; is_path: boolean }
export interface VerbRow { name: string; works_on: string; gives: string; said: string; help: string; fields: VerbField[]; own_fields: string[] }
export interface Part { text: string; state: "set" | "told" | "overruled" | "unused" | "plain"; facet: string; about: string; value: string; why: string }
export interface Explained { prompt: string; engine: string; parts: Part[]; said: string[] }
export interface Setting { name: string; range: string; default: string | number | null; choices: string[] }
export interface StepKind { do: string; about: string; stems: boolean; on: "sound" | "notes" | "both"; settings: Setting[] }
export interface Plugins { names: string[]; text: string }
export interface PluginInfo { name: string; maker: string; parameters: { name: string; value: string; range: string; choices: string[]; unit: string }[] }
export interface Share { id: string; title: string; expires: number; path?: string }
export interface Sharing { share: boolean; share_port: number }
export interface Collection { name: string; clips: number }
export interface Who { name: string | null; names: string[] }
export interface Preferences { theme: "system" | "light" | "dark"; in_time: boolean; sort: string }
export interface Status { version: string; session: Session; jobs: Job[]; web: { share: boolean; share_port: number } }
export interface Spend { today_usd: number; per_day_usd: number; purchases: { id: number; engine: string; cost_usd: number | null; estimate_usd: number }[] }

export class ApiError extends Error {
  constructor(text: string, readonly code: string) { super(text); }
}

export async function api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  return heard<T>(`/api/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function heard<T>(address: string, asked: RequestInit): Promise<T> {
  const answer = await fetch(address, asked).catch(() => { throw new ApiError("Sidecrate does not answer; start it with `sidecrate run`, and do this again.", "no_answer"); });
  const said = await answer.json();
  if (!answer.ok) throw new ApiError(said.text ?? "This was not understood; see the values you gave.", said.code ?? "");
  return said as T;
}

export async function upload(file: File, fit: boolean): Promise<unknown> {
  const query = new URLSearchParams({ name: file.name, fit: String(fit) });
  return heard(`/api/uploads?${query}`, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: file });
}

/** Fetch an export as a download of the browser. */
export async function download(path: string, format: string): Promise<void> {
  const made = await api<{ name: string; url: string }>(path, "POST", { format });
  Object.assign(document.createElement("a"), { href: made.url, download: made.name }).click();
}

export const shareAddress = (sharing: Sharing, share: Share) => `${location.protocol}//${location.hostname}:${sharing.share_port}${share.path}`;

export function audioUrl(clip: string, version: string, fit?: { bpm?: number; key?: string }): string {
  const query = new URLSearchParams({ version });
  if (fit?.bpm) query.set("bpm", String(fit.bpm));
  if (fit?.key) query.set("key", fit.key);
  return `/api/clips/${clip}/audio?${query}`;
}

/** Whether a clip can be played here: notes of other engines have no instrument. */
export const canHear = (clip: Clip) => clip.kind !== "midi" || clip.engine === "embedded";
