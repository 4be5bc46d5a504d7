import { count, kg, meters, mm, percentFine } from "../ui/format";
import { axleName } from "./axles";
import { type Difference, totals } from "./differences";
import type { VehicleLoad } from "./types";

/** The figures of two layouts beside each other, as a table has them. */

export interface Figure {
  label: string;
  before: string;
  after: string;
  /** How much it changed; empty where nothing did or nothing can be said. */
  change: string;
  /** What of it is over its limit. */
  over?: { before: boolean; after: boolean };
}

const NONE = "–";

function figure(
  label: string,
  before: number | null | undefined,
  after: number | null | undefined,
  written: (value: number) => string,
  change: (by: number) => string = written,
): Figure {
  const has = (value: number | null | undefined): value is number => typeof value === "number";
  const by = has(before) && has(after) ? after - before : 0;
  const said = change(Math.abs(by));
  return {
    label,
    before: has(before) ? written(before) : NONE,
    after: has(after) ? written(after) : NONE,
    // What rounds to nothing is no change.
    change: by === 0 || said === change(0) ? "" : `${by > 0 ? "+" : "−"}${said}`,
  };
}

const points = (by: number) =>
  `${(100 * by).toLocaleString(undefined, { maximumFractionDigits: 1 })} points`;

function named(vehicles: string[]): string {
  const counts = new Map<string, number>();
  for (const each of vehicles) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].map(([name, many]) => many > 1 ? `${many} × ${name}` : name).join(", ") ||
    NONE;
}

/** Of the whole layouts. */
export function whole(before: VehicleLoad[], after: VehicleLoad[]): Figure[] {
  const [a, b] = [totals(before), totals(after)];
  const by = b.vehicles.length - a.vehicles.length;
  return [
    {
      label: a.vehicles.length === 1 && b.vehicles.length === 1 ? "Vehicle" : "Vehicles",
      before: named(a.vehicles),
      after: named(b.vehicles),
      change: by !== 0
        ? `${by > 0 ? "+" : "−"}${Math.abs(by)}`
        : named(a.vehicles) === named(b.vehicles)
        ? ""
        : "another",
    },
    figure("Boxes", a.boxes, b.boxes, count),
    figure("Weight", a.weightGrams, b.weightGrams, kg),
    figure("Use of volume", a.volume, b.volume, percentFine, points),
    figure("Use of payload", a.payload, b.payload, percentFine, points),
  ];
}

/** Of one vehicle of each. */
export function balance(
  before: VehicleLoad | undefined,
  after: VehicleLoad | undefined,
): Figure[] {
  const [a, b] = [before?.centreOfGravity, after?.centreOfGravity];
  const across = (vehicle: VehicleLoad | undefined) =>
    vehicle?.centreOfGravity && vehicle.centreOfGravity.yMm - vehicle.container.widthMm / 2;
  const length = (value: number) => `${mm(value)} mm`;
  const rows = [
    figure("Boxes", before?.boxes.length, after?.boxes.length, count),
    figure(
      "Use of volume",
      before?.volumeUtilisation,
      after?.volumeUtilisation,
      percentFine,
      points,
    ),
    figure(
      "Use of payload",
      before?.weightUtilisation,
      after?.weightUtilisation,
      percentFine,
      points,
    ),
    figure("Centre of gravity from the front", a?.xMm, b?.xMm, meters),
    figure(
      "Centre of gravity aside",
      across(before),
      across(after),
      (aside) => {
        const by = Math.round(aside);
        return by === 0 ? "in the middle" : `${length(Math.abs(by))} ${by < 0 ? "left" : "right"}`;
      },
      length,
    ),
    figure("Centre of gravity above the floor", a?.zMm, b?.zMm, meters),
  ];
  return [...rows, ...axles(before, after)];
}

function axles(before: VehicleLoad | undefined, after: VehicleLoad | undefined): Figure[] {
  const names = [
    ...new Set([...before?.axles ?? [], ...after?.axles ?? []].map((each) => each.name)),
  ];
  return names.map((name) => {
    const [a, b] = [before, after].map((vehicle) =>
      vehicle?.axles?.find((each) => each.name === name)
    );
    // Of a booked vehicle the whole axle is known, of a kind what the load adds: alike or not at all.
    const wholeAxle = a?.totalGrams !== undefined && b?.totalGrams !== undefined;
    const load = (each: typeof a) => wholeAxle ? each?.totalGrams : each?.loadGrams;
    const limit = (each: typeof a) => wholeAxle ? each?.permittedGrams : each?.limitGrams;
    const row = figure(
      `${axleName({ name })}${wholeAxle ? "" : ", of the load"}`,
      load(a),
      load(b),
      kg,
    );
    const written = (each: typeof a, text: string) =>
      typeof limit(each) === "number" ? `${text} of ${kg(limit(each) ?? 0)}` : text;
    const over = (each: typeof a) => (load(each) ?? 0) > (limit(each) ?? Infinity);
    return {
      ...row,
      before: written(a, row.before),
      after: written(b, row.after),
      over: { before: over(a), after: over(b) },
    };
  });
}

/** How many boxes have which fate. */
export function tally(all: Difference[]): Record<Difference["fate"], number> {
  const found = { same: 0, moved: 0, new: 0, gone: 0 };
  for (const each of all) found[each.fate]++;
  return found;
}
