import { scaleLinear, scaleTime } from "d3-scale";
import { line } from "d3-shape";
import { type Band, bandsOf, domain, type Step, stepsOf } from "./course";
import type { Evaluation, Measure } from "./types";

/** Where the course of a value stands in a chart: the line, the target, and what was not so. */

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

const TOP = 10;
const RIGHT = 10;

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
