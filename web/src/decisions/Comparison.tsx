import { useQuery } from "../api/query";
import type { Decision, Page as ListOf } from "../api/types";
import { Link, setQuery, useLocation } from "../shell/router";
import { IconButton } from "../ui/Button";
import { counted, dateTime, humanise } from "../ui/format";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { Side } from "./Counterfactual";
import { type Difference, Differences } from "./Differences";

/** This decision beside another, of the same thing or by the same agent. */
export function Comparison({ decision, onClose }: { decision: Decision; onClose: () => void }) {
  const { query } = useLocation();
  const other = query.get("with");
  const about = useQuery<ListOf<Decision>>(
    `/api/decisions?subject=${encodeURIComponent(decision.subject)}`,
  );
  const by = useQuery<ListOf<Decision>>(
    `/api/decisions?limit=20&agent=${encodeURIComponent(decision.agent)}`,
  );
  const whole = useQuery<Decision>(other && `/api/decisions/${encodeURIComponent(other)}`);
  const diff = useQuery<{ differences: Difference[] }>(
    other &&
      `/api/decisions/${encodeURIComponent(decision.id)}/diff?with=${encodeURIComponent(other)}`,
  );
  const others = (list: Decision[] | undefined) =>
    (list ?? []).filter((each) => each.id !== decision.id);
  const same = others(about.data?.items);
  const alike = others(by.data?.items).filter((each) => !same.some((one) => one.id === each.id));
  const option = (each: Decision) => (
    <option key={each.id} value={each.id}>
      {humanise(each.agent)}: {each.choice}, {dateTime(each.at)}
    </option>
  );
  const error = diff.error ?? whole.error;
  const lists = [about, by];
  const unread = lists.find((each) => each.error !== null);
  const none = lists.every((each) => each.data) && same.length + alike.length === 0;
  return (
    <Section
      title="Compare"
      className="decision-tool"
      aside={<IconButton icon="close" label="Close the comparison" onClick={onClose} />}
    >
      <label className="inline-field inline-wide">
        <span>With</span>
        <select
          className="input select"
          aria-label="With"
          value={other ?? ""}
          onChange={(event) => setQuery({ with: event.target.value })}
        >
          <option value="">choose a decision</option>
          {same.length > 0 && <optgroup label="About the same">{same.map(option)}</optgroup>}
          {alike.length > 0 && (
            <optgroup label={`By ${humanise(decision.agent).toLowerCase()}`}>
              {alike.map(option)}
            </optgroup>
          )}
        </select>
      </label>
      {unread && (
        <p className="wrong">What there is to compare with could not be fetched in full.</p>
      )}
      {none && <p className="faint">There is no other about the same, nor by this agent.</p>}
      {other && error !== null && <Failure error={error} />}
      {other && error === null && (!diff.data || !whole.data) && <Skeleton lines={4} />}
      {other && diff.data && whole.data && (
        <>
          <div className="side-by-side">
            <Side title="This decision" decision={decision} />
            <Side title="The other" decision={whole.data} />
          </div>
          <p>
            <Link to={`/decisions/${other}`}>Open the other</Link>
          </p>
          <details className="more-data">
            <summary>{counted(diff.data.differences.length, "difference")}</summary>
            <Differences items={diff.data.differences} names={["this", "other"]} />
          </details>
        </>
      )}
    </Section>
  );
}
