import type { Address, Money } from "../api/types";

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const percents = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const percentsFine = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 1,
});
const kilograms = new Intl.NumberFormat(undefined, {
  style: "unit",
  unit: "kilogram",
  maximumFractionDigits: 0,
});
const kilogramsFine = new Intl.NumberFormat(undefined, {
  style: "unit",
  unit: "kilogram",
  maximumFractionDigits: 1,
});
const kilometers = new Intl.NumberFormat(undefined, {
  style: "unit",
  unit: "kilometer",
  maximumFractionDigits: 0,
});
const dates = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const datesYear = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const datesShort = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const times = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const timesFine = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "narrow" });
const currencies = new Map<string, Intl.NumberFormat>();

export const count = (n: number) => whole.format(n);
/** "1 piece", "20 pieces". */
export const counted = (n: number, one: string, many = `${one}s`) =>
  `${count(n)} ${n === 1 ? one : many}`;
export const percent = (n: number) => percents.format(n);
export const percentFine = (n: number) => percentsFine.format(n);
export const km = (meters: number) => kilometers.format(meters / 1000);
export const co2 = (grams: number) => `${kg(grams)} CO₂`;
export const mm = (n: number) => whole.format(n);

export function kg(grams: number): string {
  const value = grams / 1000;
  return Math.abs(value) < 100 ? kilogramsFine.format(value) : kilograms.format(value);
}

export function cubic(mm3: number): string {
  const value = mm3 / 1e9;
  return `${value < 10 ? twoDigits.format(value) : oneDigit.format(value)} m³`;
}

export function meters(lengthMm: number): string {
  return `${twoDigits.format(lengthMm / 1000)} m`;
}

export function money(value: Money | null | undefined): string {
  if (!value) return "–";
  let format = currencies.get(value.currency);
  if (!format) {
    format = new Intl.NumberFormat(undefined, { style: "currency", currency: value.currency });
    currencies.set(value.currency, format);
  }
  return format.format(Number(value.amount));
}

/** A calendar date (2026-12-01) is read as local, so that no time zone moves it. */
function moment(text: string): Date {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00`) : new Date(text);
}

/** Day and month, and the year where it is not this one. */
export function date(text: string): string {
  const at = moment(text);
  return (at.getFullYear() === new Date().getFullYear() ? dates : datesShort).format(at);
}
export const dateLong = (text: string) => datesYear.format(moment(text));
export const time = (text: string) => times.format(moment(text));
export const timeFine = (text: string) => timesFine.format(moment(text));

export function dateTime(text: string): string {
  return `${date(text)}, ${times.format(moment(text))}`;
}

export function ago(text: string, now = Date.now()): string {
  const seconds = (moment(text).getTime() - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return "now";
  if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 86400) return relative.format(Math.round(seconds / 3600), "hour");
  if (size < 7 * 86400) return relative.format(Math.round(seconds / 86400), "day");
  return date(text);
}

/** 940 µs, 31 ms, 2.4 s, 3 min 20 s. */
export function duration(micros: number): string {
  if (micros < 1000) return `${whole.format(micros)} µs`;
  if (micros < 1e6) return `${(micros < 1e4 ? oneDigit : whole).format(micros / 1000)} ms`;
  const seconds = micros / 1e6;
  if (seconds < 90) return `${oneDigit.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 90) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${oneDigit.format(minutes / 60)} h`;
}

export function place(address: { city: string; country: string } | Address | null | undefined) {
  return address ? `${address.city}, ${address.country}` : "–";
}

/** "logistics.process-order" → "Process order"; "BookTransport" → "Book transport". */
export function humanise(name: string): string {
  const last = name.split(/[.:]/).pop() ?? name;
  const words = last.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/[-_]+/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function today(): string {
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
