import { KeyboardEvent, useEffect, useRef, useState } from "react";
import { Command } from "../app/commands";
import { t } from "../words/words";

/** Every command by a few of its letters: the arrows choose, Enter does it. */
export function Palette({ commands, close }: { commands: Command[]; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null),
    list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useEffect(() => dialog.current?.showModal(), []);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter((one) => words.every((word) => one.name.toLowerCase().includes(word)));
  const chosen = Math.min(at, found.length - 1);
  function keys(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      does(found[chosen]);
    }
  }
  function does(command?: Command) {
    if (!command) return;
    close();
    // the dialog gives the focus back first
    requestAnimationFrame(command.act);
  }
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <dialog
      ref={dialog}
      className="palette"
      aria-label={t("Commands")}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <input
        role="combobox"
        aria-label={t("What to do")}
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found[chosen] && `command-${chosen}`}
        autoFocus
        placeholder={t("What to do?")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={keys}
      />
      <ul id="commands" role="listbox" aria-label={t("Commands")} ref={list}>
        {found.map((one, place) => (
          <li
            key={one.name}
            id={`command-${place}`}
            role="option"
            aria-selected={place === chosen}
            onMouseMove={() => setAt(place)}
            onClick={() => does(one)}
          >
            <span>{one.name}</span>
            {one.keys && <kbd>{one.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{t("No command is like that.")}</p>}
    </dialog>
  );
}
