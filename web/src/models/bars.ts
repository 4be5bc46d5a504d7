import { scaleLinear } from "d3-scale";

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Bars {
  bars: Bar[];
  ticks: { y: number; value: number }[];
  base: number;
}

const TOP = 8;

/** Where the bars of values stand in a picture of that size. */
export function barsOf(
  values: number[],
  width: number,
  height: number,
  left = 56,
  bottom = 22,
): Bars {
  const most = Math.max(0, ...values);
  const base = height - bottom;
  const y = scaleLinear().domain([0, most > 0 ? most : 1]).nice(4).range([base, TOP]);
  const slot = (width - left - 8) / Math.max(1, values.length);
  const bar = Math.max(1, Math.min(48, slot * 0.72));
  return {
    bars: values.map((value, index) => ({
      x: left + slot * index + (slot - bar) / 2,
      y: y(value),
      width: bar,
      height: base - y(value),
    })),
    ticks: y.ticks(4).map((value) => ({ y: y(value), value })),
    base,
  };
}
