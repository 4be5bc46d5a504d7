import { useEffect, useState } from "react";
import { Link } from "../shell/router";
import { Value } from "../ui/Data";
import { dateTime, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import type { WholeApproval } from "./approvals";
import { left } from "./left";

interface Props {
  approval: WholeApproval;
  /** Whether the reader is signed in, so that links lead somewhere. */
  linked: boolean;
  onLeave?: () => void;
}

/** Who asks what for whom, and until when. */
export function ApprovalFacts({ approval, linked, onLeave }: Props) {
  const asker = approval.agent ? humanise(approval.agent) : approval.askedBy.name;
  const { details } = approval;
  return (
    <>
      <p className="approval-origin faint">
        Asked {dateTime(approval.requestedAt)} by <strong>{asker}</strong>
        {approval.onBehalfOf && <>, in the name of {approval.onBehalfOf.name}</>}
        {linked && approval.executionId && (
          <>
            , in <Link to={`/runs/${approval.executionId}`} onClick={onLeave}>this run</Link>
          </>
        )}
        {linked && approval.decisionId && (
          <>
            , for{" "}
            <Link to={`/decisions/${approval.decisionId}`} onClick={onLeave}>this decision</Link>
          </>
        )}
        . {approval.kind === "task" ? "The run" : "The agent"} waits for the answer.
      </p>
      {approval.expiresAt && <Countdown until={approval.expiresAt} />}
      {approval.secondPerson && (
        <p className="faint">A second person must decide: not the one in whose name it is asked.</p>
      )}
      {details !== undefined && details !== null && <Value value={details} />}
    </>
  );
}

/** What the agent wants to do: the tool, and what with. */
export function AskedCall({ approval }: { approval: WholeApproval }) {
  if (approval.input === null || approval.input === undefined) return null;
  return (
    <section className="approval-call" aria-label="What is asked for">
      <h3>
        {approval.tool
          ? (
            <>
              {humanise(approval.tool)} <code className="faint">{approval.tool}</code>
            </>
          )
          : "What is proposed"}
      </h3>
      <Value value={approval.input} />
    </section>
  );
}

/** How long there still is. */
export function Countdown({ until }: { until: string }) {
  const [now, setNow] = useState(Date.now);
  const isNear = Date.parse(until) - now < 120_000;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), isNear ? 1000 : 15_000);
    return () => clearInterval(timer);
  }, [isNear]);
  return (
    <p className={isNear ? "approval-left approval-near" : "approval-left"}>
      <Icon name="clock" size={16} />
      <span className="num">{left(until, now)}</span>
      <span className="faint">until {dateTime(until)}</span>
    </p>
  );
}
