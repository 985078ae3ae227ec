/** Sidecrate in Live's context menus. Each entry asks Sidecrate for clips and puts them into the Set. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Api, Told, type Made } from "./api";
import { askWords, tell } from "./dialogs";
import {
  calling,
  type Activation,
  type ArrangementSelection,
  type Handle,
  type Host,
  type ProgressDialog,
  type SlotSelection,
} from "./host";
import { besideClip, gridOf, onMidiTrack, place, quartersOf, type Place } from "./song";

/** An order, and where its clips go. */
interface Wish {
  verb: string;
  fields: Record<string, string | number | boolean>;
  where: () => Place | Promise<Place>;
}

/** An entry: null where the person did not want it after all. */
interface Entry {
  scopes: string[];
  id: string;
  title: string;
  wish: (session: Session, given: never) => Promise<Wish | null>;
}

class Session {
  readonly api: Api;

  constructor(readonly host: Host, folder: string) {
    this.api = new Api(folder);
  }

  private get lastWords(): string {
    return join(this.host.environment.storageDirectory, "words.txt");
  }

  /** Words, with the last ones offered again. */
  async words(title: string): Promise<string | null> {
    let last = "";
    try {
      last = readFileSync(this.lastWords, "utf8");
    } catch {
      // none yet
    }
    const said = await askWords(this.host, title, last);
    if (said !== null) writeFileSync(this.lastWords, said);
    return said;
  }

  /** Do what an entry wants, with its progress, and tell what is wrong. */
  async run(wish: Promise<Wish | null>): Promise<void> {
    try {
      const wanted = await wish;
      if (wanted === null) return;
      const { clips, lacks } = await this.clipsOf(wanted);
      if (clips.length > 0) await place(this.host, this.api, clips, await wanted.where());
      if (lacks) await tell(this.host, lacks);
    } catch (error) {
      const text = error instanceof Told ? error.message : `Live says: ${(error as Error).message}. Try again.`;
      await tell(this.host, text);
    }
  }

  private async clipsOf(wanted: Wish): Promise<Made> {
    const job = await this.api.order(wanted.verb, wanted.fields);
    let isCancelled = false;
    const dialog = await new Promise<ProgressDialog>((done) => {
      this.host.ui.showProgressDialog({ text: "Sidecrate: waiting", progress: 0 }, done, () => {
        isCancelled = true;
      });
    });
    try {
      return await this.api.follow(
        job,
        (share, words) => dialog.update({ text: `Sidecrate: ${words}`, progress: Math.round(share * 100) }, () => {}),
        () => isCancelled,
      );
    } finally {
      if (!isCancelled) await new Promise<void>((done) => dialog.close(done));
    }
  }
}

function ofClip(verb: string, isNotes: boolean, more: object = {}): Entry["wish"] {
  return async (session, clip: Handle) => {
    const model = session.host.dataModel;
    const where = besideClip(model, clip);
    const source = model.audioclipGetFilePath(clip);
    return {
      verb,
      fields: { source, ...more },
      where: () => (isNotes ? onMidiTrack(model, where) : where),
    };
  };
}

async function fitted(session: Session, clip: Handle): Promise<Wish | null> {
  const { key, ...grid } = gridOf(session.host.dataModel);
  return ofClip("fit", false, key ? { ...grid, key } : grid)(session, clip as never);
}

function withClip(use: string, title: string): Entry["wish"] {
  return async (session, clip: Handle) => {
    const model = session.host.dataModel;
    const where = besideClip(model, clip);
    const prompt = await session.words(title);
    if (prompt === null) return null;
    const fields = { ...gridOf(model), prompt, use, reference: model.audioclipGetFilePath(clip) };
    return { verb: "make", fields, where: () => where };
  };
}

async function filled(session: Session, slots: Handle[]): Promise<Wish | null> {
  const model = session.host.dataModel;
  const first = slots[0];
  const track = first && model.getObjectCanonicalParent(first);
  if (!track) throw new Told("Select a clip slot first.");
  const prompt = await session.words("What do you want to hear?");
  if (prompt === null) return null;
  const isMidi = model.getObjectIsOfClass(track, "MidiTrack");
  const fields = { ...gridOf(model), prompt, count: slots.length, kind: isMidi ? "midi" : "loop" };
  return { verb: "make", fields, where: () => ({ slots }) };
}

async function rendered(session: Session, selection: ArrangementSelection): Promise<Wish | null> {
  const model = session.host.dataModel;
  const { time_selection_start: from, time_selection_end: to } = selection;
  const track = selection.selected_lanes.find((lane) => model.getObjectIsOfClass(lane, "AudioTrack"));
  if (!track || to <= from) throw new Told("Select a stretch of an audio track first.");
  const prompt = await session.words("What should go with this stretch?");
  if (prompt === null) return null;
  const reference = await calling<string>((done, fail) =>
    session.host.resources.renderPreFxAudio(track, { startTime: from, endTime: to }, done, fail),
  );
  const grid = gridOf(model);
  const bars = Math.min(64, Math.max(1, Math.round((to - from) / quartersOf(grid.meter))));
  const fields = { ...grid, bars, prompt, use: "accompany", reference };
  return { verb: "make", fields, where: () => ({ track, at: from }) };
}

const ENTRIES: Entry[] = [
  { scopes: ["AudioClip"], id: "fit", title: "Sidecrate: put on the grid", wish: fitted },
  { scopes: ["AudioClip"], id: "split", title: "Sidecrate: split into stems", wish: ofClip("split", false) },
  { scopes: ["AudioClip"], id: "notes", title: "Sidecrate: write down its notes", wish: ofClip("transcribe", true) },
  {
    scopes: ["AudioClip"],
    id: "part",
    title: "Sidecrate: make a part to it...",
    wish: withClip("accompany", "What should go with this clip?"),
  },
  {
    scopes: ["AudioClip"],
    id: "continue",
    title: "Sidecrate: go on with it...",
    wish: withClip("continue", "How should it go on?"),
  },
  {
    scopes: ["ClipSlot"],
    id: "fill",
    title: "Sidecrate: fill it with...",
    wish: (session, slot: Handle) => filled(session, [slot]),
  },
  {
    scopes: ["ClipSlotSelection"],
    id: "fill-all",
    title: "Sidecrate: fill them with...",
    wish: (session, selection: SlotSelection) => filled(session, selection.selected_clip_slots),
  },
  {
    scopes: ["AudioTrack.ArrangementSelection"],
    id: "render",
    title: "Sidecrate: make a part to this stretch...",
    wish: (session, selection: ArrangementSelection) => rendered(session, selection),
  },
];

/** What Live calls. */
export function activate(activation: Activation): void {
  const host = activation.initializeExtensionHost({ apiVersion: "1.0.0" });
  const session = new Session(host, __dirname);
  for (const entry of ENTRIES) {
    const command = `sidecrate.${entry.id}`;
    host.commands.registerCommand(command, (given: never) => {
      void session.run(entry.wish(session, given));
    });
    for (const scope of entry.scopes) {
      host.ui.registerContextMenuAction(scope, entry.title, command, () => {});
    }
  }
}
