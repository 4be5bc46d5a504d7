import { scaleLinear, scaleTime } from "d3-scale";
import { line } from "d3-shape";
import type { Evaluation, IntentState, Measure } from "./api";
import { isShare } from "./predicate";

/** Where the course of a value stands in a chart: the line, the target, and what was not so. */

export interface Band {
  state: IntentState;
  from: number;
  to: number;
}

export interface Course {
  left: number;
  bottom: number;
  x: (moment: number) => number;
  y: (value: number) => number;
  line: string;
  bands: Band[];
  values: number[];
  moments: Date[];
}

/** Looks further apart than this have nothing between them. */
const APART = 150_000;
const TOP = 10;
const RIGHT = 10;

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

interface Step {
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

export function course(
  measure: Measure,
  evaluations: readonly Evaluation[],
  size: { width: number; height: number },
  span: { from: number; to: number },
): Course {
  const left = 54;
  const bottom = 24;
  const steps = stepsOf(evaluations);
  const known = steps.flatMap((each) => each.value === null ? [] : [each.value]);
  const y = scaleLinear().domain(domain(measure, known)).nice(4)
    .range([size.height - bottom, TOP]);
  const x = scaleTime().domain([new Date(span.from), new Date(span.to)])
    .range([left, size.width - RIGHT]);
  const place = (moment: number) => x(new Date(Math.max(span.from, Math.min(span.to, moment))));
  const drawn = line<Step>().defined((each) => each.value !== null)
    .x((each) => place(each.at)).y((each) => y(each.value ?? 0));
  return {
    left,
    bottom,
    x: place,
    y: (value) => y(value),
    line: drawn(steps) ?? "",
    bands: bandsOf(evaluations),
    values: y.ticks(4),
    moments: x.ticks(Math.max(2, Math.floor(size.width / 110))),
  };
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
