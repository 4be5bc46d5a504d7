import { changeWords, valueWords } from "./predicate";
import type { Burn, BurnLevel, Intent, Observation, Remediation, Trend } from "./types";

/** What is said of intents: where they stand, what is done for them, where they are heading. */

export type Stage =
  | "drifting"
  | "unmeasured"
  | "holding"
  | "proposed"
  | "missed"
  | "met"
  | "withdrawn";

/** Where people look first comes first. */
export const STAGES: Stage[] = [
  "drifting",
  "unmeasured",
  "holding",
  "proposed",
  "missed",
  "met",
  "withdrawn",
];

export function stageOf(
  intent: Pick<Intent, "status" | "state"> & { driftingSince?: string | null },
): Stage {
  if (intent.status !== "open") return intent.status;
  if (intent.driftingSince || intent.state === "broken") return "drifting";
  return intent.state === "holds" ? "holding" : "unmeasured";
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const some = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;

/** "3 days", "5 hours", "12 minutes"; of a length of time, rounded down. */
export function lengthWords(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size >= 2 * DAY) return some(Math.floor(size / DAY), "day");
  if (size >= 2 * HOUR) return some(Math.floor(size / HOUR), "hour");
  if (size >= 2 * MINUTE) return some(Math.floor(size / MINUTE), "minute");
  return some(Math.max(1, Math.floor(size / SECOND)), "second");
}

/** "3 days left", "passed 2 hours ago". */
export function leftWords(deadline: string, now: number): string {
  const left = Date.parse(deadline) - now;
  return left > 0 ? `${lengthWords(left)} left` : `passed ${lengthWords(left)} ago`;
}

const percents = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const plain = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export const uptimeWords = (share: number | null | undefined) =>
  share === null || share === undefined ? "–" : percents.format(share);

const ACTIVE: Remediation["status"][] = ["proposed", "approved", "running", "rejected"];

/** What is done or asked for now; at most one thing at a time. */
export const activeOf = (remediations: readonly Remediation[]) =>
  remediations.find((each) => ACTIVE.includes(each.status));

/** "workflow:logistics.recover-orders" → "recover orders". */
export function remediationName(name: string): string {
  const last = name.replace(/^workflow:/, "").split(".").pop() ?? name;
  return last.replace(/[-_]+/g, " ");
}

/** What the Conscience does about an intent now, in a sentence. */
export function doingWords(intent: Intent, remediations: readonly Remediation[]): string {
  if (intent.status === "proposed") return "Waits for somebody to open it";
  if (intent.status === "met") return intent.closedReason ?? "Met";
  if (intent.status !== "open") return intent.closedReason ?? "Closed";
  const active = activeOf(remediations);
  if (active) {
    const name = remediationName(active.name);
    const effect = changeWords(intent.measure, active.predicted);
    if (active.status === "proposed") return `Asks whether to ${name} (${effect} predicted)`;
    if (active.status === "approved") return `Is about to ${name}: it was agreed to`;
    if (active.status === "rejected") return `Was told not to ${name}`;
    return `Runs ${name}, ${effect} predicted`;
  }
  if (intent.driftingSince) {
    const last = remediations.find((each) =>
      each.endedAt !== null && Date.parse(each.endedAt) >= Date.parse(intent.driftingSince ?? "")
    );
    if (!last) return "Knows nothing that helps: people are called";
    const name = remediationName(last.name);
    if (last.status === "improved") return `Did ${name}: better, but not enough yet`;
    if (last.status === "refused") return `Was not allowed to ${name}: a person is called`;
    return `Tried ${name} without effect: a person is called`;
  }
  if (intent.state === "broken") return "Looks once more before it acts";
  if (intent.state === null) return "Looks at it for the first time";
  if (intent.state !== "holds") return "Waits for something to measure";
  if (intent.risk === "burning") return "Sees errors come too fast";
  if (intent.risk === "at-risk") return "Sees it break before the deadline";
  return "Watches";
}

/** The rate at which the budget of errors is used: that of the longest window that has one. */
export function burnRate(burn: Burn | null | undefined): number | null {
  const levels = [...burn?.levels ?? []].sort((a, b) => b.longSeconds - a.longSeconds);
  return levels.find((each) => each.long !== null)?.long ?? null;
}

export const rateWords = (rate: number | null) =>
  rate === null ? "–" : `${plain.format(rate)}× the allowed rate`;

/** One level of the budget, in a sentence. */
export function levelWords(level: BurnLevel): string {
  const over = lengthWords(level.longSeconds * 1000);
  const limit = plain.format(level.threshold);
  if (level.long === null) return `Nothing happened in the last ${over}; it warns from ${limit}×.`;
  const now = level.short === null
    ? ""
    : `, ${plain.format(level.short)}× in the last ${lengthWords(level.shortSeconds * 1000)}`;
  return `${plain.format(level.long)}× in the last ${over}${now}; it warns from ${limit}×` +
    `${level.fires ? ", and does" : ""}.`;
}

/** Where the budget of errors is heading, sentence by sentence. */
export function burnWords(
  burn: Burn,
  deadline: string,
  tell: (at: string) => string,
): string[] {
  const said = [
    `${percents.format(burn.allowed)} may go wrong: that is the budget until ${tell(deadline)}.`,
  ];
  if (burn.consumed === null) return [...said, "Nothing was measured since it was opened."];
  said.push(
    burn.consumed >= 1
      ? `All of it is used up (${whole.format(burn.consumed)}).`
      : `${whole.format(burn.consumed)} of it is used up so far.`,
  );
  if (burn.projected !== null && burn.consumed < 1) {
    said.push(
      burn.projected <= 1
        ? `If it goes on as it does now, ${
          whole.format(burn.projected)
        } will be used up at the deadline: it will do.`
        : `If it goes on as it does now, ${
          whole.format(burn.projected)
        } will be used up at the deadline: that is too much.`,
    );
  }
  if (burn.exhaustedAt && burn.consumed < 1) {
    said.push(`Nothing of it is left from ${tell(burn.exhaustedAt)}.`);
  }
  return said;
}

/** Where the value is heading. */
export function trendWords(
  intent: Intent,
  trend: Trend | null,
  breaksAt: string | null,
  tell: (at: string) => string,
): string[] {
  if (!trend) return [];
  const measure = intent.measure;
  const per = changeWords(measure, trend.slopePerDay);
  const said = [
    trend.slopePerDay === 0
      ? "The value stays as it is."
      : `The value changes by ${per} a day (fit ${whole.format(trend.fit)}).`,
    `At the deadline that comes to ${valueWords(measure, trend.atDeadline)}.`,
  ];
  if (breaksAt) said.push(`It breaks at about ${tell(breaksAt)}.`);
  return said;
}

/** Why there is no value, or of how many it is made. */
export function basisWords(observation: Observation | null): string | null {
  if (!observation) return null;
  const { good, total, reason } = observation;
  if (observation.value === null) return reason;
  if (total === null) return null;
  return good === null
    ? `of ${plain.format(total)}`
    : `${plain.format(good)} of ${plain.format(total)}`;
}

export interface Wanted {
  q: string;
  domain: string;
  owner: string;
  stage: string;
}

/** Those that are looked for. */
export function wantedOf(intents: readonly Intent[], wanted: Wanted): Intent[] {
  const words = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
  return intents.filter((intent) => {
    if (wanted.domain && intent.domain !== wanted.domain) return false;
    if (wanted.owner && intent.owner.id !== wanted.owner) return false;
    if (wanted.stage && stageOf(intent) !== wanted.stage) return false;
    const text = [intent.desired_outcome, intent.domain, intent.predicate, intent.owner.name]
      .join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const SORTS: [string, string][] = [
  ["", "urgent first"],
  ["deadline", "deadline"],
  ["uptime", "worst uptime"],
  ["cost", "highest cost"],
  ["newest", "newest"],
];

const PRIORITY: Record<Intent["priority"], number> = { critical: 0, high: 1, normal: 2, low: 3 };
const RISK = { burning: 0, "at-risk": 1, none: 2 };

/** In the order that the reader asked for; what is closed goes by when, the rest by its deadline. */
export function sorted(intents: readonly Intent[], by: string): Intent[] {
  const time = (text: string) => Date.parse(text);
  const compare = (a: Intent, b: Intent) => {
    switch (by) {
      case "deadline":
        return 0;
      case "uptime":
        return (a.uptime ?? 2) - (b.uptime ?? 2);
      case "cost":
        return b.costMicros - a.costMicros;
      case "newest":
        return time(b.createdAt) - time(a.createdAt);
      default:
        if (a.closedAt && b.closedAt) return time(b.closedAt) - time(a.closedAt);
        return PRIORITY[a.priority] - PRIORITY[b.priority] ||
          RISK[a.risk ?? "none"] - RISK[b.risk ?? "none"];
    }
  };
  return [...intents].sort((a, b) => compare(a, b) || time(a.deadline) - time(b.deadline));
}

/** How far a value is on the way from nothing to its target, and whether it is there: for a bar. */
export function gauge(intent: Intent): { value: number; target: number } | null {
  const { value, measure } = intent;
  if (value === null) return null;
  const most = Math.max(Math.abs(value), Math.abs(measure.target)) *
      (measure.function === "share" ? 1 : 1.15) || 1;
  const full = measure.function === "share" ? 1 : most;
  const part = (each: number) => Math.max(0, Math.min(1, each / full));
  return { value: part(value), target: part(measure.target) };
}

/** What the deadline of a form says, and why not. */
export function deadlineProblem(local: string, now: number): string | null {
  if (!local) return "Say until when.";
  const at = new Date(local).getTime();
  if (!Number.isFinite(at)) return "This is no time.";
  if (at <= now) return "This time has passed; a deadline is ahead.";
  if (at > now + 10 * 366 * DAY) return "That is more than ten years away.";
  return null;
}

/** A moment as a field of the browser has it, in its own time zone. */
export function localTime(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}` +
    `T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What events changed from one to the next, in words, newest first. */
export function changed(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names: [string, string][] = [
    ["desired_outcome", "outcome"],
    ["deadline", "deadline"],
    ["predicate", "predicate"],
    ["priority", "priority"],
    ["owner", "owner"],
    ["constraints", "constraints"],
  ];
  const text = (value: unknown): string =>
    value && typeof value === "object"
      ? "name" in value
        ? String((value as { name: unknown }).name)
        : Object.values(value).join(", ")
      : String(value ?? "none");
  return names.flatMap(([key, word]) => {
    const [was, is] = [text(before[key]), text(after[key])];
    return was === is ? [] : [`${word}: ${was} → ${is}`];
  });
}
