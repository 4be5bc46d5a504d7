import { lazy, Suspense, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import type { Run } from "../api/types";
import { type PageAction, usePageActions } from "../shell/actions";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { ReasonDialog } from "../ui/ReasonDialog";
import { toast } from "../ui/Toast";
import { comparePath } from "./compare";

const ReplayDialog = lazy(() =>
  import("../workflows/ReplayDialog").then((module) => ({ default: module.ReplayDialog }))
);

type Command = "pause" | "resume" | "redrive";

const DONE: Record<Command, string> = {
  pause: "It pauses: what is under way finishes, nothing new begins",
  resume: "It goes on",
  redrive: "It goes on where it ended",
};

/** What can be done with a run: held, let go on, stopped, taken up again, compared, replayed. */
export function RunActions({ run }: { run: Run }) {
  const { query } = useLocation();
  const { busy, act } = useAction();
  const [stopping, setStopping] = useState(false);
  const path = `/api/executions/${encodeURIComponent(run.id)}`;
  const running = run.status === "RUNNING";
  const failed = ["FAILED", "TIMED_OUT", "ABORTED"].includes(run.status);
  const command = (what: Command) => async () => {
    await act(() => post(`${path}/${what}`), DONE[what]);
    invalidate("/api/executions");
  };
  const actions: PageAction[] = [
    ...(running && !run.paused
      ? [{ id: "pause", label: "Pause", icon: "minus" as const, run: command("pause") }]
      : []),
    ...(running && run.paused
      ? [{ id: "resume", label: "Resume", icon: "right" as const, run: command("resume") }]
      : []),
    ...(failed
      ? [{ id: "redrive", label: "Redrive", icon: "retry" as const, run: command("redrive") }]
      : []),
    ...(running
      ? [{ id: "stop", label: "Stop…", icon: "stop" as const, run: () => setStopping(true) }]
      : []),
    {
      id: "replay",
      label: "Replay…",
      icon: "retry",
      run: () => setQuery({ dialog: "replay" }),
    },
  ];
  usePageActions([
    ...actions.map((each) => ({ ...each, label: `${each.label.replace("…", "")} this run` })),
    {
      id: "compare",
      label: "Compare this run with another",
      icon: "compare",
      key: "c",
      run: () => navigate(comparePath([run.id])),
    },
  ]);
  return (
    <>
      <Link className="button button-plain" to={comparePath([run.id])}>
        <Icon name="compare" />
        <span>Compare with…</span>
      </Link>
      {actions.map((each) => (
        <Button
          key={each.id}
          icon={each.icon}
          busy={busy && each.id in DONE}
          onClick={each.run}
        >
          {each.label}
        </Button>
      ))}
      {stopping && (
        <ReasonDialog
          title="Stop this run?"
          confirm="Stop it"
          keep="Let it run"
          danger
          onConfirm={async (reason) => {
            await post(`${path}/stop`, { reason });
            invalidate("/api/executions");
            toast("It is stopped");
            setStopping(false);
          }}
          onClose={() => setStopping(false)}
        >
          <p>It ends as aborted. What its steps have done stays; it can be redriven later.</p>
        </ReasonDialog>
      )}
      {query.get("dialog") === "replay" && (
        <Suspense fallback={null}>
          <ReplayDialog run={run} onClose={() => setQuery({ dialog: null })} />
        </Suspense>
      )}
    </>
  );
}
