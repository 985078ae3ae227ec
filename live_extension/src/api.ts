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

const LOOK_EVERY_MS = 300;
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
      throw new Told(
        `Sidecrate does not answer at ${this.pairing.address}. Write "web: on" into its config and start it: sidecrate run.`,
      );
    }
    if (answer.status === 401) {
      throw new Told("Sidecrate does not know this extension. Install it anew: sidecrate install live-extension.");
    }
    const said = (await answer.json()) as T & { text?: string };
    if (!answer.ok) throw new Told(said.text ?? `Sidecrate answered ${answer.status}.`);
    return said;
  }

  /** Order a verb's clips; the job's id. */
  async order(verb: string, fields: object): Promise<string> {
    return (await this.ask<{ job: string }>("POST", `/${verb}`, fields)).job;
  }

  /** Follow a job to its end; its clips. It is cancelled once `cancelled` says so, and gives none. */
  async follow(job: string, tell: (share: number, words: string) => void, cancelled: () => boolean): Promise<Clip[]> {
    for (;;) {
      if (cancelled()) {
        await this.ask("DELETE", `/jobs/${job}`);
        return [];
      }
      const now = await this.ask<Job>("GET", `/jobs/${job}`);
      if (ENDED.includes(now.state)) {
        if (now.clips.length === 0) throw new Told(now.text ?? `The job was ${now.state}.`);
        return Promise.all(now.clips.map((id) => this.ask<Clip>("GET", `/clips/${id}`)));
      }
      tell(now.progress ?? 0, now.stage || "waiting");
      await new Promise((next) => setTimeout(next, LOOK_EVERY_MS));
    }
  }

  notes(clip: string): Promise<ClipNotes> {
    return this.ask<ClipNotes>("GET", `/clips/${clip}/notes`);
  }
}
