import { scaleLinear, scaleTime } from "d3-scale";
import type { Series } from "../api/kernel";

/** Where the points of a chart stand; drawing is the components' part. */
export interface Plot {
  width: number;
  height: number;
  left: number;
  bottom: number;
  x: (at: string) => number;
  y: (value: number) => number;
  moments: Date[];
  values: number[];
  first: Date;
  last: Date;
}

const RIGHT = 8;
const TOP = 8;

export function plot(
  series: Series[],
  width: number,
  height: number,
  span: { from: number; to: number },
  left = 46,
  bottom = 22,
): Plot {
  const known = series.flatMap((each) => each.points.map((point) => point.value))
    .filter((value): value is number => typeof value === "number");
  const most = Math.max(0, ...known);
  const least = Math.min(0, ...known);
  const y = scaleLinear().domain([least, most === least ? least + 1 : most]).nice(4)
    .range([height - bottom, TOP]);
  const first = new Date(span.from);
  const last = new Date(span.to);
  const x = scaleTime().domain([first, last]).range([left, width - RIGHT]);
  return {
    width,
    height,
    left,
    bottom,
    x: (at) => x(Date.parse(at)),
    y: (value) => y(value),
    moments: x.ticks(Math.max(2, Math.floor(width / 110))),
    values: y.ticks(4),
    first,
    last,
  };
}
