import type { Run } from "../api/types";
import { humanise } from "../ui/format";
import { LOOKS } from "./looks";
import { span, type Visit } from "./steps";

interface Props {
  run: Run;
  went: Visit[];
  selected: string | null;
  onSelect: (name: string, visit: number) => void;
}

const MOST = 300;

/** When each step ran, on one ruler; waiting and retrying show as they are. */
export function TimeRuler({ run, went, selected, onSelect }: Props) {
  const start = Date.parse(run.startedAt);
  const end = run.endedAt ? Date.parse(run.endedAt) : Date.now();
  const long = Math.max(1, end - start);
  const ticks = scale(long);
  const at = (time: number) => `${(100 * Math.max(0, Math.min(long, time - start))) / long}%`;
  const seen = new Map<string, number>();
  return (
    <div className="ruler">
      <div className="ruler-row ruler-head" aria-hidden="true">
        <span />
        <span className="ruler-scale">
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${(100 * tick) / long}%` }}>
              {tick === 0 ? 0 : span(tick)}
            </span>
          ))}
        </span>
        <span />
      </div>
      <ol>
        {went.slice(0, MOST).map((each) => {
          const number = seen.get(each.name) ?? 0;
          seen.set(each.name, number + 1);
          const from = each.entered ?? start;
          const to = each.left ?? end;
          const took = span(Math.max(0, to - from));
          return (
            <li key={each.enteredEvent}>
              <button
                type="button"
                className={each.name === selected ? "ruler-row ruler-chosen" : "ruler-row"}
                aria-label={`${humanise(each.name)}, ${
                  LOOKS[each.state].word
                }, ${took}, began after ${span(from - start)}`}
                onClick={() => onSelect(each.name, number)}
              >
                <span className="clip">{humanise(each.name)}</span>
                <span className="ruler-track">
                  {ticks.map((tick) => (
                    <i key={tick} style={{ left: `${(100 * tick) / long}%` }} />
                  ))}
                  <span
                    className={`ruler-bar ruler-${LOOKS[each.state].tone}`}
                    style={{ left: at(from), width: `${(100 * Math.max(0, to - from)) / long}%` }}
                  />
                </span>
                <span className="num ruler-took">{took}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {went.length > MOST && <p className="faint">The first {MOST} of {went.length} steps.</p>}
    </div>
  );
}

/** Round marks, four to eight of them. */
function scale(long: number): number[] {
  const rough = long / 6;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? power;
  const found: number[] = [];
  for (let tick = 0; tick < long * 0.97; tick += step) found.push(tick);
  return found;
}
