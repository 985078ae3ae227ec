import { wordsOf } from "./words";

export type View = "list" | "cards" | "map";
const KEPT = "sidecrate.view";
const VIEWS: View[] = ["list", "cards", "map"];
const say = wordsOf({
  en: { list: "List", cards: "Cards", map: "Map", pads: "Pads", how: "How the library is shown", all: "Clips" },
  de: {
    list: "Liste",
    cards: "Karten",
    map: "Landkarte",
    pads: "Pads",
    how: "Wie die Bibliothek gezeigt wird",
    all: "Clips",
  },
  es: {
    list: "Lista",
    cards: "Tarjetas",
    map: "Mapa",
    pads: "Pads",
    how: "Cómo se muestra la biblioteca",
    all: "Clips",
  },
});

/** The view that was chosen last in this browser. */
export function keptView(): View {
  const kept = localStorage.getItem(KEPT) as View;
  return VIEWS.includes(kept) ? kept : "list";
}

/** List, cards or map, and the pads beside them. */
export function Views({
  view,
  choose,
  pads,
  togglePads,
}: {
  view: View;
  choose: (view: View) => void;
  pads: boolean;
  togglePads: () => void;
}) {
  const set = (one: View) => {
    localStorage.setItem(KEPT, one);
    choose(one);
  };
  return (
    <div className="views" role="group" aria-label={say("how")}>
      {VIEWS.map((one) => (
        <button key={one} className="small" aria-pressed={view === one} onClick={() => set(one)}>
          {say(one)}
        </button>
      ))}
      <button className="small apart" aria-pressed={pads} onClick={togglePads}>
        {say("pads")}
      </button>
    </div>
  );
}
