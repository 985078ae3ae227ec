// The HTTP API as the page uses it. The cookie that `sidecrate open --page` set goes along by itself.

export interface Clip {
  id: string; name: string; kind: string; engine: string; licence: string; key: string;
  bpm: number | null; bars: number | null; seconds: number | null; prompt: string;
  favourite: boolean; rating: number; tags: string[]; edited: boolean;
}
export interface Step { id: string; do: string; [setting: string]: string | number }
export interface Turns { undo: number; redo: number }
export interface FullClip extends Clip {
  steps: Step[]; turns: Turns; record: { stems?: string[]; parts?: string[] | string; midi?: string | null };
}
export interface Job {
  job: string; state: string; stage: string; progress: number; prompt: string; clips: string[]; text: string; door: string;
}
export interface Session { bpm?: number; key?: string; meter?: string; said_by?: Record<string, string> }
export interface Engine { name: string; title: string; ready: boolean; why: string | null; line: string; costs_money: boolean }
export interface StepKind { do: string; about: string; stems: boolean; settings: { name: string; range: string; default: unknown }[] }
export interface Share { id: string; title: string; expires: number; path?: string }
export interface Status { version: string; session: Session; jobs: Job[]; web: { share: boolean; share_port: number } }
export interface Spend { today_usd: number; per_day_usd: number; purchases: { id: number; engine: string; cost_usd: number | null; estimate_usd: number }[] }

export class ApiError extends Error {}

export async function api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
  const answer = await fetch(`/api/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new ApiError(said.text ?? "This was not understood; see the values you gave.");
  return said as T;
}

export function audioUrl(clip: string, version: string, fit?: { bpm?: number; key?: string }): string {
  const query = new URLSearchParams({ version });
  if (fit?.bpm) query.set("bpm", String(fit.bpm));
  if (fit?.key) query.set("key", fit.key);
  return `/api/clips/${clip}/audio?${query}`;
}
