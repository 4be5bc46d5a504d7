import { useQuery } from "../api/query";
import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { setQuery } from "../shell/router";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Failure } from "../ui/States";
import { REPORT, TOPICS } from "./api";
import type { Report } from "./types";
import { uptimeWords } from "./words";

const fine = new Intl.NumberFormat(undefined, { style: "percent", maximumSignificantDigits: 2 });

/** The four numbers that executives ask for. */
export function Strip() {
  const { data, error, refresh } = useQuery<Report>(REPORT, 15_000, TOPICS);
  const counts = data?.counts;
  const cost = data?.costPerIntentMicros;
  const currency = useCurrency();
  const drifting = counts?.drifting ?? 0;
  const use = data?.agentUtilisation.overall;
  const hours = Math.round((data?.agentUtilisation.periodSeconds ?? 86_400) / 3600);
  if (error !== null && !data) {
    return (
      <div className="card">
        <Failure error={error} retry={refresh} />
      </div>
    );
  }
  return (
    <ul className="figures card intent-strip" aria-label="All intents">
      <li>
        <span>Intent Uptime</span>
        <strong className="num">{uptimeWords(data?.intentUptime)}</strong>
        <small className="faint">of measured open time, the predicate held</small>
      </li>
      <li>
        <span>Agent Utilisation</span>
        <strong className="num">
          {use === null || use === undefined ? "–" : use === 0 ? "0 %" : fine.format(use)}
        </strong>
        <small className="faint">busy of available, the last {hours} h</small>
      </li>
      <li>
        <span>Cost per Intent</span>
        <strong className="num">
          {typeof cost === "number" ? modelCost(cost, currency) : "–"}
        </strong>
        <small className="faint">
          {data ? counted(data.decisions, "decision") : "decisions"} acted for them
        </small>
      </li>
      <li className={drifting > 0 ? "figure-wrong" : ""}>
        <span>Open drifts</span>
        <strong className="num">
          {drifting > 0 && <Icon name="alarm" size={16} />}
          {data ? drifting : "–"}
        </strong>
        <small className="faint">
          {counts
            ? drifting > 0
              ? (
                <button
                  type="button"
                  className="link-button"
                  onClick={() => setQuery({ state: "drifting" })}
                >
                  of {counts.open} open: show them
                </button>
              )
              : `of ${counts.open} open${counts.atRisk > 0 ? `, ${counts.atRisk} at risk` : ""}`
            : "of those open"}
        </small>
      </li>
    </ul>
  );
}
