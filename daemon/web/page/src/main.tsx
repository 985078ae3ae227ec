import { createRoot } from "react-dom/client";
import { Page } from "./app/Page";
import "./design/tokens.css";
import "./design/base.css";
import "./design/layout.css";
import "./design/rooms.css";

createRoot(document.getElementById("root")!).render(<Page />);

// a browser without it, or a private window, has the page all the same
if (import.meta.env.PROD) navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
