import { duration } from "../ui/format";

const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const short = new Intl.NumberFormat(undefined, {
  notation: "compact",
  maximumFractionDigits: 1,
});

/** A measured value with its unit, as people write it; a dash where there is none. */
export function amount(value: number | null | undefined, unit?: string | null): string {
  if (value === null || value === undefined) return "–";
  switch (unit) {
    case "ratio":
    case "share":
      return `${plain.format(value * 100)} %`;
    case "percent":
    case "%":
      return `${plain.format(value)} %`;
    case "s":
    case "seconds":
      return duration(value * 1e6);
    case "ms":
    case "milliseconds":
      return duration(value * 1000);
    case "us":
    case "µs":
    case "microseconds":
      return duration(value);
    case "bytes":
    case "B":
      return `${short.format(value)}B`;
    case "":
    case "1":
    case "count":
    case null:
    case undefined:
      return plain.format(value);
    default:
      return `${plain.format(value)} ${unit}`;
  }
}

/** The same, short enough for an axis. */
export function tick(value: number, unit?: string | null): string {
  if (unit === "ratio" || unit === "share") return `${plain.format(value * 100)} %`;
  if (unit === "s" || unit === "seconds" || unit === "ms" || unit === "milliseconds") {
    return value === 0 ? "0" : amount(value, unit);
  }
  return short.format(value);
}

/** Milliseconds, as spans and traces give them. */
export const milliseconds = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : duration(value * 1000);
