import { counted, kg } from "../ui/format";
import type { Fate } from "./differences";
import type { PlacedBox } from "./types";

/** What colours and patterns stand for; each category differs from the others in both. */

export type ColourBy = "stop" | "product" | "weight";

export interface Category {
  key: string;
  label: string;
  colour: string;
  /** 0 plain, 1 to 7 the patterns of `Patterns`. */
  pattern: number;
  boxes: number;
}

export interface Colouring {
  categories: Category[];
  /** The category of each box, in the order of the boxes. */
  of: number[];
}

/** Okabe and Ito's palette, told apart with any colour vision. */
const COLOURS = [
  "#3b82b8",
  "#e69f00",
  "#1f9e78",
  "#cc79a7",
  "#d55e00",
  "#7aa6c2",
  "#c9bd2b",
  "#8a6fb0",
];

/** From light to heavy; the patterns grow denser with it. */
const RAMP = ["#f3dfa2", "#efb366", "#de7c45", "#b54a45", "#7c2f52"];
const DENSITY = [0, 2, 1, 5, 7];

/** Eight patterns over eight colours: 64 categories before two look alike. */
function look(index: number): { colour: string; pattern: number } {
  const turn = Math.floor(index / COLOURS.length);
  return {
    colour: COLOURS[index % COLOURS.length] ?? "#888888",
    pattern: (index + turn) % COLOURS.length,
  };
}

export function stopLook(stop: number) {
  return look(Math.max(1, stop) - 1);
}

export function stopsOf(boxes: PlacedBox[]): number[] {
  return [...new Set(boxes.map((box) => box.stop))].sort((a, b) => a - b);
}

export function colouring(boxes: PlacedBox[], by: ColourBy): Colouring {
  if (by === "weight") return byWeight(boxes);
  const keys = by === "stop"
    ? stopsOf(boxes).map(String)
    : [...new Set(boxes.map((box) => box.item))].sort((a, b) =>
      a.localeCompare(b, undefined, { numeric: true })
    );
  const place = new Map(keys.map((key, index) => [key, index]));
  const names = new Map(boxes.map((box) => [box.item, box.name]));
  const categories = keys.map((key, index): Category => ({
    key,
    label: by === "stop" ? `Stop ${key}` : names.get(key) ?? key,
    ...(by === "stop" ? stopLook(Number(key)) : look(index)),
    boxes: 0,
  }));
  return counting(
    categories,
    boxes.map((box) => place.get(by === "stop" ? String(box.stop) : box.item) ?? 0),
  );
}

const FATES: Record<Fate, { label: string; colour: string; pattern: number }> = {
  same: { label: "Same place", colour: "#b9c3c4", pattern: 0 },
  moved: { label: "Moved", colour: "#e69f00", pattern: 1 },
  gone: { label: "Gone", colour: "#d55e00", pattern: 7 },
  new: { label: "New", colour: "#3b82b8", pattern: 2 },
};

/** By what became of the boxes from one layout to another; fates that no box has are left out. */
export function fateColouring(fates: Fate[]): Colouring {
  const found = (["same", "moved", "gone", "new"] as const).filter((each) => fates.includes(each));
  return counting(
    found.map((key) => ({ key, ...FATES[key], boxes: 0 })),
    fates.map((each) => found.indexOf(each)),
  );
}

function byWeight(boxes: PlacedBox[]): Colouring {
  const weights = [...new Set(boxes.map((box) => box.weightGrams))].sort((a, b) => a - b);
  const few = weights.length <= RAMP.length;
  const least = weights[0] ?? 0;
  const step = nice(((weights[weights.length - 1] ?? 1) - least) / RAMP.length);
  const start = few ? 0 : Math.floor(least / step) * step;
  const at = (grams: number) =>
    few ? weights.indexOf(grams) : Math.min(RAMP.length - 1, Math.floor((grams - start) / step));
  const count = few ? weights.length : RAMP.length;
  const categories = Array.from({ length: count }, (_, index): Category => {
    // Few steps still reach from the lightest to the darkest.
    const tone = count === 1 ? 2 : Math.round((index * (RAMP.length - 1)) / (count - 1));
    const low = start + index * step;
    return {
      key: String(index),
      label: few
        ? kg(weights[index] ?? 0)
        : index === count - 1
        ? `${kg(low)} and more`
        : `${kg(low)} to ${kg(low + step)}`,
      colour: RAMP[tone] ?? "#888888",
      pattern: DENSITY[tone] ?? 0,
      boxes: 0,
    };
  });
  return counting(categories, boxes.map((box) => at(box.weightGrams)));
}

/** 1, 2 or 5 times a power of ten, not below `size`. */
function nice(size: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(size, 1)));
  const found = [1, 2, 5, 10].find((each) => each * power >= size) ?? 10;
  return found * power;
}

function counting(categories: Category[], of: number[]): Colouring {
  for (const index of of) {
    const category = categories[index];
    if (category) category.boxes++;
  }
  return { categories, of };
}

export const categoryText = (each: Category) =>
  `${each.label}, ${counted(each.boxes, "box", "boxes")}`;
