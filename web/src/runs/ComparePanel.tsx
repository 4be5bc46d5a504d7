import { useQuery } from "../api/query";
import type { Run, RunEvent } from "../api/types";
import { IconButton } from "../ui/Button";
import { Facts } from "../ui/Data";
import { humanise } from "../ui/format";
import { Section } from "../ui/Page";
import { type Pair, took } from "./compare";
import { Changes } from "./DiffList";
import { JsonTree } from "./JsonTree";
import { StepBadge } from "./looks";
import { detailsOf, span, type Visit } from "./steps";

interface Props {
  a: Run;
  b: Run;
  pair: Pair;
  onClose: () => void;
}

/** One step in both runs: how it ended, how long it took, and what differs in its data. */
export function ComparePanel({ a, b, pair, onClose }: Props) {
  const visit = pair.a ?? pair.b;
  const facts = (side: Visit | null): [string, JSX.Element | string][] =>
    side
      ? [
        ["Outcome", <StepBadge key="outcome" state={side.state} />],
        ["Took", took(side) === null ? "–" : span(took(side) ?? 0)],
        ...(side.attempts.length > 1
          ? [["Tries", String(side.attempts.length)] as [string, string]]
          : []),
        ...(side.error
          ? [["Error", `${side.error}${side.cause ? `: ${side.cause}` : ""}`] as [string, string]]
          : []),
      ]
      : [["Outcome", "The run did not come here."]];
  return (
    <Section
      title={humanise(visit?.name ?? "")}
      className="step-panel"
      aside={<IconButton icon="close" label="No step" onClick={onClose} />}
    >
      <div className="compare-facts">
        {(["a", "b"] as const).map((side) => (
          <div key={side}>
            <h3 className="step-part">
              <span className={`side-mark side-${side}`}>{side.toUpperCase()}</span>
            </h3>
            <Facts facts={facts(pair[side])} />
          </div>
        ))}
      </div>
      {(["input", "output"] as const).map((what) => (
        <Data key={what} a={a} b={b} pair={pair} what={what} />
      ))}
    </Section>
  );
}

/** What went in or came out, in one run or as the difference of two. */
function Data({ a, b, pair, what }: Sides & { what: "input" | "output" }) {
  const one = useValue(a, pair.a, what);
  const two = useValue(b, pair.b, what);
  const title = what === "input" ? "Input" : "Output";
  const alone = pair.a ? one : two;
  return (
    <>
      <h3 className="step-part">{title}</h3>
      {one === FETCHING || two === FETCHING
        ? <p className="faint">Fetching…</p>
        : pair.a && pair.b
        ? <Changes before={one ?? null} after={two ?? null} />
        : <JsonTree value={alone ?? null} label={title} />}
    </>
  );
}

type Sides = Pick<Props, "a" | "b" | "pair">;

const FETCHING = Symbol("fetching");

/** A value of a visit, fetched whole where the run's detail left it out for its size. */
function useValue(run: Run, visit: Visit | null, what: "input" | "output"): unknown {
  const cut = what === "input" ? visit?.inputCut : visit?.outputCut;
  const event = what === "input" ? visit?.enteredEvent : visit?.exitedEvent;
  const whole = useQuery<RunEvent>(
    cut && event ? `/api/executions/${encodeURIComponent(run.id)}/events/${event}` : null,
  );
  if (!cut) return visit?.[what];
  return whole.data ? detailsOf(whole.data)[what] : whole.error !== null ? undefined : FETCHING;
}
