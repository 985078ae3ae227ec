/** Sidecrate's HTTP API on this machine. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What `sidecrate install live-extension` wrote beside this file. */
interface Pairing {
  address: string;
  token: string;
}

export interface Job {
  state: string;
  stage: string | null;
  progress: number | null;
  clips: string[];
  count: number;
  text: string | null;
}

export interface Clip {
  id: string;
  kind: string;
  bpm: number | null;
  bars: number | null;
  seconds: number | null;
  path: string | null;
  record: { meter?: string | null };
}

export interface ClipNotes {
  bars: number;
  quarters_per_bar: number;
  parts: { name: string; notes: [number, number, number, number][] }[];
}

/** What a person is told: what, why, and what to do. */
export class Told extends Error {}

/** Nobody answers there: Sidecrate does not run, or is just starting again. */
class Away extends Told {}

/** What a job has made; `lacks` says why some of it did not come, and is empty where all did. */
export interface Made {
  clips: Clip[];
  lacks: string;
}

const LOOK_EVERY_MS = 300;
/** Sidecrate that starts again goes on with its jobs: so long a job is followed while nobody answers. */
const AWAY_MS = 30_000;
const ENDED = ["done", "failed", "cancelled"];

export class Api {
  private readonly pairing: Pairing;

  constructor(folder: string) {
    this.pairing = JSON.parse(readFileSync(join(folder, "sidecrate.json"), "utf8")) as Pairing;
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(`${this.pairing.address}/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${this.pairing.token}`,
          ...(body ? { "Content-Type": "application/json" } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch {
      throw new Away(
        `Sidecrate does not answer at ${this.pairing.address}. Write "web: on" into its config and start it: sidecrate run.`,
      );
    }
    if (answer.status === 401) {
      throw new Told("Sidecrate does not know this extension. Install it anew: sidecrate install live-extension.");
    }
    const said = (await answer.json().catch(() => ({}))) as T & { code?: string; text?: string };
    if (answer.ok) return said;
    const text = said.text ?? `Sidecrate answered ${answer.status}; \`sidecrate doctor\` looks into it.`;
    throw said.code === "no_answer" ? new Away(text) : new Told(text);
  }

  /** Order a verb's clips; the job's id. */
  async order(verb: string, fields: object): Promise<string> {
    return (await this.ask<{ job: string }>("POST", `/${verb}`, fields)).job;
  }

  /**
   * Follow a job to its end, also while Sidecrate starts again. It is cancelled once `cancelled` says so, and gives nothing.
   */
  async follow(job: string, tell: (share: number, words: string) => void, cancelled: () => boolean): Promise<Made> {
    let heard = Date.now();
    for (;;) {
      if (cancelled()) {
        await this.ask("DELETE", `/jobs/${job}`);
        return { clips: [], lacks: "" };
      }
      try {
        const now = await this.ask<Job>("GET", `/jobs/${job}`);
        heard = Date.now();
        if (ENDED.includes(now.state)) {
          const clips = await Promise.all(now.clips.map((id) => this.ask<Clip>("GET", `/clips/${id}`)));
          return made(now, clips);
        }
        tell(now.progress ?? 0, now.stage || "waiting");
      } catch (error) {
        if (!(error instanceof Away) || Date.now() - heard > AWAY_MS) throw error;
      }
      await new Promise((next) => setTimeout(next, LOOK_EVERY_MS));
    }
  }

  notes(clip: string): Promise<ClipNotes> {
    return this.ask<ClipNotes>("GET", `/clips/${clip}/notes`);
  }
}

function made(job: Job, clips: Clip[]): Made {
  if (clips.length === 0) throw new Told(job.text || `The job was ${job.state}.`);
  return { clips, lacks: job.text ? `${clips.length} of ${job.count} clips came: ${job.text}` : "" };
}
