/** The part of d3-scale that the charts use. */
interface Linear {
  (value: number): number;
  domain(values: [number, number]): this;
  range(values: [number, number]): this;
  nice(count?: number): this;
  ticks(count?: number): number[];
  invert(value: number): number;
}
interface Time {
  (value: Date | number): number;
  domain(values: [Date, Date]): this;
  range(values: [number, number]): this;
  ticks(count?: number): Date[];
  tickFormat(): (date: Date) => string;
  invert(value: number): Date;
}
export function scaleLinear(): Linear;
export function scaleTime(): Time;
