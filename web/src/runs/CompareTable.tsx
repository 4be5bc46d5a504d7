import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useRowKeys } from "../ui/rows";
import { type Pair, took } from "./compare";
import { StepBadge } from "./looks";
import { span, type Visit } from "./steps";

interface Props {
  all: Pair[];
  chosen: Pair | undefined;
  onChoose: (pair: Pair) => void;
}

const MOST = 1000;

/** The steps of both, each beside its like; what only one took stands alone. */
export function CompareTable({ all, chosen, onChoose }: Props) {
  const keys = useRowKeys();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Steps of both runs">
      <table className="table table-plain table-kept compare-table" onKeyDown={keys}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">A</th>
            <th scope="col" className="right only-wide">Took</th>
            <th scope="col">B</th>
            <th scope="col" className="right only-wide">Took</th>
            <th scope="col">Differs in</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, MOST).map((pair, index) => {
            const visit = pair.a ?? pair.b;
            if (!visit) return null;
            const lane = visit.parent?.kind === "Map" && visit.index !== null
              ? `${visit.index + 1}. `
              : "";
            return (
              <tr
                key={index}
                data-row=""
                className={rowClass(pair, pair === chosen)}
                onClick={() => onChoose(pair)}
              >
                <td style={{ paddingLeft: `${16 + pair.depth * 18}px` }}>
                  <button
                    type="button"
                    className="link-button"
                    aria-pressed={pair === chosen}
                    onClick={(event) => {
                      event.stopPropagation();
                      onChoose(pair);
                    }}
                  >
                    {lane}
                    {humanise(visit.name)}
                  </button>
                </td>
                <Half visit={pair.a} other="B" />
                <Half visit={pair.b} other="A" />
                <td>
                  <Differs pair={pair} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {all.length > MOST && <p className="faint table-note">The first {MOST} of {all.length}.</p>}
    </div>
  );
}

function rowClass(pair: Pair, chosen: boolean): string {
  const names = [];
  if (chosen) names.push("row-chosen");
  if (!pair.b) names.push("only-a");
  if (!pair.a) names.push("only-b");
  return names.join(" ");
}

function Half({ visit, other }: { visit: Visit | null; other: string }) {
  const time = took(visit);
  return (
    <>
      <td>
        {visit ? <StepBadge state={visit.state} /> : <span className="faint">only in {other}</span>}
      </td>
      <td className="num right only-wide">{time === null ? "–" : span(time)}</td>
    </>
  );
}

const WORDS = {
  state: "outcome",
  input: "input",
  output: "output",
  error: "error",
  attempts: "tries",
};

function Differs({ pair }: { pair: Pair }) {
  if (!pair.a || !pair.b) return <span className="faint">–</span>;
  if (pair.differs.length === 0) return <span className="faint">nothing</span>;
  return (
    <span className="differs">
      <Icon name="diamond" size={14} />
      {pair.differs.map((each) => WORDS[each]).join(", ")}
    </span>
  );
}
