import { useState } from "react";
import { get } from "../api/client";
import type { Page, Run, RunEvent } from "../api/types";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { JsonTree } from "./JsonTree";
import { detailsOf, moment, span } from "./steps";

/** The history as AWS names it, with what each event came from. */
export function History({ run, count }: { run: Run; count: number }) {
  const [later, setLater] = useState<RunEvent[]>([]);
  const { busy, act } = useAction();
  const events = [...run.history ?? [], ...later];
  const start = Date.parse(run.startedAt);
  let state = "";
  const more = () =>
    act(async () => {
      const path = `/api/executions/${encodeURIComponent(run.id)}/history`;
      const next = (events[events.length - 1]?.id ?? 0) + 1;
      const page = await get<Page<RunEvent>>(`${path}?cursor=${next}&limit=1000`);
      setLater([...later, ...page.items]);
    });
  return (
    <>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="History">
        <table className="table table-plain table-kept history">
          <thead>
            <tr>
              <th scope="col" className="right">#</th>
              <th scope="col" className="right only-wide">From</th>
              <th scope="col" className="right">After</th>
              <th scope="col">Event</th>
              <th scope="col">State</th>
              <th scope="col">Details</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => {
              const at = moment(event);
              const entered = event.type.endsWith("Entered");
              const wrong = /(Failed|TimedOut|Aborted)$/.test(event.type);
              const about = detailsOf(event).name;
              if (/State(Entered|Exited)$/.test(event.type)) state = about ?? state;
              return (
                <tr key={event.id} className={entered ? "history-enter" : ""}>
                  <td className="num right faint">{event.id}</td>
                  <td className="num right faint only-wide">
                    {String(event.previousEventId ?? "")}
                  </td>
                  <td className="num right nowrap">
                    {at === null ? "–" : span(Math.max(0, at - start))}
                  </td>
                  <td className={wrong ? "wrong nowrap" : "nowrap"}>
                    {wrong && <Icon name="alarm" size={14} />} {event.type}
                  </td>
                  <td>{event.type.startsWith("Execution") ? "" : humanise(state)}</td>
                  <td>
                    <Details event={event} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {count > events.length && (
        <p className="table-note list-foot">
          <span className="faint" role="status">
            The first {events.length} of {count} events.
          </span>
          <Button busy={busy} onClick={more}>Show more</Button>
        </p>
      )}
    </>
  );
}

const ENVELOPE = ["id", "type", "at", "timestamp", "previousEventId"];

function Details({ event }: { event: RunEvent }) {
  const rest = Object.fromEntries(
    Object.entries(event).filter(([key]) => !ENVELOPE.includes(key)),
  );
  if (Object.keys(rest).length === 0) return null;
  return (
    <details className="more-data">
      <summary aria-label={`Details of event ${event.id}`}>Show</summary>
      <JsonTree value={rest} label={`Event ${event.id}`} />
    </details>
  );
}
