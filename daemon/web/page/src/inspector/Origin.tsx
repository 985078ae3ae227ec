import { FullClip } from "../api/client";
import { locale, t, tWord } from "../words/words";

/** Where a clip comes from, and what was said of it when it was made. */
export function Origin({ clip }: { clip: FullClip }) {
  const record = clip.record;
  const rows: [string, unknown][] = [
    [t("Prompt"), clip.prompt],
    [t("Engine"), [clip.engine, record.model].filter(Boolean).join(", ")],
    [t("Players"), (record.players ?? []).map((one) => `${one.instrument} (${tWord(one.part)})`).join(", ")],
    [t("Seed"), record.seed],
    [t("Licence"), clip.licence],
    [t("File"), clip.path],
    [t("Made"), clip.created ? new Date(clip.created * 1000).toLocaleString(locale()) : ""],
    [t("Loudness"), clip.lufs == null ? "" : `${clip.lufs.toFixed(1)} LUFS`],
  ];
  const said = record.report?.said ?? [];
  return (
    <>
      <h3>{t("Where it comes from")}</h3>
      <dl className="origin">
        {rows
          .filter(([, value]) => value !== "" && value !== undefined && value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{String(value)}</dd>
            </div>
          ))}
      </dl>
      {said.length > 0 && (
        <>
          <h3>{t("What was said of it")}</h3>
          <ul className="said-of">
            {said.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
