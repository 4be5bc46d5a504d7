/** Where the places of a trip stand on a drawing: north is up, a kilometre is as long either way. */

export interface Spot {
  x: number;
  y: number;
}

interface Place {
  latitude: number;
  longitude: number;
}

/**
 * Places on a drawing of this size with a margin. Degrees of longitude are shortened by the cosine of the
 * latitude in the middle: an equirectangular projection, true enough for a day's drive.
 */
export function placed(places: Place[], width: number, height: number, margin: number): Spot[] {
  if (places.length === 0) return [];
  const middle = places.reduce((sum, each) => sum + each.latitude, 0) / places.length;
  const shrink = Math.cos((middle * Math.PI) / 180);
  const flat = places.map((each) => ({ x: each.longitude * shrink, y: -each.latitude }));
  const [left, right] = extent(flat.map((each) => each.x));
  const [top, bottom] = extent(flat.map((each) => each.y));
  const room = { x: width - 2 * margin, y: height - 2 * margin };
  const scale = Math.min(
    room.x / Math.max(right - left, 1e-6),
    room.y / Math.max(bottom - top, 1e-6),
  );
  // One place alone, or several in one, stand in the middle.
  const used = right - left < 1e-6 && bottom - top < 1e-6 ? 0 : scale;
  const start = {
    x: (width - (right - left) * used) / 2,
    y: (height - (bottom - top) * used) / 2,
  };
  return flat.map((each) => ({
    x: start.x + (each.x - left) * used,
    y: start.y + (each.y - top) * used,
  }));
}

function extent(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
