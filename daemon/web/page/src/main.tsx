import { createRoot } from "react-dom/client";
import { Page } from "./app/Page";
import "./design/tokens.css";
import "./design/base.css";
import "./design/layout.css";
import "./design/rooms.css";

createRoot(document.getElementById("root")!).render(<Page />);
