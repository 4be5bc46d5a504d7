import { useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import type { BulkResult } from "../api/kernel";
import type { OrderSummary } from "../api/types";
import { usePageActions } from "../shell/actions";
import { Link } from "../shell/router";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ReasonDialog } from "../ui/ReasonDialog";
import type { Selection } from "../ui/selection";

type Action = "cancel" | "retry";

const WORDS: Record<Action, { title: string; confirm: string; done: string; what: string }> = {
  cancel: {
    title: "Cancel",
    confirm: "Cancel them",
    done: "cancelled",
    what: "Their bookings are released. This is final, and the reason stays with each order.",
  },
  retry: {
    title: "Retry",
    confirm: "Retry them",
    done: "started again",
    what: "Each is packed, priced and booked anew. Only orders that failed can be retried.",
  },
};

/** The most that the server takes at once. */
const MOST = 200;

interface Outcome {
  action: Action;
  results: BulkResult[];
  /** As they were called when it was asked for: some may have left the list since. */
  names: Map<string, string>;
}

/** What can be done with all ticked orders at once, and then what became of each. */
export function BulkBar({ orders, selection }: { orders: OrderSummary[]; selection: Selection }) {
  const [asking, setAsking] = useState<Action | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const number = selection.ids.length;
  usePageActions(
    number === 0 ? [] : [
      {
        id: "bulk-cancel",
        label: `Cancel ${counted(number, "selected order")}…`,
        icon: "stop",
        run: () => setAsking("cancel"),
      },
      {
        id: "bulk-retry",
        label: `Retry ${counted(number, "selected order")}…`,
        icon: "retry",
        run: () => setAsking("retry"),
      },
      {
        id: "bulk-clear",
        label: "Select none",
        icon: "close",
        run: selection.clear,
      },
    ],
  );
  const run = async (action: Action, reason: string) => {
    const names = new Map(orders.map((each) => [each.id, each.reference]));
    const body = { action, ids: selection.ids.slice(0, MOST), reason };
    const answer = await post<{ results: BulkResult[] }>("/api/orders/bulk", body);
    setAsking(null);
    setOutcome({ action, results: answer.results, names });
    // What went well is done with; what did not stays ticked, to be tried again.
    selection.setAll(answer.results.filter((each) => each.ok).map((each) => each.id), false);
    invalidate("/api/orders", "/api/inbox");
  };
  return (
    <>
      {number > 0 && (
        <div className="bulk" role="region" aria-label="Selected orders">
          <strong role="status">{counted(number, "order")} selected</strong>
          {number > MOST && <span className="faint">the first {MOST} are taken</span>}
          <Button small icon="retry" onClick={() => setAsking("retry")}>Retry…</Button>
          <Button small icon="stop" onClick={() => setAsking("cancel")}>Cancel…</Button>
          <Button small kind="quiet" onClick={selection.clear}>Select none</Button>
        </div>
      )}
      {asking && (
        <ReasonDialog
          title={`${WORDS[asking].title} ${counted(Math.min(number, MOST), "order")}?`}
          confirm={WORDS[asking].confirm}
          danger={asking === "cancel"}
          onConfirm={(reason) => run(asking, reason)}
          onClose={() => setAsking(null)}
        >
          <p>{WORDS[asking].what}</p>
        </ReasonDialog>
      )}
      {outcome && <Outcomes outcome={outcome} onClose={() => setOutcome(null)} />}
    </>
  );
}

function Outcomes({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const { action, results, names } = outcome;
  const refused = results.filter((each) => !each.ok);
  const sorted = [...refused, ...results.filter((each) => each.ok)];
  return (
    <Dialog
      title={refused.length === 0
        ? `All ${counted(results.length, "order")} ${WORDS[action].done}`
        : `${results.length - refused.length} of ${results.length} ${WORDS[action].done}`}
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <ul className="outcomes">
        {sorted.map((each) => (
          <li key={each.id} className={each.ok ? "" : "wrong"}>
            <Icon name={each.ok ? "check" : "alarm"} size={16} />
            <Link to={`/orders/${each.id}`} onClick={onClose}>{names.get(each.id) ?? each.id}</Link>
            <span>
              {each.ok
                ? WORDS[action].done
                : each.problem?.detail || each.problem?.title || "refused"}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
