import { useMemo } from "react";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ways } from "./compare";
import { GraphView, type Look } from "./GraphView";
import type { Graph, Placed } from "./layout";
import { LOOKS } from "./looks";
import { retries, span, type StepState, summary, type Visit } from "./steps";

interface Props {
  graph: Graph;
  went: Visit[];
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** The workflow as a picture, with what became of each state. */
export function RunGraph({ graph, went, selected, onSelect }: Props) {
  const byName = useMemo(() => grouped(went), [went]);
  const taken = useMemo(() => ways(went), [went]);
  const caught = (name: string) => byName.get(name)?.some((each) => each.state === "caught");
  return (
    <GraphView
      graph={graph}
      selected={selected}
      onSelect={onSelect}
      attention={stopped(went)}
      look={(node) => lookOf(node, byName.get(node.name) ?? [])}
      way={(line) =>
        taken.has(`${line.from}>${line.to}`) && (line.kind !== "catch" || caught(line.from))
          ? "taken"
          : line.kind === "catch"
          ? "caught"
          : "plain"}
      legend={<Legend went={went} />}
    />
  );
}

/** Where a run failed, or where it is. */
const stopped = (went: Visit[]) =>
  [...went].reverse().find((each) => ["failed", "stopped", "running"].includes(each.state))?.name;

export function grouped(went: Visit[]): Map<string, Visit[]> {
  const found = new Map<string, Visit[]>();
  for (const each of went) {
    const list = found.get(each.name);
    if (list) list.push(each);
    else found.set(each.name, [each]);
  }
  return found;
}

function lookOf(node: Placed, found: Visit[]): Look {
  const state = summary(found);
  const look = LOOKS[state];
  const note = said(found, state, node);
  const spoken = [humanise(node.name), node.state.Type, state === "waiting" ? look.word : note];
  return { tone: look.tone, icon: look.icon, note, spoken: spoken.join(", ") };
}

/** "Done, 31 ms, 2 retries"; of a Map "Done, 12 of 40 iterations". */
function said(found: Visit[], state: StepState, node: Placed): string {
  const parts: string[] = [];
  if (state !== "waiting") parts.push(LOOKS[state].word);
  const last = found[found.length - 1];
  if (found.length > 1) parts.push(`${found.length} times`);
  else if (last?.entered && last.left && last.left > last.entered) {
    parts.push(span(last.left - last.entered));
  }
  const again = retries(found);
  if (again > 0) parts.push(again === 1 ? "1 retry" : `${again} retries`);
  const iterations = last?.iterations;
  if (iterations && found.length === 1) {
    parts.push(
      iterations.ended < iterations.of
        ? `${iterations.ended} of ${iterations.of} iterations`
        : iterations.of === 1
        ? "1 iteration"
        : `${iterations.of} iterations`,
    );
  }
  return parts.length > 0 ? parts.join(", ") : node.inner.length > 0 ? "" : node.state.Type;
}

/** What the shapes and lines mean: those that are there to be seen. */
function Legend({ went }: { went: Visit[] }) {
  const states = [...new Set(went.map((each) => each.state)), "waiting" as const];
  return (
    <ul className="graph-legend" aria-label="Legend">
      {states.map((state) => (
        <li key={state} className={`legend-${LOOKS[state].tone}`}>
          <Icon name={LOOKS[state].icon} size={15} />
          {LOOKS[state].word}
        </li>
      ))}
      <li>
        <i className="legend-line legend-taken" />
        The way it went
      </li>
      <li>
        <i className="legend-line legend-error" />
        On an error
      </li>
    </ul>
  );
}
