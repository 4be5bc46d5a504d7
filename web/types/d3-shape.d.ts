/** The part of d3-shape that the charts and the service map use. */
interface Line<T> {
  x(value: (d: T) => number): this;
  y(value: (d: T) => number): this;
  defined(value: (d: T) => boolean): this;
  curve(value: unknown): this;
  (data: T[]): string | null;
}
interface Area<T> {
  x(value: (d: T) => number): this;
  y0(value: number): this;
  y1(value: (d: T) => number): this;
  defined(value: (d: T) => boolean): this;
  curve(value: unknown): this;
  (data: T[]): string | null;
}
interface LinkShape<T> {
  x(value: (d: T) => number): this;
  y(value: (d: T) => number): this;
  (link: { source: T; target: T }): string | null;
}
export function line<T>(): Line<T>;
export function area<T>(): Area<T>;
export function linkHorizontal<T>(): LinkShape<T>;
export const curveMonotoneX: unknown;
