export interface Point {
  id: string;
  title: string;
  kind: string;
  part: string;
  key: string;
  bpm: number | null;
  x: number;
  y: number;
}
/** What of the plane is seen: `scale` 1 is all of it; x and y are its corner. */
export interface Sight {
  scale: number;
  x: number;
  y: number;
}
export const WHOLE: Sight = { scale: 1, x: 0, y: 0 };
const MOST_SCALE = 40;

export const toScreen = (
  point: { x: number; y: number },
  sight: Sight,
  wide: number,
  high: number,
): [number, number] => [(point.x - sight.x) * sight.scale * wide, (point.y - sight.y) * sight.scale * high];

/** Nearer by `factor`, with what lies at (x, y) of the screen, 0 to 1, staying there. */
export function zoomed(sight: Sight, factor: number, x: number, y: number): Sight {
  const scale = Math.min(MOST_SCALE, Math.max(1, sight.scale * factor));
  return framed({ scale, x: sight.x + x / sight.scale - x / scale, y: sight.y + y / sight.scale - y / scale });
}

/** Within the plane. */
export function framed({ scale, x, y }: Sight): Sight {
  const most = 1 - 1 / scale;
  return { scale, x: Math.min(most, Math.max(0, x)), y: Math.min(most, Math.max(0, y)) };
}

/** The number of the point nearest to a place on the screen, within `reach` pixels; -1 where none is. */
export function nearestTo(
  points: Point[],
  x: number,
  y: number,
  reach: number,
  sight: Sight,
  wide: number,
  high: number,
): number {
  let best = -1,
    least = reach * reach;
  for (let number = 0; number < points.length; number++) {
    const [px, py] = toScreen(points[number], sight, wide, high);
    const square = (px - x) ** 2 + (py - y) ** 2;
    if (square < least) {
      least = square;
      best = number;
    }
  }
  return best;
}

/** The nearest point in a direction: what lies aside counts double. -1 where nothing lies there. */
export function nearestBeyond(points: Point[], from: number, dx: number, dy: number, ratio: number): number {
  let best = -1,
    least = Infinity;
  const start = points[from];
  for (let number = 0; number < points.length; number++) {
    if (number === from) continue;
    const gx = (points[number].x - start.x) * ratio,
      gy = points[number].y - start.y;
    const along = gx * dx + gy * dy,
      aside = Math.abs(gx * dy) + Math.abs(gy * dx);
    if (along <= 0 || aside > along * 1.2) continue;
    const far = along + 2 * aside;
    if (far < least) {
      least = far;
      best = number;
    }
  }
  return best;
}

/** Whether a place lies inside a drawn line, by the even-odd rule. */
export function isInside(line: [number, number][], x: number, y: number): boolean {
  let inside = false;
  for (let one = 0, other = line.length - 1; one < line.length; other = one++) {
    const [ax, ay] = line[one],
      [bx, by] = line[other];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
