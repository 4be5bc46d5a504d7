import { humanise } from "../ui/format";
import type { State } from "./definition";
import type { Visit } from "./steps";

/** Folds the words of models, as the live channel brings them, into what is shown of them. */

export interface Line {
  /** Stays the same while others come and go. */
  id: number;
  kind: "text" | "call" | "gap";
  /** A sentence or a part of a long one; of a call the tool's name as models know it. */
  text: string;
  /** Nothing more is added to it. */
  ended: boolean;
}

/** What one agent's model says. */
export interface Speech {
  agent: string;
  lines: readonly Line[];
  /** The earliest of it was let go. */
  cut: boolean;
  /** The id of the next line. */
  next: number;
}

/** Everything that is being said in a run, by agent. */
export type Speeches = readonly Speech[];

/** What a page keeps of it: a model that never stops must not fill the memory. */
export const MOST = { agents: 8, lines: 300, characters: 20_000, line: 400 };

const NAME_LENGTH = 200;

/** Adds the words of one message; anything that is none of the three changes nothing. */
export function heard(speeches: Speeches, words: unknown): Speeches {
  if (typeof words !== "object" || words === null) return speeches;
  const { agent, text, call, restarted } = words as Record<string, unknown>;
  if (typeof agent !== "string" || agent.length === 0 || agent.length > NAME_LENGTH) {
    return speeches;
  }
  if (restarted === true) return speeches.filter((each) => each.agent !== agent);
  const old = speeches.find((each) => each.agent === agent) ??
    { agent, lines: [], cut: false, next: 0 };
  let speech: Speech;
  if (typeof text === "string" && text.length > 0) speech = written(old, text);
  else if (typeof call === "string" && call.length > 0) {
    speech = added(old, "call", call.slice(0, NAME_LENGTH));
  } else return speeches;
  const rest = speeches.filter((each) => each.agent !== agent);
  return [...rest.slice(Math.max(0, rest.length + 1 - MOST.agents)), bounded(speech)];
}

/** The channel was away: what was said meanwhile was said to nobody. */
export const interrupted = (speeches: Speeches): Speeches =>
  speeches.map((each) =>
    each.lines[each.lines.length - 1]?.kind === "gap" ? each : bounded(added(each, "gap", ""))
  );

function added(speech: Speech, kind: "call" | "gap", text: string): Speech {
  const lines = ended(speech.lines);
  return {
    ...speech,
    lines: [...lines, { id: speech.next, kind, text, ended: true }],
    next: speech.next + 1,
  };
}

function ended(lines: readonly Line[]): readonly Line[] {
  const last = lines[lines.length - 1];
  return last && !last.ended ? [...lines.slice(0, -1), { ...last, ended: true }] : lines;
}

function written(speech: Speech, text: string): Speech {
  const last = speech.lines[speech.lines.length - 1];
  const open = last?.kind === "text" && !last.ended ? last : null;
  const lines = open ? speech.lines.slice(0, -1) : [...speech.lines];
  let id = open?.id ?? speech.next;
  for (const part of sentences((open?.text ?? "") + text)) {
    lines.push({ id, kind: "text", ...part });
    id += 1;
  }
  return { ...speech, lines, next: Math.max(id, speech.next) };
}

/** Sentences with the white space after them; the last one may still be written. */
function sentences(text: string): { text: string; ended: boolean }[] {
  const found: { text: string; ended: boolean }[] = [];
  let rest = text;
  while (rest.length > 0) {
    const end = /[.!?…]["'”’)\]]*\s+|\n\s*/.exec(rest);
    const at = end ? end.index + (end[0]?.length ?? 0) : rest.length;
    const length = at > MOST.line ? shorter(rest) : at;
    found.push({ text: rest.slice(0, length), ended: end !== null || length < rest.length });
    rest = rest.slice(length);
  }
  return found;
}

/** Where a text without an end is parted: behind a word, never within a character. */
function shorter(text: string): number {
  const space = text.lastIndexOf(" ", MOST.line - 1);
  if (space > MOST.line / 2) return space + 1;
  const code = text.charCodeAt(MOST.line - 1);
  return code >= 0xd800 && code < 0xdc00 ? MOST.line - 1 : MOST.line;
}

/** Lets go of the earliest lines of what grew too long. */
function bounded(speech: Speech): Speech {
  let characters = 0;
  let from = speech.lines.length;
  while (from > 0 && speech.lines.length - from < MOST.lines) {
    characters += speech.lines[from - 1]?.text.length ?? 0;
    if (characters > MOST.characters) break;
    from -= 1;
  }
  return from === 0 ? speech : { ...speech, lines: speech.lines.slice(from), cut: true };
}

/** The agent that a state asks. */
export const agentOf = (state: State | undefined): string | null =>
  /^weft:agent:(.+)$/.exec(state?.Resource ?? "")?.[1] ?? null;

/** How many tries of each agent's steps have ended, by the run's history. */
export function settled(went: readonly Visit[], states: ReadonlyMap<string, State>) {
  const found = new Map<string, number>();
  for (const visit of went) {
    const agent = agentOf(states.get(visit.name));
    if (agent === null) continue;
    const ends = visit.attempts.filter((each) => each.outcome !== "running").length +
      (visit.state === "running" ? 0 : 1);
    found.set(agent, (found.get(agent) ?? 0) + ends);
  }
  return found;
}

/** Without the words that a result stands for now: its agent's, and those of whom it handed on to. */
export function silenced(
  speeches: Speeches,
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): Speeches {
  const done = [...now].filter(([agent, ends]) => ends > (before.get(agent) ?? 0));
  if (done.length === 0) return speeches;
  return speeches.filter(({ agent }) => now.has(agent) && done.every(([each]) => each !== agent));
}

export interface StepSpeech {
  agent: string;
  /** The agent's own words first, then those of agents that are no step's own: it handed on to them. */
  speeches: Speeches;
  /** How many cases are before the agent at once: nobody can tell their words apart. */
  together: number;
}

/** What is being said in a step; null where no model speaks. */
export function speechOf(
  name: string,
  speeches: Speeches,
  went: readonly Visit[],
  states: ReadonlyMap<string, State>,
): StepSpeech | null {
  const agent = agentOf(states.get(name));
  if (agent === null || speeches.length === 0) return null;
  const asked = new Set([...states.values()].map(agentOf));
  const own = speeches.filter((each) => each.agent === agent);
  const others = speeches.filter((each) => !asked.has(each.agent));
  const together = went.filter((each) =>
    each.state === "running" && agentOf(states.get(each.name)) === agent
  );
  return together.length === 0 || own.length + others.length === 0
    ? null
    : { agent, speeches: [...own, ...others], together: together.length };
}

/** A call as people read it: models know tools by names without dots. */
export function callWords(name: string): string {
  if (name === "conclude") return "Writes down its decision";
  if (name === "hand_off") return "Hands the case on";
  return `Asks for: ${humanise(name.replace(/^[^_.]+[_.]/, ""))}`;
}
