import { FullClip } from "../api/client";

/** Where a clip comes from, and what was said of it when it was made. */
export function Origin({ clip }: { clip: FullClip }) {
  const record = clip.record;
  const rows: [string, unknown][] = [
    ["Prompt", clip.prompt], ["Engine", [clip.engine, record.model].filter(Boolean).join(", ")], ["Seed", record.seed], ["Licence", clip.licence],
    ["File", clip.path], ["Made", clip.created ? new Date(clip.created * 1000).toLocaleString() : ""], ["Loudness", clip.lufs == null ? "" : `${clip.lufs.toFixed(1)} LUFS`],
  ];
  const said = record.report?.said ?? [];
  return (
    <>
      <h3>Where it comes from</h3>
      <dl className="origin">{rows.filter(([, value]) => value !== "" && value !== undefined && value !== null).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{String(value)}</dd></div>)}</dl>
      {said.length > 0 && <><h3>What was said of it</h3><ul className="said-of">{said.map((line) => <li key={line}>{line}</li>)}</ul></>}
    </>
  );
}
