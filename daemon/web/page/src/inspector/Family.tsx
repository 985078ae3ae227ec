import { useEffect, useState } from "react";
import { api, Clip, FullClip } from "../api/client";
import { lineOf, titleOf } from "../library/about";
import { wordsOf } from "../views/words";

interface Relatives {
  of: Clip[];
  made: Clip[];
  same: Clip[];
}
const say = wordsOf({
  en: { title: "Its family", of: "Made of", made: "Made of it", same: "The same sound" },
  de: { title: "Verwandte", of: "Gemacht aus", made: "Daraus gemacht", same: "Derselbe Klang" },
  es: { title: "Su familia", of: "Hecho de", made: "Hecho de él", same: "El mismo sonido" },
});

/** Clips that this one came from, that came from it, and its doubles; a click opens one. */
export function Family({ clip, choose }: { clip: FullClip; choose: (clip: string) => void }) {
  const [found, setFound] = useState<Relatives | null>(null);
  useEffect(() => {
    let gone = false;
    setFound(null);
    api<Relatives>(`clips/${clip.id}/family`).then(
      (family) => {
        if (!gone) setFound(family);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [clip.id]);
  const rows = (["of", "made", "same"] as const).filter((name) => found?.[name].length);
  if (!found || !rows.length) return null;
  return (
    <>
      <h3>{say("title")}</h3>
      {rows.map((name) => (
        <div key={name} className="family">
          <h4>{say(name)}</h4>
          <ul className="chips">
            {found[name].map((one) => (
              <li key={one.id}>
                <button className="chip" title={lineOf(one)} onClick={() => choose(one.id)}>
                  {titleOf(one)} <span className="quiet">{one.id}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
