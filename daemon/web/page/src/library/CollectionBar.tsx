import { FormEvent, useState } from "react";
import { api, download, Share, shareAddress, Sharing } from "../api/client";
import { t } from "../words/words";

const FORMATS = [
  ["wav24", "WAV 24"],
  ["wav16", "WAV 16"],
  ["wav32f", "WAV 32 float"],
  ["flac", "FLAC"],
  ["mp3", "MP3"],
  ["ogg", "OGG"],
  ["aiff", "AIFF"],
];

/** Actions on the collection that is shown. */
export function CollectionBar({
  name,
  sharing,
  tell,
  show,
}: {
  name: string;
  sharing: Sharing;
  tell: (work: Promise<unknown>, done: string) => Promise<void>;
  show: (name: string) => void;
}) {
  const [link, setLink] = useState<Share | null>(null);
  const [format, setFormat] = useState("wav24");
  const [deleting, setDeleting] = useState(false);
  const path = `collections/${encodeURIComponent(name)}`;
  function rename(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = String(new FormData(event.currentTarget).get("name")).trim();
    tell(
      api(path, "PATCH", { name: said }).then(() => show(said)),
      t("Renamed."),
    );
  }
  return (
    <div className="row">
      <label>
        {t("As")}
        <select value={format} onChange={(e) => setFormat(e.target.value)}>
          {FORMATS.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button onClick={() => tell(download(`${path}/exports`, format), t("Exported."))}>
        {t("Download as a sample pack")}
      </button>
      {sharing.share && !link && (
        <button
          onClick={() =>
            tell(api<Share>("shares", "POST", { collection: name }).then(setLink), t("Shared for a week."))
          }
        >
          {t("Share this collection")}
        </button>
      )}
      {link && (
        <p className="link">
          <a href={shareAddress(sharing, link)} target="_blank" rel="noreferrer">
            {shareAddress(sharing, link)}
          </a>{" "}
          <button
            className="small"
            onClick={() =>
              tell(
                api(`shares/${link.id}`, "DELETE").then(() => setLink(null)),
                t("The link leads nowhere now."),
              )
            }
          >
            {t("Revoke the link")}
          </button>
        </p>
      )}
      <form className="row" onSubmit={rename}>
        <label>
          {t("Another name")}
          <input name="name" required maxLength={80} defaultValue={name} />
        </label>
        <button>{t("Rename")}</button>
      </form>
      {deleting ? (
        <span className="row tight">
          <button
            onClick={() =>
              tell(
                api(path, "DELETE").then(() => show("")),
                t("The collection is gone; its clips stay."),
              )
            }
          >
            {t("Yes, let it go")}
          </button>
          <button onClick={() => setDeleting(false)}>{t("No")}</button>
        </span>
      ) : (
        <button onClick={() => setDeleting(true)}>{t("Let the collection go")}</button>
      )}
    </div>
  );
}
