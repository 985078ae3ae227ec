import { KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, Clip } from "../api/client";
import { lineOf, titleOf } from "../library/about";
import { padWords as say } from "./words";

/** A clip by its words, for a pad: the arrows choose, Enter takes it. */
export function Choose({ take, close }: { take: (clip: string) => void; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null),
    list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState("");
  const [found, setFound] = useState<Clip[] | null>(null);
  const [at, setAt] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let gone = false;
    const wait = setTimeout(
      () =>
        api<{ clips: Clip[] }>(`clips?${new URLSearchParams({ text, limit: "40" })}`).then(
          (answer) => {
            if (!gone) {
              setFound(answer.clips);
              setAt(0);
            }
          },
          () => undefined,
        ),
      100,
    );
    return () => {
      gone = true;
      clearTimeout(wait);
    };
  }, [text]);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const does = (clip?: Clip) => {
    if (clip) {
      take(clip.id);
      close();
    }
  };
  function keys(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key],
      many = found?.length ?? 0;
    if (step && many) {
      event.preventDefault();
      setAt((at + step + many) % many);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      does(found?.[at]);
    }
  }
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={say("choose")}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <input
        role="combobox"
        aria-label={say("choose")}
        aria-expanded="true"
        aria-controls="pad-clips"
        aria-activedescendant={found?.[at] && `pad-clip-${at}`}
        autoFocus
        placeholder={say("search")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keys}
      />
      <ul id="pad-clips" role="listbox" aria-label={say("choose")} ref={list}>
        {found?.map((clip, place) => (
          <li
            key={clip.id}
            id={`pad-clip-${place}`}
            role="option"
            aria-selected={place === at}
            onMouseMove={() => setAt(place)}
            onClick={() => does(clip)}
          >
            <span className="words">{titleOf(clip)}</span>
            <span className="quiet">{lineOf(clip)}</span>
          </li>
        ))}
      </ul>
      {found?.length === 0 && <p className="quiet">{say("none")}</p>}
    </dialog>
  );
}
