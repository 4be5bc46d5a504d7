import type { Budget, UsageLine } from "./types";

/** What was used of models, as bars and shares. */

export const tokensOf = (line: UsageLine) =>
  line.tokens.input + line.tokens.output + line.tokens.cacheRead + line.tokens.cacheWrite;

const DAY = 86_400_000;

/** A line for each day of a span, also for those on which nothing was asked. */
export function everyDay(lines: UsageLine[], from: string, to: string): UsageLine[] {
  const known = new Map(lines.map((each) => [each.name, each]));
  const days: UsageLine[] = [];
  const last = Date.parse(`${to}T00:00:00Z`);
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= last; at += DAY) {
    const name = new Date(at).toISOString().slice(0, 10);
    days.push(
      known.get(name) ?? {
        name,
        calls: 0,
        tokens: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        cost: "0.00",
      },
    );
  }
  return days;
}

export interface Share {
  used: number;
  limit: number;
  /** May be above 1, when a call that was under way went over it. */
  share: number;
  left: number;
}

/** How much of a limit is used; null where there is no such limit. */
export function shareOf(used: number, limit: number | null): Share | null {
  if (limit === null) return null;
  return {
    used,
    limit,
    share: limit > 0 ? used / limit : 1,
    left: Math.max(0, limit - used),
  };
}

export type BudgetState = "good" | "soon" | "over";

/** Told from 80 %, as the alarms are; at 100 % rules decide. */
export function budgetState(budget: Budget): BudgetState {
  const shares = [
    shareOf(Number(budget.spent.cost), budget.cost === null ? null : Number(budget.cost)),
    shareOf(budget.spent.tokens, budget.tokens),
  ].map((each) => each?.share ?? 0);
  const most = Math.max(...shares);
  return most >= 1 ? "over" : most >= 0.8 ? "soon" : "good";
}

/** An amount of money of models, which is often far less than a cent. */
export function amount(text: string, currency: string): string {
  const value = Number(text);
  const small = value > 0 && value < 0.01;
  return new Intl.NumberFormat(undefined, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: small ? 6 : value < 1 ? 4 : 2,
  }).format(value);
}
