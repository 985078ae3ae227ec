import { useEffect, useRef } from "react";
import WaveSurfer from "wavesurfer.js";
import { api } from "./api";

interface Peaks { peaks: number[]; seconds: number }

/** A clip's waveform. The sound itself is fetched only when it is played. */
export function Wave({ clip, version, height, stamp }: { clip: string; version: string; height: number; stamp?: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let surfer: WaveSurfer | null = null;
    let gone = false;
    api<Peaks>(`clips/${clip}/peaks?version=${version}`).then((found) => {
      if (gone || !box.current) return;
      surfer = WaveSurfer.create({
        container: box.current, height, peaks: [found.peaks], duration: found.seconds, interact: false,
        waveColor: "#7a86a0", barWidth: 2, barGap: 1, normalize: true, cursorWidth: 0,
      });
    }).catch(() => undefined); // notes have no sound to draw
    return () => { gone = true; surfer?.destroy(); };
  }, [clip, version, height, stamp]);
  return <div className="wave" ref={box} style={{ height }} aria-hidden="true" />;
}
