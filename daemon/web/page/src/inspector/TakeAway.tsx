import { useState } from "react";
import { api, download, FullClip, Share, shareAddress, Sharing } from "../api/client";
import { player } from "../player/player";
import { Act } from "./act";
import { t, tWord } from "../words/words";

const FORMATS: [string, string][] = [
  ["wav24", "WAV"],
  ["wav16", "WAV 16"],
  ["wav32f", "WAV 32 float"],
  ["flac", "FLAC"],
  ["mp3", "MP3"],
  ["ogg", "OGG"],
  ["aiff", "AIFF"],
  ["stems", "stems"],
  ["midi", "MIDI"],
];

/** Downloads, the crate, links for others, and the bin. */
export function TakeAway({
  clip,
  busy,
  act,
  sharing,
  edited,
  close,
  say,
}: {
  clip: FullClip;
  busy: boolean;
  act: Act;
  sharing: Sharing;
  edited: () => void;
  close: () => void;
  say: (text: string) => void;
}) {
  const [link, setLink] = useState<Share | null>(null);
  const [binning, setBinning] = useState(false);
  const id = clip.id,
    hasSound = clip.kind !== "midi";
  const share = () =>
    act(async () => setLink(await api<Share>("shares", "POST", { clip: id })), t("Shared for a week."));
  const revoke = (which: Share) =>
    act(async () => {
      await api(`shares/${which.id}`, "DELETE");
      setLink(null);
    }, t("The link leads nowhere now."));
  async function bin() {
    player.stop();
    try {
      await api(`clips/${id}`, "DELETE");
      say(t("It is in your system's bin."));
      edited();
      close();
    } catch (error) {
      say((error as Error).message);
    }
  }
  return (
    <>
      <h3>{t("Download")}</h3>
      <div className="row">
        {FORMATS.filter(([format]) => hasSound || format === "midi").map(([format, name]) => (
          <button
            key={format}
            disabled={busy}
            aria-label={t("Export {format}", { format: tWord(name) })}
            onClick={() => act(() => download(`clips/${id}/exports`, format), t("Exported."))}
          >
            {tWord(name)}
          </button>
        ))}
      </div>
      <h3>{t("In the crate")}</h3>
      <div className="row">
        <button
          disabled={busy}
          onClick={() => act(() => api(`clips/${id}/keep`, "POST"), t("Kept, under a second name in the folder Kept."))}
        >
          {t("Keep")}
        </button>
        {clip.steps.length > 0 && (
          <button
            disabled={busy}
            onClick={() =>
              act(() => api(`clips/${id}/publish`, "POST"), t("It is in your crate, as a clip of its own."))
            }
          >
            {t("Into the crate as edited")}
          </button>
        )}
        {binning ? (
          <span className="row tight">
            <button disabled={busy} onClick={bin}>
              {t("Yes, into the bin")}
            </button>
            <button onClick={() => setBinning(false)}>{t("No")}</button>
          </span>
        ) : (
          <button disabled={busy} onClick={() => setBinning(true)}>
            {t("Put into the bin")}
          </button>
        )}
      </div>
      {sharing.share && (
        <>
          <h3>{t("For others")}</h3>
          <div className="row">
            {!link && (
              <button disabled={busy} onClick={share}>
                {t("Share a link")}
              </button>
            )}
          </div>
        </>
      )}
      {link && (
        <p className="link">
          <a href={shareAddress(sharing, link)} target="_blank" rel="noreferrer">
            {shareAddress(sharing, link)}
          </a>{" "}
          <button className="small" onClick={() => revoke(link)}>
            {t("Revoke the link")}
          </button>
        </p>
      )}
    </>
  );
}
