import type { Move, OrderStatus } from "../api/types";
import { dateTime, humanise, timeFine } from "../ui/format";
import { STATUS, StatusMark } from "./status";

const WAY: OrderStatus[] = ["received", "analysed", "booked", "dispatched", "delivered"];

interface Props {
  moves: Move[];
  /** The status now: what lies ahead of it on the way is shown faintly. */
  ahead?: OrderStatus;
  detailed?: boolean;
}

/** What became of the order, when, by whom and why. */
export function Timeline({ moves, ahead, detailed }: Props) {
  const at = ahead ? WAY.indexOf(ahead) : -1;
  const rest = at >= 0 ? WAY.slice(at + 1) : [];
  return (
    <ol className="timeline">
      {moves.map((move, index) => (
        <li key={index}>
          <StatusMark status={move.to} />
          <div>
            <div className="timeline-head">
              <strong>{STATUS[move.to]?.label ?? move.to}</strong>
              <time className="num faint" dateTime={move.at} title={move.at}>
                {detailed ? `${dateTime(move.at).split(",")[0]}, ${timeFine(move.at)}` : dateTime(
                  move.at,
                )}
              </time>
            </div>
            {move.actor && (
              <p className="faint">
                {move.actor.kind === "service" ? humanise(move.actor.name) : move.actor.name}
                {move.actor.kind === "service" ? " agent" : ""}
              </p>
            )}
            {move.reason && <p>{move.reason}</p>}
          </div>
        </li>
      ))}
      {rest.map((status) => (
        <li key={status} className="timeline-ahead">
          <StatusMark status={status} />
          <div className="timeline-head">{STATUS[status].label}</div>
        </li>
      ))}
    </ol>
  );
}
