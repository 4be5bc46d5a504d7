import { humanise } from "../ui/format";
import { StepBadge } from "./looks";
import type { State } from "./definition";
import { retries, span, summary, type Visit } from "./steps";

interface Props {
  states: Map<string, State>;
  went: Visit[];
  selected: string | null;
  onSelect: (name: string) => void;
}

/** The graph as a table: every state, what became of it, how long it took. */
export function StepTable({ states, went, selected, onSelect }: Props) {
  return (
    <div className="scroll-x">
      <table className="table table-plain steps-table">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Status</th>
            <th scope="col">Kind</th>
            <th scope="col">Calls</th>
            <th scope="col" className="right">Visits</th>
            <th scope="col" className="right">Retries</th>
            <th scope="col" className="right">Took</th>
          </tr>
        </thead>
        <tbody>
          {[...states].map(([name, state]) => {
            const found = went.filter((each) => each.name === name);
            const took = found.reduce(
              (sum, each) => sum + (each.entered && each.left ? each.left - each.entered : 0),
              0,
            );
            return (
              <tr key={name} className={name === selected ? "row-chosen" : ""}>
                <td className="cell-main">
                  <button
                    type="button"
                    className="link-button"
                    aria-pressed={name === selected}
                    onClick={() => onSelect(name)}
                  >
                    {humanise(name)}
                  </button>
                </td>
                <td className="cell-status">
                  <StepBadge state={summary(found)} />
                </td>
                <td data-label="Kind">{state.Type}</td>
                <td data-label="Calls">
                  <code className="wrap">{state.Resource?.replace(/^weft:\w+:/, "") ?? "–"}</code>
                </td>
                <td data-label="Visits" className="num right">{found.length}</td>
                <td data-label="Retries" className="num right">{retries(found)}</td>
                <td data-label="Took" className="num right">
                  {found.length > 0 ? span(took) : "–"}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
