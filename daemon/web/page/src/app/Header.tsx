import { Preferences, Session, Who } from "../api/client";
import { t } from "../words/words";
import { Over } from "./commands";

const SIGNS = { light: "☀", dark: "☾", system: "◐" } as const;

/** What is known of the project, and the ways to what is rarely needed. */
export function Header({
  session,
  liked,
  who,
  open,
  prefer,
  nextTheme,
  logout,
}: {
  session: Session;
  liked: Preferences;
  who: Who;
  open: (what: Over) => void;
  prefer: (some: Partial<Preferences>) => void;
  nextTheme: () => void;
  logout: () => void;
}) {
  const project = [session.bpm && `${session.bpm} bpm`, session.key, session.meter].filter(Boolean).join(" · ");
  const canFit = !!(session.bpm || session.key);
  const theme = t("Theme: {theme}", { theme: t(liked.theme) });
  return (
    <header>
      <h1>
        <span className="mark" aria-hidden="true" />
        Sidecrate
      </h1>
      <button className="tag" onClick={() => open("studio")} title={t("Pin tempo and key")}>
        <span className={project ? "dot on" : "dot"} aria-hidden="true" />
        {project || t("no project is heard")}
      </button>
      <label
        className="check in-time"
        title={canFit ? "" : t("Nothing is known of your project yet: a DAW tells it, or pin a tempo in the studio.")}
      >
        <input
          type="checkbox"
          checked={liked.in_time}
          disabled={!canFit}
          onChange={(e) => prefer({ in_time: e.target.checked })}
        />
        {t("Hear all in the project's tempo and key")}
      </label>
      <div className="row tight end">
        {who.name && (
          <>
            <span>{who.name}</span>
            <button className="small" onClick={logout}>
              {t("Log out")}
            </button>
          </>
        )}
        <button className="small" onClick={() => open("palette")}>
          <span className="wide-word">{t("Commands")}</span> <kbd>Ctrl K</kbd>
          <span className="narrow-sign" aria-hidden="true">
            ⋯
          </span>
        </button>
        <button className="small" onClick={() => open("keys")} aria-label={t("Keys")}>
          ?
        </button>
        <button className="small" onClick={nextTheme} aria-label={theme} title={theme}>
          {SIGNS[liked.theme]}
        </button>
        <button className="small" onClick={() => open("studio")}>
          {t("Studio")}
        </button>
      </div>
    </header>
  );
}
