import type { Decision, Money, Option, ToolCall } from "../api/types";
import {
  co2,
  count,
  counted,
  cubic,
  dateTime,
  humanise,
  kg,
  km,
  money,
  percent,
} from "../ui/format";

/** How a decision is told to people who were not there. */

/** Confidence in a word; the number stands beside it. */
export function sureness(confidence: number): string {
  if (confidence >= 0.95) return "very sure";
  if (confidence >= 0.8) return "sure";
  if (confidence >= 0.6) return "fairly sure";
  if (confidence >= 0.4) return "unsure";
  return "very unsure";
}

export interface Ranked {
  /** What could be chosen, the best first, and the choice before all others. */
  possible: Option[];
  ruledOut: Option[];
}

/** The options as a list from best to worst, what was ruled out apart. */
export function ranked(decision: Pick<Decision, "options" | "choice">): Ranked {
  const all = decision.options ?? [];
  const chosen = (option: Option) => option.label === decision.choice;
  const score = (option: Option) => option.score ?? -1;
  return {
    possible: all.filter((each) => !each.rejected || chosen(each)).sort((a, b) =>
      Number(chosen(b)) - Number(chosen(a)) || score(b) - score(a)
    ),
    ruledOut: all.filter((each) => each.rejected && !chosen(each)),
  };
}

/** One sentence: who chose what out of how many, and how sure. */
export function sentence(decision: Decision): string {
  const { possible, ruledOut } = ranked(decision);
  const others = possible.length + ruledOut.length - 1;
  const among = others > 0
    ? ` over ${counted(others, "other")}${
      ruledOut.length > 0 ? ` (${ruledOut.length} ruled out)` : ""
    }`
    : "";
  const sure = typeof decision.confidence === "number"
    ? `, and was ${sureness(decision.confidence)} (${percent(decision.confidence)})`
    : "";
  return `${humanise(decision.agent)} chose “${decision.choice}”${among}${sure}.`;
}

/** Whether a language model decided. */
export const byModel = (decision: Decision) => Boolean(decision.policy?.model);

/** Who decided, in words: the rules by their name, or the model. */
export function decider(decision: Decision): string {
  const { policy } = decision;
  if (!policy) return "nobody knows";
  return policy.model ? `the model ${policy.model}` : `the rules “${humanise(policy.name)}”`;
}

const CODES: Record<string, string> = {
  "model-not-configured": "no model is configured",
  "model-unauthorised": "the provider did not know the key",
  "model-refused-request": "the provider would not take the question",
  "model-input-too-long": "there was too much to read for the model",
  "model-throttled": "the provider had too much to do",
  "model-unavailable": "the provider could not be reached",
  "model-timed-out": "the model took too long",
  "model-malformed-answer": "the model's answer had the wrong form",
  "model-suspended": "the provider had failed too often just before",
  "model-over-budget": "the budget was used up",
  "model-not-allowed": "the data policy does not let this be sent there",
  "model-cancelled": "it was stopped",
};

/** Why another than the meant policy decided. */
export function insteadOf(decision: Decision): string | null {
  const missed = decision.policy?.insteadOf;
  if (!missed) return null;
  const why = CODES[missed.code] ?? humanise(missed.code).toLowerCase();
  const reason = missed.reason ? `: ${missed.reason.replace(/[.\s]+$/, "")}` : "";
  const meant = missed.name === "language-model"
    ? "A model was to decide"
    : `${humanise(missed.name)} was to decide`;
  return `${meant}, but ${why}${reason}. ${capital(decider(decision))} decided instead.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const VERDICTS: Record<string, string> = {
  approved: "agreed to it",
  amended: "agreed to something else",
  rejected: "did not agree",
};

const UNANSWERED: Record<string, string> = {
  expired: "Nobody agreed to it in time",
  withdrawn: "It was not needed any more",
};

/** Who agreed to a call, in a sentence. */
export function agreement(call: ToolCall): string | null {
  const { approval } = call;
  if (!approval) return null;
  const { verdict, by, comment } = approval;
  const did = UNANSWERED[verdict] ?? `${by?.name ?? "Somebody"} ${VERDICTS[verdict] ?? verdict}`;
  return `${did}${comment ? `: “${comment}”` : ""}.`;
}

const MOST = 90;
/** Longer texts explain; a line of a timeline has no room for them. */
const SHORT = 48;

/** A JSON value in a few words, for a line of a timeline: amounts first, ids and explanations not. */
export function gist(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") return cut(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return counted(value.length, "entry", "entries");
  const first: string[] = [];
  const rest: string[] = [];
  for (const [key, each] of Object.entries(value)) {
    if (each === null || each === undefined || each === "" || isID(each)) continue;
    const name = humanise(key).toLowerCase();
    if (isMoney(each)) first.push(money(each));
    else if (Array.isArray(each)) {
      if (key.endsWith("s")) {
        first.push(counted(each.length, name.replace(/ies$/, "y").replace(/s$/, ""), name));
      }
    } else if (typeof each === "number") rest.push(measured(key, each));
    else if (typeof each === "boolean") rest.push(each ? name : `not ${name}`);
    else if (typeof each === "string" && each.length <= SHORT) rest.push(worded(name, each));
  }
  const parts = [...first, ...rest];
  if (parts.length === 0) return counted(Object.keys(value).length, "member");
  return cut(parts.join(", "));
}

const isID = (value: unknown) =>
  typeof value === "string" && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value);

const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value &&
  Object.keys(value).length === 2;

const cut = (text: string) => text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;

/** Numbers have their unit in the name of their member. */
function measured(key: string, value: number): string {
  if (/co2Grams$/i.test(key)) return co2(value);
  if (key.endsWith("Grams")) return kg(value);
  if (/meters$/i.test(key)) return km(value);
  if (key.endsWith("Mm3")) return cubic(value);
  return `${humanise(key).toLowerCase()} ${count(value)}`;
}

const worded = (name: string, text: string) =>
  /^\d{4}-\d\d-\d\dT/.test(text)
    ? `${name.replace(/ at$/, "")} ${dateTime(text)}`
    : `${name} ${text}`;

export interface Turn {
  number: number;
  model: string;
  tokens: number;
  input: number;
  output: number;
  costMicros: number;
  micros: number;
  /** What it said, and which tools it wanted. */
  said: string;
  wants: string[];
  error: string | null;
}

/** A call of a model as people read it. */
export function turn(call: ToolCall, index: number): Turn {
  const reply = (call.output ?? {}) as {
    model?: string;
    usage?: Record<string, number>;
    parts?: { type?: string; text?: string; name?: string }[];
  };
  const usage = reply.usage ?? {};
  const input = (usage.input ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
  const output = usage.output ?? 0;
  const parts = reply.parts ?? [];
  const error = call.error as { code?: string; message?: string } | undefined;
  return {
    number: index + 1,
    model: reply.model ?? "The model",
    tokens: input + output,
    input,
    output,
    costMicros: call.costMicros ?? 0,
    micros: call.durationMicros ?? 0,
    said: parts.filter((each) => each.type === "text").map((each) => each.text ?? "").join("\n"),
    // A model knows tools by names without dots.
    wants: parts.filter((each) => each.type === "call").map((each) =>
      each.name?.split(/[._]/).pop() ?? ""
    ),
    error: error ? error.message ?? error.code ?? "failed" : null,
  };
}

const PLACES: [RegExp, string][] = [
  [/^\/choice$/, "What was chosen"],
  [/^\/rationale$/, "Why"],
  [/^\/confidence$/, "How sure it was"],
  [/^\/options\/\d+\/score$/, "The score of an option"],
  [/^\/options\/\d+\/reasons/, "The reasons of an option"],
  [/^\/options/, "The options"],
  [/^\/inputs/, "What it saw"],
  [/^\/policy/, "Who decided"],
  [/^\/output/, "What came of it"],
];

/** What a JSON pointer into a decision stands for. */
export const placeName = (pointer: string) =>
  PLACES.find(([pattern]) => pattern.test(pointer))?.[1] ?? "Elsewhere";

/** A cost in millionths; without a currency where the reader may not know it. */
export function modelCost(micros: number, currency?: string | null): string {
  if (micros === 0) return "nothing";
  const value = micros / 1e6;
  const digits = value >= 1 ? 2 : value >= 0.01 ? 4 : 6;
  const style = currency ? { style: "currency" as const, currency } : {};
  return new Intl.NumberFormat(undefined, {
    ...style,
    minimumFractionDigits: Math.min(2, digits),
    maximumFractionDigits: digits,
  }).format(value);
}
