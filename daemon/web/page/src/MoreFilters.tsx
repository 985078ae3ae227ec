/** The filters that are rarely used. */
export const NO_MORE = { engine: "", licence: "", genre: "", project: "", tag: "", lufs_from: "", lufs_to: "", days: "" };
export type Facets = Record<string, Record<string, number>>;

const CHOICES = ["tag", "genre", "engine", "licence", "project"] as const;

export function MoreFilters({ asked, facets, set, open }: {
  asked: typeof NO_MORE; facets: Facets; set: (name: string, value: string) => void; open: () => void;
}) {
  const count = Object.keys(NO_MORE).filter((name) => asked[name as keyof typeof NO_MORE]).length;
  return (
    <details onToggle={(event) => { if (event.currentTarget.open) open(); }}>
      <summary>More filters{count > 0 && ` (${count} set)`}</summary>
      <div className="filters">
        {CHOICES.map((name) => {
          const choices = Object.entries(facets[name] ?? {});
          return <label key={name}>{name[0].toUpperCase() + name.slice(1)}<select value={asked[name]} disabled={!choices.length} onChange={(e) => set(name, e.target.value)}>
            <option value="">all</option>{choices.map(([one, clips]) => <option key={one} value={one}>{one} ({clips})</option>)}</select></label>;
        })}
        <label>LUFS from<input type="number" step="any" value={asked.lufs_from} onChange={(e) => set("lufs_from", e.target.value)} /></label>
        <label>LUFS to<input type="number" step="any" value={asked.lufs_to} onChange={(e) => set("lufs_to", e.target.value)} /></label>
        <label>Made in the last<select value={asked.days} onChange={(e) => set("days", e.target.value)}>
          <option value="">years</option><option value="1">day</option><option value="7">week</option><option value="31">month</option></select></label>
      </div>
    </details>
  );
}
