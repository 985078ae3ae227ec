import { ReactNode, useEffect, useRef } from "react";
import { t } from "../words/words";

/** The studio's own matters, over the page: they are rarely needed. */
export function StudioDialog({ close, children }: { close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="studio"
      aria-labelledby="house"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <button className="small close" onClick={close} aria-label={t("Close the studio")}>
        ✕
      </button>
      {children}
    </dialog>
  );
}
