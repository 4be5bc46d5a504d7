import { useState } from "react";
import { useQuery } from "../api/query";
import type { Decision } from "../api/types";
import { Subject } from "../runs/words";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useMe } from "../shell/me";
import { useRecent } from "../shell/recent";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { dateTime, humanise } from "../ui/format";
import { Page } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { Comparison } from "./Comparison";
import { Counterfactual } from "./Counterfactual";
import { DecisionBody } from "./DecisionBody";
import { OverruleDialog } from "./OverruleDialog";
import { Replay } from "./Replay";
import { sentence } from "./words";

const TOPICS = ["decisions"];
const JUDGES = ["admin", "manager", "planner", "supervisor"];

/** Whether the reader may try decisions otherwise and overrule them. */
function useJudge(): boolean {
  const me = useMe();
  return me?.roles.some((role) => JUDGES.includes(role)) ?? false;
}

/** One decision: what was decided and why, and what can be done about it. */
export function DecisionPage({ id }: { id: string }) {
  const path = `/api/decisions/${encodeURIComponent(id)}`;
  const { data, error, refresh } = useQuery<Decision>(path, 15_000, TOPICS);
  const { query } = useLocation();
  const judge = useJudge();
  const [overruling, setOverruling] = useState(false);
  const show = query.get("show");
  const back = { to: "/decisions", label: "Decisions" };
  useRecent(`/decisions/${id}`, data && `${humanise(data.agent)}: ${data.choice}`, "agents");
  useEscape(() => navigate("/decisions"), 0);
  useEscape(() => setQuery({ show: null, with: null }), 1, show !== null);
  const open = (what: string) => setQuery({ show: show === what ? null : what, with: null });
  const mayOverrule = judge && data !== undefined && !data.overruled;
  usePageActions([
    {
      id: "replay",
      label: "Replay this decision",
      icon: "retry",
      key: "r",
      run: () => open("replay"),
    },
    ...(judge
      ? [{
        id: "try",
        label: "Try other rules or models…",
        icon: "flow" as const,
        key: "t",
        run: () => open("try"),
      }]
      : []),
    {
      id: "compare",
      label: "Compare with another decision…",
      icon: "compare",
      key: "c",
      run: () => open("compare"),
    },
    ...(mayOverrule
      ? [{
        id: "overrule",
        label: "Overrule…",
        icon: "people" as const,
        key: "o",
        run: () => setOverruling(true),
      }]
      : []),
  ]);
  if (error !== null && !data) {
    return (
      <Page title="Decision" back={back}>
        <div className="card">
          <Failure error={error} retry={refresh} />
        </div>
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title="Decision" back={back}>
        <div className="card">
          <Skeleton lines={10} />
        </div>
      </Page>
    );
  }
  return (
    <Page
      title={data.choice}
      back={back}
      lead={
        <>
          {sentence(data)}{" "}
          <span className="faint">
            {dateTime(data.at)}, about <About subject={data.subject} />.
          </span>
        </>
      }
      actions={
        <>
          <Button icon="retry" aria-pressed={show === "replay"} onClick={() => open("replay")}>
            Replay
          </Button>
          {judge && (
            <Button icon="flow" aria-pressed={show === "try"} onClick={() => open("try")}>
              Try otherwise
            </Button>
          )}
          <Button icon="compare" aria-pressed={show === "compare"} onClick={() => open("compare")}>
            Compare
          </Button>
          {mayOverrule && (
            <Button kind="danger" icon="people" onClick={() => setOverruling(true)}>
              Overrule…
            </Button>
          )}
        </>
      }
    >
      {show === "replay" && <Replay key={id} id={id} onClose={() => setQuery({ show: null })} />}
      {show === "try" && judge && (
        <Counterfactual
          key={id}
          decision={data}
          onClose={() => setQuery({ show: null })}
        />
      )}
      {show === "compare" && (
        <Comparison
          decision={data}
          onClose={() => setQuery({ show: null, with: null })}
        />
      )}
      <div className="card decision-whole">
        <DecisionBody decision={data} />
      </div>
      {overruling && (
        <OverruleDialog
          decision={data}
          onDone={() => void refresh()}
          onClose={() => setOverruling(false)}
        />
      )}
    </Page>
  );
}

/** What it is about; an order by its number. */
function About({ subject }: { subject: string }) {
  const id = /^order:([0-9a-f-]{36})$/.exec(subject)?.[1];
  const order = useQuery<{ reference: string }>(id ? `/api/orders/${id}` : null);
  return id && order.data
    ? <Link to={`/orders/${id}?tab=decisions`}>order {order.data.reference}</Link>
    : <Subject subject={subject} />;
}
