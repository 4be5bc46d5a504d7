import type { PlacedBox, VehicleLoad } from "./types";

/** What differs between two layouts of an order. */

/** A side of a comparison: a version of the layout, and one of its ways; null is the one in use. */
export interface Side {
  version: number;
  plan: number | null;
}

const SIDE = /^(\d{1,6})(?:-(\d{1,4}))?$/;

/** `3` is version 3, `3-2` the second of its ways. */
export function readSide(text: string | null | undefined): Side | null {
  const found = SIDE.exec(text ?? "");
  if (!found || Number(found[1]) < 1 || found[2] === "0") return null;
  return { version: Number(found[1]), plan: found[2] ? Number(found[2]) - 1 : null };
}

export const writeSide = ({ version, plan }: Side) =>
  plan === null ? String(version) : `${version}-${plan + 1}`;

/** `3..5`, `5-1..5-2`; null for what compares nothing. */
export function readSides(text: string | null): [Side, Side] | null {
  const [before, after, more] = (text ?? "").split("..").map(readSide);
  return before && after && more === undefined ? [before, after] : null;
}

export const writeSides = (before: Side, after: Side) =>
  `${writeSide(before)}..${writeSide(after)}`;

export type Fate = "same" | "moved" | "new" | "gone";

/** Where a box stands: in the how-manieth vehicle, from 0, and there. */
export interface Placing {
  vehicle: number;
  box: PlacedBox;
}

export interface Difference {
  fate: Fate;
  before: Placing | null;
  after: Placing | null;
}

function placings(vehicles: VehicleLoad[]): Map<string, Placing[]> {
  const found = new Map<string, Placing[]>();
  vehicles.forEach(({ boxes }, vehicle) => {
    for (const box of [...boxes].sort((a, b) => a.sequence - b.sequence)) {
      const of = found.get(box.item);
      if (of) of.push({ vehicle, box });
      else found.set(box.item, [{ vehicle, box }]);
    }
  });
  return found;
}

const place = ({ vehicle, box }: Placing) =>
  [vehicle, box.xMm, box.yMm, box.zMm, box.lengthMm, box.widthMm, box.heightMm].join(" ");

/**
 * What became of every box. The pieces of a line are alike: those that fill the same place in the same
 * vehicle are the same, of the others the first to be loaded before is the first to be loaded after,
 * and what is left over is gone or new.
 */
export function differences(before: VehicleLoad[], after: VehicleLoad[]): Difference[] {
  const [old, now] = [placings(before), placings(after)];
  const found: Difference[] = [];
  for (const item of new Set([...old.keys(), ...now.keys()])) {
    const free = new Map<string, Placing[]>();
    for (const each of now.get(item) ?? []) {
      const key = place(each);
      free.set(key, [...free.get(key) ?? [], each]);
    }
    const kept = new Set<Placing>();
    const left: Placing[] = [];
    for (const each of old.get(item) ?? []) {
      const same = free.get(place(each))?.shift();
      if (same) {
        kept.add(same);
        found.push({ fate: "same", before: each, after: same });
      } else left.push(each);
    }
    const other = (now.get(item) ?? []).filter((each) => !kept.has(each));
    for (let index = 0; index < Math.max(left.length, other.length); index++) {
      const [one, two] = [left[index] ?? null, other[index] ?? null];
      found.push({
        fate: one && two ? "moved" : one ? "gone" : "new",
        before: one,
        after: two,
      });
    }
  }
  return found;
}

export interface Totals {
  vehicles: string[];
  boxes: number;
  weightGrams: number;
  /** Of all vehicles together, 0…1; null where there are none. */
  volume: number | null;
  payload: number | null;
}

/** How much all vehicles of a layout carry, and of how much they could. */
export function totals(vehicles: VehicleLoad[]): Totals {
  let [boxes, weight, filled, room, payload] = [0, 0, 0, 0, 0];
  for (const { container, boxes: placed } of vehicles) {
    boxes += placed.length;
    room += container.lengthMm * container.widthMm * container.heightMm;
    payload += container.payloadGrams;
    for (const box of placed) {
      weight += box.weightGrams;
      filled += box.lengthMm * box.widthMm * box.heightMm;
    }
  }
  return {
    vehicles: vehicles.map((each) => each.vehicle.name),
    boxes,
    weightGrams: weight,
    volume: room > 0 ? filled / room : null,
    payload: payload > 0 ? weight / payload : null,
  };
}

/** What is compared first: the version before the newest one, or of a single one two of its ways. */
export function firstSides(versions: number[], shown: number, ways: number[]): [Side, Side] | null {
  const [newest, earlier] = [...versions].sort((a, b) => b - a);
  if (newest === undefined) return null;
  const after = { version: newest, plan: null };
  if (earlier !== undefined) return [{ version: earlier, plan: null }, after];
  const other = ways.find((plan) => plan !== shown);
  return other === undefined ? null : [after, { version: newest, plan: other }];
}
