import { KeyboardEvent, PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, Clip, FullClip } from "../api/client";
import { kindName } from "../library/about";
import { player, versionOf } from "../player/player";
import { framed, isInside, nearestBeyond, nearestTo, Point, Sight, toScreen, WHOLE, zoomed } from "./plane";
import { mapWords as say } from "./words";
import "./map.css";

interface Found {
  points: Point[];
  without: number;
}
type Colour = "kind" | "part";
/** Colours of the sheet, in the order in which the most frequent values take them. */
const COLOURS = 8;
const REACH_PX = 14,
  DWELL_MS = 70,
  LASSO_PX = 6;
const asClip = (point: Point) => ({ ...point, name: point.title, prompt: point.title }) as unknown as Clip;

/** Every clip as a point, near what sounds alike: pointed at it sounds, and a lasso selects. */
export default function SoundMap({
  query,
  changed,
  choose,
  say: tell,
  pad,
  picked,
  setPicked,
}: {
  query: string;
  changed: number;
  choose: (clip: string | null) => void;
  say: (text: string) => void;
  pad: (clip: Clip) => void;
  picked: Map<string, Clip>;
  setPicked: (picked: Map<string, Clip>) => void;
}) {
  const [found, setFound] = useState<Found | null>(null);
  const [by, setBy] = useState<Colour>("kind");
  const [hears, setHears] = useState(true);
  const [sight, setSight] = useState<Sight>(WHOLE);
  const [at, setAt] = useState(-1);
  const [size, setSize] = useState<[number, number]>([0, 0]);
  const [theme, setTheme] = useState(0);
  const box = useRef<HTMLDivElement>(null),
    base = useRef<HTMLCanvasElement>(null),
    above = useRef<HTMLCanvasElement>(null);
  const hand = useRef<{ line: [number, number][]; pans: boolean; from: Sight } | null>(null);
  const dwell = useRef(0),
    dips = useRef<HTMLSpanElement>(null);
  // a canvas knows nothing of the sheet's colours, but an element that has one does
  const inks = () => [...dips.current!.children].map((dip) => getComputedStyle(dip).color);
  useEffect(() => {
    let gone = false;
    const wait = setTimeout(
      () =>
        api<Found>(`map?${query}`).then(
          (map) => {
            if (!gone) {
              setFound(map);
              setAt((before) => Math.min(before, map.points.length - 1));
            }
          },
          (error) => tell(error.message),
        ),
      150,
    );
    return () => {
      gone = true;
      clearTimeout(wait);
    };
  }, [query, changed, tell]);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setSize([entry.contentRect.width, entry.contentRect.height]));
    watch.observe(box.current!);
    const turned = () => setTheme((count) => count + 1);
    const scheme = matchMedia("(prefers-color-scheme: dark)"),
      marks = new MutationObserver(turned);
    scheme.addEventListener("change", turned);
    marks.observe(document.documentElement, { attributes: true });
    return () => {
      watch.disconnect();
      scheme.removeEventListener("change", turned);
      marks.disconnect();
      clearTimeout(dwell.current);
    };
  }, []);
  const points = useMemo(() => found?.points ?? [], [found]);
  const valueOf = useCallback((point: Point) => (by === "kind" ? point.kind : point.part || ""), [by]);
  const legend = useMemo(() => {
    const counts = new Map<string, number>();
    points.forEach((point) => counts.set(valueOf(point), (counts.get(valueOf(point)) ?? 0) + 1));
    return [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
  }, [points, valueOf]);
  const colourOf = useMemo(
    () => new Map(legend.map(([value], place) => [value, value ? Math.min(place, COLOURS - 1) : COLOURS - 1])),
    [legend],
  );
  const places = useMemo(() => points.map((point) => colourOf.get(valueOf(point))!), [points, colourOf, valueOf]);
  const [wide, high] = size;

  useEffect(() => {
    const canvas = base.current;
    if (!canvas || !wide) return;
    const context = fitted(canvas, wide, high),
      colours = inks();
    const radius = Math.min(7, Math.max(2.2, 90 / Math.sqrt(points.length + 1)) * Math.sqrt(sight.scale));
    const dots = colours.slice(0, COLOURS).map((colour) => dotOf(colour, radius)),
      half = dots[0].width / 2 / (devicePixelRatio || 1);
    const lassoed = picked.size > 0;
    for (const dim of lassoed ? [true, false] : [false]) {
      context.globalAlpha = dim ? 0.18 : 0.85;
      for (let number = 0; number < points.length; number++) {
        if (lassoed && picked.has(points[number].id) === dim) continue;
        const x = (points[number].x - sight.x) * sight.scale * wide,
          y = (points[number].y - sight.y) * sight.scale * high;
        if (x > -9 && y > -9 && x < wide + 9 && y < high + 9)
          context.drawImage(dots[places[number]], x - half, y - half, 2 * half, 2 * half);
      }
    }
  }, [points, sight, wide, high, places, picked, theme]);
  const drawAbove = useCallback(() => {
    const canvas = above.current;
    if (!canvas || !wide) return;
    const context = fitted(canvas, wide, high),
      [accent, ink] = inks().slice(COLOURS);
    const line = hand.current && !hand.current.pans ? hand.current.line : [];
    if (line.length > 1) {
      context.beginPath();
      line.forEach(([x, y]) => context.lineTo(x, y));
      context.closePath();
      context.strokeStyle = context.fillStyle = accent;
      context.lineWidth = 2;
      context.setLineDash([6, 4]);
      context.stroke();
      context.globalAlpha = 0.1;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash([]);
    }
    const point = points[at];
    if (!point) return;
    const [x, y] = toScreen(point, sight, wide, high);
    context.strokeStyle = ink;
    context.lineWidth = 2.5;
    context.beginPath();
    context.arc(x, y, 9, 0, 7);
    context.stroke();
  }, [points, at, sight, wide, high]);
  useEffect(drawAbove, [drawAbove, theme]);

  const hear = useCallback(
    (point: Point) => {
      api<FullClip>(`clips/${point.id}`).then(
        (clip) => player.play(clip, versionOf({ ...clip, edited: clip.steps.length > 0 }), 0),
        (error) => tell(error.message),
      );
    },
    [tell],
  );
  const placeOf = (event: { clientX: number; clientY: number }): [number, number] => {
    const area = above.current!.getBoundingClientRect();
    return [event.clientX - area.left, event.clientY - area.top];
  };
  function move(event: PointerEvent) {
    const [x, y] = placeOf(event);
    if (hand.current) {
      hand.current.line.push([x, y]);
      const [[fx, fy]] = hand.current.line,
        { from } = hand.current;
      if (hand.current.pans)
        setSight(
          framed({ ...from, x: from.x - (x - fx) / wide / from.scale, y: from.y - (y - fy) / high / from.scale }),
        );
      else drawAbove();
      return;
    }
    const near = nearestTo(points, x, y, REACH_PX, sight, wide, high);
    if (near === at) return;
    setAt(near);
    clearTimeout(dwell.current);
    if (near >= 0 && hears) dwell.current = window.setTimeout(() => hear(points[near]), DWELL_MS);
  }
  function up(event: PointerEvent) {
    const held = hand.current;
    hand.current = null;
    if (!held || held.pans) return;
    const [x, y] = placeOf(event),
      [[fx, fy]] = held.line;
    if (held.line.every(([px, py]) => Math.hypot(px - fx, py - fy) < LASSO_PX)) {
      const near = nearestTo(points, x, y, REACH_PX * 1.5, sight, wide, high);
      if (near >= 0) {
        setAt(near);
        if (event.pointerType === "touch") hear(points[near]);
        else choose(points[near].id);
      } else if (picked.size) setPicked(new Map());
    } else {
      const inside = points.filter((point) => isInside(held.line, ...toScreen(point, sight, wide, high)));
      setPicked(
        new Map([
          ...(event.ctrlKey || event.metaKey ? picked : []),
          ...inside.map((point): [string, Clip] => [point.id, asClip(point)]),
        ]),
      );
      tell(say("lassoed", { count: inside.length }));
    }
    drawAbove();
  }
  const zoom = (factor: number, x = 0.5, y = 0.5) => setSight((before) => zoomed(before, factor, x, y));
  useEffect(() => {
    const canvas = above.current!;
    // React's own wheel events cannot keep the page from scrolling
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const area = canvas.getBoundingClientRect();
      zoom(
        Math.exp(-event.deltaY / 400),
        (event.clientX - area.left) / area.width,
        (event.clientY - area.top) / area.height,
      );
    };
    canvas.addEventListener("wheel", wheel, { passive: false });
    return () => canvas.removeEventListener("wheel", wheel);
  }, []);
  function keys(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = (
      { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] } as Record<
        string,
        [number, number]
      >
    )[event.key];
    const point = points[at];
    const does: Record<string, () => void> = {
      "+": () => zoom(1.4, ...centre()),
      "=": () => zoom(1.4, ...centre()),
      "-": () => zoom(1 / 1.4, ...centre()),
      Escape: () => {
        setPicked(new Map());
        setSight(WHOLE);
      },
      " ": () => {
        if (point) {
          const its = player.snapshot();
          if (its.playing && its.clip?.id === point.id) player.stop();
          else hear(point);
        }
      },
      Enter: () => {
        if (point) choose(point.id);
      },
      a: () => {
        if (point) pad(asClip(point));
      },
      x: () => {
        if (point) {
          const now = new Map(picked);
          if (!now.delete(point.id)) now.set(point.id, asClip(point));
          setPicked(now);
        }
      },
    };
    if (way) {
      event.preventDefault();
      const next =
        at < 0
          ? nearestTo(points, wide / 2, high / 2, 1e9, sight, wide, high)
          : nearestBeyond(points, at, way[0], way[1], wide / Math.max(1, high));
      if (next < 0) return;
      setAt(next);
      bring(points[next]);
      if (hears && player.snapshot().playing) hear(points[next]);
    } else if (does[event.key]) {
      event.preventDefault();
      does[event.key]();
    }
  }
  const centre = (): [number, number] => {
    const point = points[at];
    if (!point) return [0.5, 0.5];
    const [x, y] = toScreen(point, sight, wide, high);
    return [x / wide, y / high];
  };
  /** Move the sight so that a point is in it. */
  function bring(point: Point) {
    setSight((before) => {
      const width = 1 / before.scale;
      return framed({
        ...before,
        x: point.x < before.x || point.x > before.x + width ? point.x - width / 2 : before.x,
        y: point.y < before.y || point.y > before.y + width ? point.y - width / 2 : before.y,
      });
    });
  }
  const point = points[at];
  const nameOf = (value: string) =>
    by === "kind" ? kindName(value) : value === "mixed" ? say("mixed") : value || say("other");
  const screen = point && toScreen(point, sight, wide, high);
  return (
    <div className="map">
      <div className="row map-bar">
        <label className="check">
          <input type="checkbox" checked={hears} onChange={(event) => setHears(event.target.checked)} />
          {say("hover")}
        </label>
        <label>
          {say("colour")}
          <select value={by} onChange={(event) => setBy(event.target.value as Colour)}>
            <option value="kind">{say("kind")}</option>
            <option value="part">{say("part")}</option>
          </select>
        </label>
        <ul className="legend">
          {legend.slice(0, COLOURS).map(([value, many]) => (
            <li key={value}>
              <i data-colour={colourOf.get(value)} />
              {nameOf(value)} <span className="quiet">{many}</span>
            </li>
          ))}
        </ul>
        <span className="row tight end">
          <button className="small" aria-label="−" onClick={() => zoom(1 / 1.6)}>
            −
          </button>
          <button className="small" aria-label="+" onClick={() => zoom(1.6)}>
            +
          </button>
          <button className="small" onClick={() => setSight(WHOLE)} disabled={sight.scale === 1}>
            {say("whole")}
          </button>
        </span>
      </div>
      <div className="map-plane" ref={box}>
        <span ref={dips} hidden>
          {Array.from({ length: COLOURS }, (_, number) => (
            <i key={number} data-dip={number} />
          ))}
          <i data-dip="accent" />
          <i data-dip="ink" />
        </span>
        <canvas ref={base} aria-hidden="true" />
        <canvas
          ref={above}
          role="img"
          tabIndex={0}
          aria-label={say("label", { count: points.length })}
          onKeyDown={keys}
          onFocus={() => {
            if (at < 0 && points.length) setAt(nearestTo(points, wide / 2, high / 2, 1e9, sight, wide, high));
          }}
          onPointerDown={(event) => {
            if (event.button > 1) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            hand.current = { line: [placeOf(event)], pans: event.shiftKey || event.button === 1, from: sight };
          }}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={() => {
            hand.current = null;
          }}
          onPointerLeave={() => clearTimeout(dwell.current)}
        />
        {point && screen && screen[0] >= 0 && screen[0] <= wide && screen[1] >= 0 && screen[1] <= high && (
          <div
            className="map-name"
            style={{ left: Math.min(screen[0] + 14, wide - 180), top: Math.min(screen[1] + 12, high - 44) }}
          >
            <span className="words">{point.title}</span>
            <span className="quiet">
              {[point.kind, point.bpm && `${point.bpm} bpm`, point.key].filter(Boolean).join(" · ")}
            </span>
          </div>
        )}
        {!found && (
          <p className="none map-wait" role="status">
            {say("laying")}
          </p>
        )}
        {found && points.length === 0 && <p className="none map-wait">{say("none")}</p>}
      </div>
      <p className="quiet map-foot">
        {picked.size > 0 && (
          <button className="small" onClick={() => setPicked(new Map())}>
            {say("clear")}
          </button>
        )}{" "}
        {say("hint")} {found && found.without > 0 && say("without", { count: found.without })}
      </p>
      <p className="hidden" role="status">
        {point ? [point.title, point.kind, point.bpm && `${point.bpm} bpm`, point.key].filter(Boolean).join(", ") : ""}
      </p>
    </div>
  );
}

/** A canvas of this size, cleared, in the screen's own pixels. */
function fitted(canvas: HTMLCanvasElement, wide: number, high: number): CanvasRenderingContext2D {
  const scale = devicePixelRatio || 1,
    context = canvas.getContext("2d")!;
  // another size makes a new picture of it, which costs more than all of the points
  if (canvas.width !== Math.round(wide * scale) || canvas.height !== Math.round(high * scale)) {
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(high * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, wide, high);
  context.globalAlpha = 1;
  return context;
}

/** A dot as a picture: ten thousand copies are drawn quicker than ten thousand circles. */
function dotOf(colour: string, radius: number): HTMLCanvasElement {
  const scale = devicePixelRatio || 1,
    dot = document.createElement("canvas");
  dot.width = dot.height = Math.ceil((2 * radius + 2) * scale);
  const context = dot.getContext("2d")!;
  context.fillStyle = colour;
  context.arc(dot.width / 2, dot.height / 2, radius * scale, 0, 7);
  context.fill();
  return dot;
}
