import type { Money } from "../api/types";
import { money, percentFine } from "../ui/format";

const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value;

/** A rate of a vehicle as people read it; prices by the unit may have more digits than money. */
export function rateText(key: string, value: unknown): string {
  if (key.endsWith("BasisPoints") && typeof value === "number") return percentFine(value / 10_000);
  if (!isMoney(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return /\.\d{3}/.test(value.amount) ? `${value.amount} ${value.currency}` : money(value);
}
