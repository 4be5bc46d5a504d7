import type { Named } from "../api/types";

/** The vehicle calendar as the API gives it, and the arithmetic of days. */

export interface Booked {
  kind: "booking";
  date: string;
  bookingId: string;
  orderId: string;
  orderReference: string;
  status: "booked" | "dispatched" | "delivered";
  utilisation: number | null;
  weightUtilisation: number | null;
}

export interface Away {
  kind: "unavailable";
  id: string;
  from: string;
  to: string;
  reason: string;
}

export interface Plannable extends Named {
  class: string;
  depot: Named;
  refrigerated: boolean;
  payloadGrams: number;
  volumeMm3: number;
}

export interface Row {
  vehicle: Plannable;
  entries: (Booked | Away)[];
}

export interface Calendar {
  from: string;
  to: string;
  items: Row[];
}

/** Days are counted in UTC, so that no daylight saving makes one shorter. */
const time = (date: string) => Date.parse(`${date}T00:00:00Z`);
const DAY = 86_400_000;

export const plus = (date: string, days: number) =>
  new Date(time(date) + days * DAY).toISOString().slice(0, 10);

export const isDate = (text: string | null): text is string =>
  text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time(text));

/** 0 is Monday (ISO 8601). */
export const weekday = (date: string) => (new Date(time(date)).getUTCDay() + 6) % 7;

export const monday = (date: string) => plus(date, -weekday(date));

/** The number of the week that the day's Thursday lies in (ISO 8601). */
export function week(date: string): number {
  const thursday = plus(date, 3 - weekday(date));
  const first = time(`${thursday.slice(0, 4)}-01-01`);
  return Math.floor((time(thursday) - first) / (7 * DAY)) + 1;
}

export const daysFrom = (from: string, count: number) =>
  Array.from({ length: count }, (_, index) => plus(from, index));

/** What a vehicle does on a day. */
export function on(row: Row, date: string): { booked: Booked[]; away: Away | null } {
  const booked: Booked[] = [];
  let away: Away | null = null;
  for (const each of row.entries) {
    if (each.kind === "booking") {
      if (each.date === date) booked.push(each);
    } else if (each.from <= date && date <= each.to) away = each;
  }
  return { booked, away };
}

export const isFree = (row: Row, date: string) => {
  const { booked, away } = on(row, date);
  return booked.length === 0 && away === null;
};

/** The vehicles by depot, in the order of the depots' names. */
export function byDepot(rows: Row[]): { depot: Named; rows: Row[] }[] {
  const found = new Map<string, { depot: Named; rows: Row[] }>();
  for (const row of rows) {
    const known = found.get(row.vehicle.depot.id);
    if (known) known.rows.push(row);
    else found.set(row.vehicle.depot.id, { depot: row.vehicle.depot, rows: [row] });
  }
  return [...found.values()].sort((a, b) => a.depot.name.localeCompare(b.depot.name));
}
