import { useEffect, useRef } from "react";
import { player } from "./player";

/** The meter's lower end. */
const FLOOR_DB = -48;
/** How fast it falls. */
const FALL_DB_PER_S = 36;

/** The level of what is heard, with its peak. A picture alone: screen readers hear the music. */
export function Meter({ playing }: { playing: boolean }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let frame = 0,
      shown = FLOOR_DB,
      before = performance.now();
    const move = () => {
      const now = performance.now(),
        peak = player.level();
      shown = Math.max(
        peak > 0 ? 20 * Math.log10(peak) : FLOOR_DB,
        shown - (FALL_DB_PER_S * (now - before)) / 1000,
        FLOOR_DB,
      );
      before = now;
      if (bar.current) {
        bar.current.style.transform = `scaleX(${1 - Math.min(0, shown) / FLOOR_DB})`;
        bar.current.dataset.over = String(shown > -0.1);
      }
      if (playing || shown > FLOOR_DB) frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  return (
    <div className="meter" aria-hidden="true">
      <div ref={bar} />
    </div>
  );
}
