import { t } from "../words/words";
import { GRIDS } from "./notes";
import type { GridName } from "./notes";

const STRENGTHS = [1, 0.75, 0.5, 0.25];
/** Of one press of narrower or wider. */
const STEP = 1.5;

interface Props {
  grid: GridName;
  setGrid: (grid: GridName) => void;
  strength: number;
  setStrength: (strength: number) => void;
  drawing: boolean;
  setDrawing: (on: boolean) => void;
  isHeard: boolean;
  listen: () => void;
  velocity: number;
  zoom: (by: number) => void;
  large: boolean;
  setLarge: (large: boolean) => void;
  /** What cannot be done now is null. */
  quantise: (() => void) | null;
  setVelocity: ((velocity: number) => void) | null;
  remove: (() => void) | null;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

/** The piano roll's tools. */
export function RollTools({
  grid,
  setGrid,
  strength,
  setStrength,
  drawing,
  setDrawing,
  isHeard,
  listen,
  velocity,
  zoom,
  large,
  setLarge,
  quantise,
  setVelocity,
  remove,
  undo,
  redo,
}: Props) {
  return (
    <div className="row tight roll-tools" role="toolbar" aria-label={t("Tools for notes")}>
      <button
        className="small"
        onClick={listen}
        aria-pressed={isHeard}
        title={t("A plain sound in the browser; the musician plays what is saved. Space")}
      >
        {isHeard ? `❚❚ ${t("Stop")}` : `▶ ${t("Hear the notes")}`}
      </button>
      <button className="small" aria-pressed={drawing} onClick={() => setDrawing(!drawing)} title="b">
        ✎ {t("Draw")}
      </button>
      <label className="inline">
        {t("Grid")}
        <select value={grid} onChange={(event) => setGrid(event.target.value as GridName)}>
          {Object.keys(GRIDS).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <button className="small" onClick={() => quantise?.()} disabled={!quantise} title="q">
        {t("Quantise")}
      </button>
      <label className="inline">
        <span className="hidden">{t("How far notes are moved to the grid")}</span>
        <select value={strength} onChange={(event) => setStrength(Number(event.target.value))}>
          {STRENGTHS.map((one) => (
            <option key={one} value={one}>
              {one * 100} %
            </option>
          ))}
        </select>
      </label>
      <label className="inline velocity">
        {t("Velocity")}
        <input
          type="range"
          min={1}
          max={127}
          value={velocity}
          disabled={!setVelocity}
          onChange={(event) => setVelocity?.(Number(event.target.value))}
        />
      </label>
      <button className="small" onClick={() => remove?.()} disabled={!remove}>
        {t("Take away")}
      </button>
      <button className="small" onClick={() => undo?.()} disabled={!undo} title="Ctrl Z">
        {t("Undo")}
      </button>
      <button className="small" onClick={() => redo?.()} disabled={!redo} title="Ctrl Shift Z">
        {t("Redo")}
      </button>
      <button className="small" onClick={() => zoom(1 / STEP)} aria-label={t("Narrower")}>
        −
      </button>
      <button className="small" onClick={() => zoom(STEP)} aria-label={t("Wider")}>
        +
      </button>
      <button className="small" onClick={() => setLarge(!large)}>
        {large ? t("Smaller") : t("Larger")}
      </button>
    </div>
  );
}
