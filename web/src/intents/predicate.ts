import type { Comparison, Condition, ConditionValue, Fn, Measure, Metric } from "./types";

/** Predicates: their text, and what it says in words. */

const WORD = /^[\p{L}_][\p{L}\p{N}_.:/-]*$/u;

/** A value as the text form has it: words as they are, other texts in quotes. */
export function literal(value: ConditionValue): string {
  if (typeof value !== "string") return String(value);
  const plain = WORD.test(value) && !/[.:/-]$/.test(value) &&
    !["true", "false", "where", "in", "and", "over"].includes(value);
  return plain ? value : `"${value.replace(/[\\"]/g, (each) => `\\${each}`)}"`;
}

function conditionText({ field, comparison, value }: Condition): string {
  const values = Array.isArray(value) ? value : [value];
  return comparison === "in"
    ? `${field} in (${values.map(literal).join(", ")})`
    : `${field} ${comparison} ${literal(values[0] ?? "")}`;
}

/** The text of a predicate; the server reads it, and has the last word. */
export function write(measure: Measure): string {
  const inner = [
    measure.metric,
    ...(measure.field ? [measure.field] : []),
    ...(measure.conditions ?? []).map(conditionText),
  ].join(", ");
  const among = (measure.where ?? []).map(conditionText).join(", ");
  return `${measure.function}(${inner}${among ? ` where ${among}` : ""}) over ${measure.window} ` +
    `${measure.comparison} ${measure.target}`;
}

export const FUNCTIONS: Record<Fn, string> = {
  share: "share that is",
  count: "number",
  avg: "average",
  sum: "sum",
  min: "smallest",
  max: "largest",
  rate: "rate per second",
  p50: "median",
  p99: "99th percentile",
  last: "latest value",
};

export const COMPARISONS: [Comparison, string][] = [
  [">=", "at least"],
  ["<=", "at most"],
  [">", "more than"],
  ["<", "less than"],
];

export const comparisonWords = (comparison: Comparison) =>
  COMPARISONS.find(([each]) => each === comparison)?.[1] ?? comparison;

const UNITS: Record<string, [string, number]> = {
  s: ["second", 1],
  m: ["minute", 60],
  h: ["hour", 3600],
  d: ["day", 86_400],
};

/** "7d" → "7 days"; "1h" → "hour". */
export function windowWords(window: string): string {
  const [, number, letter] = /^(\d+)([smhd])$/.exec(window) ?? [];
  const unit = UNITS[letter ?? ""]?.[0];
  if (!number || !unit) return window;
  return number === "1" ? unit : `${number} ${unit}s`;
}

export function windowSeconds(window: string): number {
  const [, number, letter] = /^(\d+)([smhd])$/.exec(window) ?? [];
  return Number(number ?? 0) * (UNITS[letter ?? ""]?.[1] ?? 0);
}

/** "logistics.orders-placed" → "orders placed"; "metric:weft_http_request_seconds" → "http request seconds". */
export function sourceWords(name: string): string {
  const bare = name.replace(/^(metric|series):/, "");
  const last = bare === name ? bare.split(".").pop() ?? bare : bare.replace(/^weft_/, "");
  return last.replace(/[-_]+/g, " ");
}

const plain = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });
const percents = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

/** Names of what is a part of one, whatever makes a number of it. */
const PARTS = /(^|[_-])(fill|ratio|share|utilisation|confidence)($|[_-])/;

/** Whether values of a measure are shares, to be read as percentages. */
export const isShare = (measure: Measure) =>
  measure.function === "share" ||
  (!["count", "sum", "rate"].includes(measure.function) &&
    PARTS.test(measure.field ?? measure.metric));

/** What a metric's name says of its unit. */
export function unitOf(measure: Measure): string {
  if (measure.function === "count") return "";
  const name = measure.field ?? measure.metric;
  const unit = /[_-]ms$/.test(name) ? "ms" : /(^|[_-])seconds$/.test(name) ? "s" : "";
  return measure.function === "rate" ? `${unit}/s` : unit;
}

/** A value of a measure, as people write it. */
export function valueWords(measure: Measure, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (isShare(measure)) return percents.format(value);
  const unit = unitOf(measure);
  return unit ? `${plain.format(value)} ${unit}` : plain.format(value);
}

const compact = new Intl.NumberFormat(undefined, {
  notation: "compact",
  maximumSignificantDigits: 3,
});

/** The same, short enough for an axis. */
export function tickWords(measure: Measure, value: number): string {
  if (isShare(measure) || Math.abs(value) < 10_000) return valueWords(measure, value);
  const unit = unitOf(measure);
  return unit ? `${compact.format(value)} ${unit}` : compact.format(value);
}

/** How much a value changed, with its sign: of shares in points. */
export function changeWords(measure: Measure, change: number | null | undefined): string {
  if (change === null || change === undefined) return "–";
  const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
  const size = Math.abs(change);
  if (isShare(measure)) return `${sign}${plain.format(size * 100)} points`;
  const unit = unitOf(measure);
  return `${sign}${plain.format(size)}${unit ? ` ${unit}` : ""}`;
}

const SIGNS: Record<Condition["comparison"], string> = {
  "=": "is",
  "!=": "is not",
  "<": "is below",
  "<=": "is at most",
  ">": "is above",
  ">=": "is at least",
  in: "is",
};

/** What a condition says of things: "that are on time", "whose status is not failed". */
export function conditionWords({ field, comparison, value }: Condition): string {
  const name = field.replace(/[-_]+/g, " ");
  if (value === true || value === false) {
    return (value === true) === (comparison !== "!=") ? `that are ${name}` : `that are not ${name}`;
  }
  const values = Array.isArray(value) ? value : [value];
  const listed = values.length > 1
    ? `${values.slice(0, -1).join(", ")} or ${values[values.length - 1]}`
    : String(values[0] ?? "");
  return `whose ${name} ${SIGNS[comparison]} ${listed}`;
}

const joined = (conditions: Condition[] | undefined) =>
  (conditions ?? []).map((each) => ` ${conditionWords(each)}`).join(" and");

/** "Share of orders that are on time over the last 7 days: at least 95 %". */
export function predicateWords(measure: Measure): string {
  const source = sourceWords(measure.metric);
  const what = (measure.field ?? "").replace(/[-_]+/g, " ");
  const good = joined(measure.conditions);
  const among = joined(measure.where);
  const target = `${comparisonWords(measure.comparison)} ${valueWords(measure, measure.target)}`;
  const name = FUNCTIONS[measure.function];
  const head = name.charAt(0).toUpperCase() + name.slice(1);
  const said = measure.function === "share"
    ? among ? `Share${good} among ${source}${among}` : `Share of ${source}${good}`
    : `${head} of ${what ? `${what} of ${source}` : source}${good}`;
  return `${said} over the last ${windowWords(measure.window)}: ${target}`;
}

/** By which functions a metric can be measured: some need a field of numbers, or one to tell by. */
export const functionsOf = (metric: Metric): Fn[] =>
  metric.functions.filter((fn) =>
    fn === "share"
      ? metric.fields.length > 0
      : !needsField(metric, fn) || numbersOf(metric).length > 0
  );

/** What a metric is measured by at first, as its own fields allow. */
export function beginWith(metric: Metric): Measure {
  const fn = functionsOf(metric)[0] ?? "avg";
  return fitted({
    metric: metric.name,
    function: fn,
    window: "7d",
    comparison: fn === "share" ? ">=" : "<=",
    target: fn === "share" ? 0.95 : 1,
  }, metric);
}

/** Which fields a function can be of. */
export const numbersOf = (metric: Metric) =>
  metric.kind === "records" ? metric.fields.filter((each) => each.kind === "number") : [];

export const needsField = (metric: Metric, fn: Fn) =>
  metric.kind === "records" && !["share", "count", "rate"].includes(fn);

/** A measure as a function allows it: with the field and the condition that it cannot be without. */
export function fitted(measure: Measure, metric: Metric): Measure {
  const { field, conditions = [], where, ...rest } = measure;
  const first = numbersOf(metric)[0];
  const known = metric.fields.some((each) => each.name === field);
  const next: Measure = { ...rest };
  if (needsField(metric, measure.function)) {
    const chosen = known ? field : first?.name;
    if (chosen !== undefined) next.field = chosen;
  }
  const kept = conditions.filter((each) => metric.fields.some(({ name }) => name === each.field));
  if (measure.function === "share" && kept.length === 0) {
    const one = metric.fields[0];
    if (one) kept.push(blank(one));
  }
  if (kept.length > 0) next.conditions = kept;
  const among = (where ?? []).filter((each) =>
    metric.fields.some(({ name }) => name === each.field)
  );
  // Of what is no record, a share is among those alike in all other labels.
  if (among.length > 0 && measure.function === "share" && metric.kind === "records") {
    next.where = among;
  }
  return next;
}

/** A condition on a field, to be changed. */
export function blank(field: { name: string; kind: string; values: string[] }): Condition {
  if (field.kind === "flag") return { field: field.name, comparison: "=", value: true };
  if (field.kind === "number") return { field: field.name, comparison: ">=", value: 0 };
  return { field: field.name, comparison: "=", value: field.values[0] ?? "" };
}

/** The part of a text around a column, with the mark below that place. */
export function excerpt(text: string, column: number, width = 56): [string, string] {
  const scalars = [...text.replace(/\s/g, " ")];
  const at = Math.max(0, Math.min(column - 1, scalars.length));
  const from = Math.max(0, Math.min(at - Math.floor(width / 2), scalars.length - width));
  const before = from > 0 ? "…" : "";
  const shown = before + scalars.slice(from, from + width).join("") +
    (from + width < scalars.length ? "…" : "");
  return [shown, " ".repeat(at - from + before.length) + "^"];
}

/** Where a column of code points is in the text of a field. */
export const offsetOf = (text: string, column: number) =>
  [...text].slice(0, column - 1).join("").length;

/** Which of what can be measured a text may mean; records first, and names before explanations. */
export function matching(metrics: readonly Metric[], text: string): Metric[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (metric: Metric) =>
    words.every((word) => metric.name.toLowerCase().includes(word)) ? 0 : 1;
  return metrics
    .filter((metric) => {
      const all = [metric.name, metric.help, ...metric.fields.map((each) => each.name)]
        .join(" ").toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .sort((a, b) => rank(a) - rank(b));
}
