import type { Alarm, AlarmRule } from "../api/kernel";

const number = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });

/** 0.052 with unit "ratio" or "%" and so on, as people say it. */
export function quantity(value: number | null | undefined, unit?: string | null): string {
  if (value === null || value === undefined) return "no data";
  if (unit === "ratio" || unit === "share") return `${number.format(value * 100)} %`;
  if ((unit === "seconds" || unit === "s") && Math.abs(value) < 1) {
    return `${number.format(value * 1000)} ms`;
  }
  const short: Record<string, string> = {
    seconds: "s",
    milliseconds: "ms",
    microseconds: "µs",
    percent: "%",
    bytes: "B",
    count: "",
    "1": "",
  };
  const word = unit ? short[unit] ?? unit : "";
  return word ? `${number.format(value)} ${word}` : number.format(value);
}

/** "12 %, limit 5 %". */
export function measured(alarm: Alarm): string {
  if (alarm.value === null || alarm.value === undefined) return "";
  const limit = alarm.threshold === null || alarm.threshold === undefined
    ? ""
    : `, limit ${quantity(alarm.threshold, alarm.unit)}`;
  return `${quantity(alarm.value, alarm.unit)}${limit}`;
}

const COMPARED = { ">": "above", ">=": "at or above", "<": "below", "<=": "at or below" };

const STATISTIC: Record<AlarmRule["statistic"], string> = {
  average: "the average of",
  sum: "the sum of",
  minimum: "the least of",
  maximum: "the most of",
  rate: "the rate per second of",
  ratio: "the ratio of",
  p50: "the median of",
  p99: "the 99th percentile of",
};

export function span(seconds: number): string {
  if (seconds % 3600 === 0) return seconds === 3600 ? "an hour" : `${seconds / 3600} hours`;
  if (seconds % 60 === 0) return seconds === 60 ? "a minute" : `${seconds / 60} minutes`;
  return `${seconds} seconds`;
}

/** The whole condition as a sentence, so that nobody has to decode a rule at night. */
export function condition(rule: Omit<AlarmRule, "id" | "name">): string {
  const what = `${STATISTIC[rule.statistic] ?? rule.statistic} ${rule.metric || "…"}`;
  const labels = Object.entries(rule.labels ?? {}).map(([key, value]) => `${key} ${value}`);
  const where = labels.length > 0 ? ` (${labels.join(", ")})` : "";
  const side = COMPARED[rule.comparison] ?? rule.comparison;
  const limit = rule.kind === "anomaly"
    ? `${side} what is usual by ${rule.band ?? "…"} deviations`
    : `${side} ${rule.threshold ?? "…"}`;
  const times = rule.periods === 1
    ? `over ${span(rule.periodSeconds)}`
    : `in ${rule.datapointsToAlarm} of ${rule.periods} periods of ${span(rule.periodSeconds)}`;
  return `When ${what}${where} is ${limit}, ${times}`;
}

/** A moment before and after, for looking around an alarm. */
export function around(at: string, minutes: number): { from: string; to: string } {
  const moment = Date.parse(at);
  return {
    from: new Date(moment - minutes * 60_000).toISOString(),
    to: new Date(moment + minutes * 60_000).toISOString(),
  };
}
