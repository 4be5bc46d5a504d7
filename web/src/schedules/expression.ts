/** When a schedule fires, as a form shows it and as EventBridge Scheduler writes it. */

export type Timing =
  | { kind: "cron"; fields: string }
  | { kind: "rate"; every: string; unit: Unit }
  | { kind: "at"; moment: string };

export type Unit = "minutes" | "hours" | "days";

export const UNITS: Unit[] = ["minutes", "hours", "days"];

export function readTiming(expression: string): Timing {
  const text = expression.trim();
  const inside = (name: string) =>
    text.startsWith(`${name}(`) && text.endsWith(")")
      ? text.slice(name.length + 1, -1).trim()
      : null;
  const rate = /^(\S+)\s+(minute|hour|day)s?$/.exec(inside("rate") ?? "");
  if (rate) return { kind: "rate", every: rate[1] ?? "", unit: `${rate[2]}s` as Unit };
  const at = inside("at");
  // A form's clock shows no seconds that are zero.
  if (at !== null) {
    return { kind: "at", moment: at.replace(/:00$/, "").replace(/^(.*T\d\d)$/, "$1:00") };
  }
  return { kind: "cron", fields: inside("cron") ?? text };
}

export function writeTiming(timing: Timing): string {
  switch (timing.kind) {
    case "cron":
      // Five fields are a crontab's; six end with the year and stand in cron(…).
      return timing.fields.trim().split(/\s+/).length > 5
        ? `cron(${timing.fields.trim()})`
        : timing.fields.trim();
    case "rate": {
      const every = timing.every.trim();
      return `rate(${every} ${every === "1" ? timing.unit.slice(0, -1) : timing.unit})`;
    }
    case "at":
      return `at(${/T\d\d:\d\d$/.test(timing.moment) ? `${timing.moment}:00` : timing.moment})`;
  }
}

/** "every 5 minutes"; what a crontab says is shown as it is. */
export function said(expression: string): string {
  const timing = readTiming(expression);
  if (timing.kind === "rate") {
    return timing.every === "1"
      ? `every ${timing.unit.slice(0, -1)}`
      : `every ${timing.every} ${timing.unit}`;
  }
  return timing.kind === "at" ? `once, ${timing.moment.replace("T", " ")}` : timing.fields;
}

/** A moment as the clock of a zone shows it; the zone of whoever looks, without one. */
export function inZone(moment: string, timeZone?: string): string {
  try {
    return new Intl.DateTimeFormat(undefined, {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone,
    }).format(new Date(moment));
  } catch {
    // A zone that this browser does not know is shown in its own.
    return timeZone === undefined ? moment : inZone(moment);
  }
}

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zones that this browser can name, for a list to choose from. */
export function knownZones(): string[] {
  const list = (Intl as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf;
  try {
    return ["UTC", ...(list?.("timeZone") ?? [])];
  } catch {
    return ["UTC", ownZone()];
  }
}
