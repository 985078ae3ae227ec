import { createRoot } from "react-dom/client";
import { Page } from "./app/Page";
import { languageReady } from "./words/words";
import "./design/tokens.css";
import "./design/base.css";
import "./design/layout.css";
import "./design/rooms.css";

void languageReady.then(() => createRoot(document.getElementById("root")!).render(<Page />));

// a browser without it, or a private window, has the page all the same; the page itself goes first
if (import.meta.env.PROD)
  addEventListener("load", () =>
    setTimeout(() => navigator.serviceWorker?.register("/sw.js").catch(() => undefined), 1000),
  );
