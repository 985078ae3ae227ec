import { useEffect, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import { api } from "./api";
import { player } from "./player";

interface Peaks { peaks: number[]; seconds: number }

/**
 * A clip's waveform, filled as far as it has been played. It is drawn when it is first seen;
 * the sound itself is fetched only when it is played.
 */
export function Wave({ clip, version, height, stamp, playing }: { clip: string; version: string; height: number; stamp?: string; playing: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((all) => { if (all.some((one) => one.isIntersecting)) { setSeen(true); watch.disconnect(); } }, { rootMargin: "200px" });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const [drawn, setDrawn] = useState<{ surfer: WaveSurfer; seconds: number } | null>(null);
  useEffect(() => {
    if (!seen) return;
    let surfer: WaveSurfer | null = null;
    let gone = false;
    api<Peaks>(`clips/${clip}/peaks?version=${version}`).then((found) => {
      if (gone || !box.current) return;
      surfer = WaveSurfer.create({
        container: box.current, height, peaks: [found.peaks], duration: found.seconds, interact: false,
        waveColor: "#7a86a0", progressColor: "#3f6fd8", barWidth: 2, barGap: 1, normalize: true, cursorWidth: 0,
      });
      setDrawn({ surfer, seconds: found.seconds });
    }).catch(() => undefined); // a file that is gone has no sound to draw
    return () => { gone = true; setDrawn(null); surfer?.destroy(); };
  }, [seen, clip, version, height, stamp]);
  useEffect(() => {
    if (!drawn || !playing) return;
    let frame = 0;
    const move = () => { drawn.surfer.setTime((player.position() ?? 0) * drawn.seconds); frame = requestAnimationFrame(move); };
    move();
    return () => { cancelAnimationFrame(frame); drawn.surfer.setTime(0); };
  }, [drawn, playing]);
  return <div className="wave" ref={box} style={{ height }} aria-hidden="true" />;
}
