import { KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, audioUrl, Clip, FullClip, sound } from "../api/client";
import { titleOf } from "../library/about";
import { player, versionOf } from "../player/player";
import { hearMidi } from "./midi";
import { padWords as say } from "./words";
import "./kit.css";

/** The left of the keyboard as 4 x 4 pads, wherever its letters lie. */
const KEYS = [
  "Digit1",
  "Digit2",
  "Digit3",
  "Digit4",
  "KeyQ",
  "KeyW",
  "KeyE",
  "KeyR",
  "KeyA",
  "KeyS",
  "KeyD",
  "KeyF",
  "KeyZ",
  "KeyX",
  "KeyC",
  "KeyV",
];
const FIRST_NOTE = 36,
  SIDE = 4;
/** Drums as they lie on most pads, from the lower left. */
const ORDER = [/kick|bass drum|808/i, /snare|rim/i, /clap|snap/i, /hat/i, /tom/i, /crash|ride|cymbal/i];
const placeOf = (clip: Clip) => {
  const found = ORDER.findIndex((words) => words.test(titleOf(clip)));
  return found < 0 ? ORDER.length : found;
};
/** A closed hat ends an open one. */
const isHat = (clip: FullClip) => /\bhats?\b/i.test(`${(clip.record as { role?: string }).role ?? ""} ${clip.prompt}`);

/** A collection's one-shots as 4 x 4 pads, by mouse, touch, keys and MIDI; struck, they sound at once. */
export default function Kit({
  name,
  close,
  say: tell,
}: {
  name: string;
  close: () => void;
  say: (text: string) => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [clips, setClips] = useState<FullClip[] | null>(null);
  const [lit, setLit] = useState<Set<number>>(new Set());
  const sounds = useRef<{
    context: AudioContext;
    buffers: (AudioBuffer | null)[];
    hat: AudioBufferSourceNode | null;
  } | null>(null);
  const strike = useRef<(place: number) => void>(() => undefined);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let gone = false,
      endMidi = () => {};
    const context = new AudioContext();
    player.stop();
    sounds.current = { context, buffers: [], hat: null };
    const load = async () => {
      const found = await api<{ clips: Clip[] }>(
        `clips?${new URLSearchParams({ collection: name, kind: "oneshot", sort: "name", limit: String(KEYS.length) })}`,
      );
      const full = await Promise.all(
        found.clips
          .sort((one, other) => placeOf(one) - placeOf(other))
          .map((clip) => api<FullClip>(`clips/${clip.id}`)),
      );
      if (gone) return;
      setClips(full);
      await Promise.all(
        full.map(async (clip, place) => {
          const file = await sound(audioUrl(clip.id, versionOf({ ...clip, edited: clip.steps.length > 0 })));
          const buffer = await context.decodeAudioData(file);
          if (!gone) sounds.current!.buffers[place] = buffer;
        }),
      );
    };
    load().catch((error: Error) => !gone && tell(error.message));
    if ("requestMIDIAccess" in navigator)
      hearMidi((note) => strike.current(note - FIRST_NOTE)).then(
        (heard) => {
          if (gone) heard.end();
          else endMidi = heard.end;
        },
        () => undefined,
      );
    return () => {
      gone = true;
      endMidi();
      void context.close();
    };
  }, [name, tell]);
  strike.current = (place) => {
    const its = sounds.current,
      buffer = its?.buffers[place],
      clip = clips?.[place];
    if (!its || !buffer || !clip) return;
    void its.context.resume();
    const source = new AudioBufferSourceNode(its.context, { buffer });
    source.connect(its.context.destination);
    if (isHat(clip)) {
      its.hat?.stop();
      its.hat = source;
    }
    source.start();
    setLit((before) => new Set(before).add(place));
    setTimeout(() => setLit((before) => new Set([...before].filter((one) => one !== place))), 120);
  };
  function keys(event: KeyboardEvent) {
    const at = KEYS.indexOf(event.code),
      place = (SIDE - 1 - Math.floor(at / SIDE)) * SIDE + (at % SIDE);
    if (at < 0 || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    strike.current(place);
  }
  // MIDI's rows count from below, and so do these
  const order = Array.from(
    { length: SIDE * SIDE },
    (_, number) => (SIDE - 1 - Math.floor(number / SIDE)) * SIDE + (number % SIDE),
  );
  const keyOf = (place: number) =>
    KEYS[(SIDE - 1 - Math.floor(place / SIDE)) * SIDE + (place % SIDE)].replace(/Key|Digit/, "");
  return (
    <dialog
      ref={dialog}
      className="kit"
      aria-labelledby="kit"
      onClose={close}
      onKeyDown={keys}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="bar">
        <h2 id="kit">
          {say("kit")} {name}
        </h2>
        <button className="small" onClick={close} aria-label={say("closeKit")} autoFocus>
          ✕
        </button>
      </div>
      {clips?.length === 0 ? (
        <p className="none">{say("noKit")}</p>
      ) : (
        <div className="kit-grid">
          {order.map((place) => {
            const clip = clips?.[place];
            return (
              <button
                key={place}
                className="pad"
                disabled={!clip}
                data-kind={clip?.kind}
                data-state={lit.has(place) ? "plays" : undefined}
                onPointerDown={() => strike.current(place)}
                onKeyDown={(event) => {
                  if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    if (!event.repeat) strike.current(place);
                  }
                }}
              >
                <span className="words">{clip ? titleOf(clip) : ""}</span>
                <kbd>{keyOf(place)}</kbd>
              </button>
            );
          })}
        </div>
      )}
      <p className="quiet">{say("kitKeys")}</p>
    </dialog>
  );
}
