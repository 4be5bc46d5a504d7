import { isShare } from "./predicate";
import type { Evaluation, IntentState, Measure } from "./types";

/** The course of a value: its stretches, its steps, and the room that they take. */

export interface Band {
  state: IntentState;
  from: number;
  to: number;
}

/** Looks further apart than this have nothing between them. */
const APART = 150_000;

const ms = (text: string) => Date.parse(text);

/** Stretches of one state, as long as nobody looked away. */
export function bandsOf(evaluations: readonly Evaluation[]): Band[] {
  const bands: Band[] = [];
  for (const each of evaluations) {
    const last = bands[bands.length - 1];
    const [from, to] = [ms(each.at), ms(each.until)];
    if (last && last.state === each.state && from - last.to <= APART) {
      last.to = Math.max(last.to, to);
    } else bands.push({ state: each.state, from, to });
  }
  return bands;
}

export interface Step {
  at: number;
  value: number | null;
}

/** The value step by step, with a gap where there is none. */
export function stepsOf(evaluations: readonly Evaluation[]): Step[] {
  const steps: Step[] = [];
  let last: Evaluation | undefined;
  for (const each of evaluations) {
    if (last && ms(each.at) - ms(last.until) > APART) {
      steps.push({ at: ms(last.until), value: null });
    }
    steps.push({ at: ms(each.at), value: each.value }, { at: ms(each.until), value: each.value });
    last = each;
  }
  return steps;
}

/** From and to on the axis of values: all that was measured and the target, with a little room. */
export function domain(measure: Measure, values: readonly number[]): [number, number] {
  const all = [...values, measure.target];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = (most - least) * 0.12 || Math.abs(most) * 0.1 || 1;
  const from = least - room;
  const to = most + room;
  if (isShare(measure) && least >= 0 && most <= 1) return [Math.max(0, from), Math.min(1, to)];
  return [least >= 0 ? Math.max(0, from) : from, to];
}

/** The evaluation that was true at a moment. */
export function at(evaluations: readonly Evaluation[], moment: number): Evaluation | undefined {
  let found: Evaluation | undefined;
  for (const each of evaluations) {
    if (ms(each.at) > moment) break;
    found = each;
  }
  return found && moment - ms(found.until) <= APART ? found : undefined;
}
