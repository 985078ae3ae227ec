import { ReactNode, useEffect, useRef } from "react";
import { t } from "../words/words";

/** A room over the page, with its name and a way out: the button, Escape, or a click beside it. */
export function Dialog({
  name,
  title,
  close,
  closing = t("Close"),
  children,
}: {
  /** Of its class and its heading's id. */
  name: string;
  title: string;
  close: () => void;
  /** What the button for closing is called. */
  closing?: string;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className={name}
      aria-labelledby={`over-${name}`}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="bar over-bar">
        <h2 id={`over-${name}`}>{title}</h2>
        <button className="small" onClick={close} aria-label={closing} autoFocus>
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}
