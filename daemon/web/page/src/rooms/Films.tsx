import { useEffect, useState } from "react";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { clock } from "../library/about";
import { player } from "../player/player";
import { t } from "../words/words";

type Film = components["schemas"]["Film"];

/** The films that were made of clips: seen here, and taken from here. */
export function Films({ first, changed, say }: { first: string | null; changed: number; say: (text: string) => void }) {
  const [films, setFilms] = useState<Film[] | null>(null);
  const [chosen, setChosen] = useState(first);
  const [search, setSearch] = useState("");
  useEffect(() => {
    let isNewest = true;
    api<Film[]>(`films?search=${encodeURIComponent(search)}`).then(
      (found) => isNewest && setFilms(found),
      (error) => say(error.message),
    );
    return () => {
      isNewest = false;
    };
  }, [changed, say, search]);
  if (!films) return <p role="status">{t("Looking for films…")}</p>;
  const shown = films.find((film) => film.id === chosen);
  return (
    <div className="room">
      {(films.length > 0 || search) && (
        <input
          type="search"
          aria-label={t("Search films")}
          placeholder={t("Search films")}
          maxLength={200}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {films.length === 0 && search && (
        <p className="quiet" role="status">
          {t("No film is like that.")}
        </p>
      )}
      {films.length === 0 && !search && (
        <p className="quiet">
          {t(
            "None yet. Open a clip, and choose “Film it” under More: it becomes a video for a phone, a feed or a screen.",
          )}
        </p>
      )}
      {shown && (
        <figure className="stage">
          <video
            key={shown.id}
            controls
            autoPlay
            src={`/api/films/${shown.id}/video`}
            poster={shown.has_poster ? `/api/films/${shown.id}/poster` : undefined}
            aria-label={shown.words}
            onPlay={() => player.stop()}
          />
          <figcaption className="bar">
            <span className="words">{shown.words}</span>
            <a className="button" href={`/api/films/${shown.id}/video`} download>
              {t("Download")}
            </a>
          </figcaption>
          <p className="quiet">
            <code>{shown.path}</code>
          </p>
        </figure>
      )}
      <ul className="posters">
        {films.map((film) => (
          <li key={film.id}>
            <button aria-pressed={film.id === chosen} onClick={() => setChosen(film.id)}>
              {film.has_poster ? (
                <img src={`/api/films/${film.id}/poster`} alt="" loading="lazy" />
              ) : (
                <span className="no-poster">▶</span>
              )}
              <span className="words">{film.words}</span>
              <span className="quiet">
                {[film.seconds && clock(film.seconds), film.bpm && `${film.bpm} bpm`].filter(Boolean).join(" · ")}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
