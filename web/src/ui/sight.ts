/** What of a picture is in sight: where it begins, how it is moved until a part is seen, what is next. */

export interface Shown {
  x: number;
  y: number;
  scale: number;
}

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Frame {
  wide: number;
  high: number;
}

export interface Picture {
  width: number;
  height: number;
  /** What comes first in it. */
  start: Rect;
}

const EDGE = 20;
/** Below this its words are no longer read with ease. */
const READABLE = 0.85;
/** Below this they are not read at all: rather a part of the width than all of it. */
const LEGIBLE = 0.6;
const SMALLEST = 0.08;
/** At the right are the buttons that change the size. */
const TOOLS = 48;

/** All of it, however small. */
export function whole({ width, height }: Picture, { wide, high }: Frame): Shown {
  const fits = Math.min((wide - 2 * EDGE) / width, (high - 2 * EDGE) / height, 1);
  const scale = Math.max(SMALLEST, fits);
  return { scale, x: (wide - width * scale) / 2, y: (high - height * scale) / 2 };
}

/**
 * As large as is read with ease, from its top. Its left edge is in sight: what is wider than the
 * frame is made smaller while it can be read, and is moved left only as far as its start asks.
 */
export function beginning(picture: Picture, frame: Frame): Shown {
  const { width, height, start } = picture;
  const { wide, high } = frame;
  const all = whole(picture, frame);
  const across = (wide - 2 * EDGE) / width;
  const scale = Math.max(all.scale, across < LEGIBLE ? READABLE : Math.min(READABLE, across));
  const spare = wide - width * scale;
  const right = wide - EDGE - TOOLS - (start.x + start.width) * scale;
  return {
    scale,
    x: spare >= 2 * EDGE ? spare / 2 : Math.min(EDGE, right),
    y: height * scale <= high - 2 * EDGE ? (high - height * scale) / 2 : EDGE,
  };
}

/** Moved no more than it takes to see a part; of what is larger than the frame, its left and top. */
export function inSight(from: Shown, frame: Frame, part: Rect | undefined): Shown {
  if (!part || frame.wide === 0) return from;
  const move = (at: number, start: number, length: number, room: number) => {
    const before = at + start * from.scale;
    const after = before + length * from.scale;
    if (before >= EDGE && after <= room - EDGE) return at;
    if (before < EDGE) return at + EDGE - before;
    return at - Math.min(after - room + EDGE, before - EDGE);
  };
  const x = move(from.x, part.x, part.width, frame.wide);
  const y = move(from.y, part.y, part.height, frame.high);
  return x === from.x && y === from.y ? from : { ...from, x, y };
}

/** What lies next to a part in the direction of an arrow key. */
export function nearest(order: readonly Rect[], from: Rect, key: string): number {
  const [ax, ay] = [from.x + from.width / 2, from.y + from.height / 2];
  let best = -1;
  let least = Infinity;
  order.forEach((each, index) => {
    if (each === from) return;
    const [dx, dy] = [each.x + each.width / 2 - ax, each.y + each.height / 2 - ay];
    const ahead = key === "ArrowDown"
      ? dy
      : key === "ArrowUp"
      ? -dy
      : key === "ArrowRight"
      ? dx
      : -dx;
    const aside = key === "ArrowDown" || key === "ArrowUp" ? Math.abs(dx) : Math.abs(dy);
    if (ahead < 20) return;
    // Across, what holds a state must not be nearer than the state beside it.
    const far = ahead + aside * (key === "ArrowLeft" || key === "ArrowRight" ? 4 : 1.5);
    if (far < least) {
      least = far;
      best = index;
    }
  });
  return best;
}
