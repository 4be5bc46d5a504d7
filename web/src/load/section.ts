import type { PlacedBox } from "./types";

/** A cut through the load along one of its axes: what stands on one side of it is taken away. */

export type Axis = "length" | "width" | "height";

export interface Section {
  axis: Axis;
  /** How far from the front wall, the left wall or the floor, in millimetres. */
  atMm: number;
  /** The other side is taken away than the one that one looks from at first. */
  other: boolean;
}

interface Space {
  lengthMm: number;
  widthMm: number;
  heightMm: number;
}

export const AXES: Axis[] = ["length", "width", "height"];
const START = { length: "xMm", width: "yMm", height: "zMm" } as const;
const EXTENT = { length: "lengthMm", width: "widthMm", height: "heightMm" } as const;

export const extentOf = (axis: Axis, space: Space) => space[EXTENT[axis]];

/** `length-4200`, and `length-4200-other`; null is what says no section. */
export function readSection(text: string | null, space: Space): Section | null {
  const found = /^(length|width|height)-(\d{1,6})(-other)?$/.exec(text ?? "");
  if (!found) return null;
  const axis = found[1] as Axis;
  return {
    axis,
    atMm: Math.min(extentOf(axis, space), Number(found[2])),
    other: found[3] !== undefined,
  };
}

export const writeSection = ({ axis, atMm, other }: Section) =>
  `${axis}-${Math.round(atMm)}${other ? "-other" : ""}`;

/**
 * From where to where the load stays. One looks from the door, from the left and from above, so that
 * the rear, the left and the top are taken away, and the rest where it is the other way round.
 */
export function kept(section: Section): { fromMm: number; toMm: number } {
  const below = (section.axis === "width") === section.other;
  return below
    ? { fromMm: -Infinity, toMm: section.atMm }
    : { fromMm: section.atMm, toMm: Infinity };
}

/** What a section leaves of a box: a box again, the same one where it is not met, or nothing. */
export function remaining<B extends PlacedBox>(box: B, section: Section | null): B | null {
  if (!section) return box;
  const { fromMm, toMm } = kept(section);
  const [start, extent] = [START[section.axis], EXTENT[section.axis]];
  const from = Math.max(fromMm, box[start]);
  const to = Math.min(toMm, box[start] + box[extent]);
  if (to <= from) return null;
  if (from === box[start] && to === box[start] + box[extent]) return box;
  return { ...box, [start]: from, [extent]: to - from };
}

const FROM: Record<Axis, string> = {
  length: "from the front wall",
  width: "from the left wall",
  height: "above the floor",
};

const GONE: Record<Axis, [string, string]> = {
  length: ["the door side", "the front"],
  width: ["the left side", "the right side"],
  height: ["the top", "the bottom"],
};

export const measuredFrom = (axis: Axis) => FROM[axis];
/** Which side is taken away, in words. */
export const taken = ({ axis, other }: Section) => GONE[axis][other ? 1 : 0];
