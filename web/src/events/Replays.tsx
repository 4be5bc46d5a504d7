import { useState } from "react";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { Button } from "../ui/Button";
import { Ago, Meter } from "../ui/Data";
import { TextField } from "../ui/Field";
import { counted, dateTime, percent } from "../ui/format";
import { Section } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { RowButton } from "../ui/RowButton";
import { toast } from "../ui/Toast";
import { cancelReplay, type Replay, replay, REPLAYS } from "./api";

const WORDS = { running: "running", done: "done", cancelled: "cancelled" };

/** Events of the past, given to a rule once more. */
export function Replays({ rule }: { rule: string }) {
  const found = useQuery<Page<Replay>>(`${REPLAYS}?limit=100`, 2000);
  const [asking, setAsking] = useState(false);
  const [cancelling, setCancelling] = useState<Replay | null>(null);
  const items = (found.data?.items ?? []).filter((each) => each.rule === rule);
  return (
    <Section
      title="Replays"
      aside={<Button small icon="retry" onClick={() => setAsking(true)}>Replay…</Button>}
    >
      {items.length === 0 && (
        <p className="faint">
          None. A replay gives this rule, as it is saved, the events of a stretch of time once more.
        </p>
      )}
      <ul className="replays">
        {items.map((each) => (
          <li key={each.id}>
            <p>
              <strong>{dateTime(each.from)} to {dateTime(each.to)}</strong>, {WORDS[each.status]}
              <span className="faint">
                , <Ago at={each.createdAt} /> by {each.requestedBy}: {each.reason}
              </span>
            </p>
            {each.status === "running" && (
              <Meter value={each.progress} label={`${percent(each.progress)} done`} />
            )}
            <p className="num">
              {counted(each.delivered, "event")} taken{each.failed > 0 &&
                `, ${counted(each.failed, "dead letter")}`}, of {each.examined}
            </p>
            {each.status === "running" && (
              <RowButton
                does="Cancel…"
                of={`the replay of ${dateTime(each.from)}`}
                onPress={() => setCancelling(each)}
              />
            )}
          </li>
        ))}
      </ul>
      {asking && <ReplayDialog rule={rule} onClose={() => setAsking(false)} />}
      {cancelling && (
        <ReasonDialog
          title="Cancel this replay?"
          confirm="Cancel it"
          keep="Let it go on"
          danger
          onConfirm={async (reason) => {
            await cancelReplay(cancelling.id, reason);
            toast("It is cancelled");
            setCancelling(null);
          }}
          onClose={() => setCancelling(null)}
        >
          <p>What it has given stays given.</p>
        </ReasonDialog>
      )}
    </Section>
  );
}

function ReplayDialog({ rule, onClose }: { rule: string; onClose: () => void }) {
  const [from, setFrom] = useState(() => local(Date.now() - 86_400_000));
  const [to, setTo] = useState(() => local(Date.now() + 60_000));
  return (
    <ReasonDialog
      title={`Replay events to ${rule}?`}
      confirm="Replay"
      keep="Not now"
      onConfirm={async (reason) => {
        await replay(rule, new Date(from).toISOString(), new Date(to).toISOString(), reason);
        toast("The replay has begun");
        onClose();
      }}
      onClose={onClose}
      fields={
        <div className="grid-2">
          <TextField
            label="From"
            type="datetime-local"
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
          <TextField
            label="Until"
            type="datetime-local"
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        </div>
      }
    >
      <p>
        Every event of that time that the saved rule matches goes to its target again, as if it had
        just happened.
      </p>
    </ReasonDialog>
  );
}

/** A moment as a field for local time wants it. */
function local(moment: number): string {
  const at = new Date(moment);
  return new Date(moment - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
