import { api, Clip, FullClip, pictureUrl } from "../api/client";
import { player, usePlayer } from "../player/player";
import { t } from "../words/words";

/** What mastering did: its picture, and before and after at one loudness, heard from the same place. */
export function Master({ clip, say }: { clip: FullClip; say: (text: string) => void }) {
  const heard = usePlayer();
  const pair = clip.record.pair ?? [];
  async function hear(id: string) {
    // where it stands now, so that the other is heard at the same beat
    const at = player.position() ?? 0;
    try {
      await player.play(await api<Clip>(`clips/${id}`), "original", at);
    } catch (error) {
      say((error as Error).message);
    }
  }
  return (
    <>
      {pair.length === 2 && (
        <>
          <h3>{t("Before and after, equally loud")}</h3>
          <div className="ab" role="group" aria-label={t("Before or after mastering, equally loud")}>
            {[t("A before"), t("B after")].map((name, n) => (
              <button key={name} aria-pressed={heard.clip?.id === pair[n]} onClick={() => void hear(pair[n])}>
                {name}
              </button>
            ))}
          </div>
        </>
      )}
      <h3>{t("What was done")}</h3>
      <a href={pictureUrl(clip.id)} target="_blank" rel="noreferrer" title={t("See it large")}>
        <img
          className="drawn"
          src={pictureUrl(clip.id)}
          alt={t(
            "Spectra of the middle and of the sides before and after mastering, and of the reference where there was one",
          )}
        />
      </a>
      <ul className="said-of">
        {(clip.record.report?.said ?? []).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
