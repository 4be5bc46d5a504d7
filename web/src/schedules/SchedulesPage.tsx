import { useState } from "react";
import type { Page as ListOf, RunSummary } from "../api/types";
import { useQuery } from "../api/query";
import { RunBadge } from "../orders/status";
import { RunsArea } from "../runs/RunsArea";
import { took } from "../runs/words";
import { usePageActions } from "../shell/actions";
import { Link } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { Dialog } from "../ui/Dialog";
import { useEdited } from "../ui/edited";
import { ago, count, dateTime, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton, RowOpener } from "../ui/RowButton";
import { Empty, Skeleton } from "../ui/States";
import { type Schedule, SCHEDULES, turn } from "./api";
import { inZone, ownZone, said } from "./expression";
import { ScheduleDialog } from "./ScheduleDialog";

const idOf = (schedule: Schedule) => schedule.id;

/** What happens by itself at its times, and when that is next. */
export function SchedulesPage() {
  const pages = usePages<Schedule>(`${SCHEDULES}?limit=100`, idOf, 5000);
  const edited = useEdited(pages.items);
  const [fired, setFired] = useState<Schedule | null>(null);
  const [removing, setRemoving] = useState<Schedule | null>(null);
  const { busy, act } = useAction();
  usePageActions([
    { id: "new", label: "New schedule", icon: "plus", key: "a", run: edited.make },
  ]);
  const columns: Column<Schedule>[] = [
    {
      key: "name",
      label: "Schedule",
      place: "main",
      sort: "name",
      value: (each) => each.name,
      cell: (each) => (
        <RowOpener onClick={() => edited.open(each.id)} title={each.name}>
          <span className="rule-words num">{said(each.expression)}</span>
        </RowOpener>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (each) => <ScheduleState schedule={each} />,
    },
    { key: "does", label: "Does", cell: (each) => <Does schedule={each} /> },
    {
      key: "next",
      label: "Next",
      sort: "next",
      value: (each) => each.paused || !each.nextAt ? Infinity : Date.parse(each.nextAt),
      cell: (each) => <Next schedule={each} />,
    },
    {
      key: "last",
      label: "Last",
      cell: (each) => (
        <>
          <Ago at={each.lastFiredAt} />
          {each.lastError && <span className="reason" title={each.lastError}>{each.lastError}
          </span>}
        </>
      ),
    },
    { key: "fired", label: "Fired", right: true, cell: (each) => count(each.fired) },
    {
      key: "do",
      label: "Commands",
      quiet: true,
      place: "more",
      className: "right nowrap",
      cell: (each) => (
        <>
          <RowButton
            does={each.paused ? "Resume" : "Pause"}
            of={each.name}
            disabled={busy}
            onPress={() =>
              act(
                () => turn(each, !each.paused),
                `${each.name} is ${each.paused ? "resumed" : "paused"}`,
              )}
          />
          <RowButton does="Firings…" of={each.name} onPress={() => setFired(each)} />
          <RowButton does="Remove…" of={each.name} onPress={() => setRemoving(each)} />
        </>
      ),
    },
  ];
  return (
    <RunsArea
      title="Schedules"
      lead="What starts by itself, and when it does so next"
      actions={<Button kind="primary" icon="plus" onClick={edited.make}>New schedule</Button>}
    >
      <ListCard
        pages={pages}
        one="schedule"
        empty={
          <Empty
            icon="calendarCheck"
            title="Nothing is scheduled"
            action={<Button kind="primary" onClick={edited.make}>Make a schedule</Button>}
          >
            A schedule starts a workflow or publishes an event, by the calendar, at a rate, or once.
          </Empty>
        }
      >
        <DataTable
          label="Schedules"
          className="schedule-table"
          rows={pages.items}
          columns={columns}
          id={idOf}
        />
      </ListCard>
      {edited.row !== undefined && (
        <ScheduleDialog
          key={edited.row?.id ?? "new"}
          schedule={edited.row}
          onClose={edited.close}
        />
      )}
      {fired && <Firings schedule={fired} onClose={() => setFired(null)} />}
      {removing && (
        <RemoveDialog row={removing} list={SCHEDULES} onClose={() => setRemoving(null)}>
          What it has started goes on; nothing more is started.
        </RemoveDialog>
      )}
    </RunsArea>
  );
}

function ScheduleState({ schedule }: { schedule: Schedule }) {
  const [tone, icon, word] = schedule.paused
    ? ["cancelled", "stop", "Paused"] as const
    : !schedule.nextAt
    ? ["cancelled", "flag", "Over"] as const
    : schedule.lastError
    ? ["failed", "alarm", "Failed last time"] as const
    : ["delivered", "check", "On"] as const;
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}

function Does({ schedule }: { schedule: Schedule }) {
  const { target } = schedule;
  return "workflow" in target ? <>Starts {humanise(target.workflow.split(":")[0] ?? "")}</> : (
    <>
      Publishes <code className="wrap">{target.event.type}</code>
    </>
  );
}

/** The next time by the clock of its zone, and by one's own where that is another. */
function Next({ schedule }: { schedule: Schedule }) {
  if (schedule.paused) return <span className="faint">when it is resumed</span>;
  if (!schedule.nextAt) return <span className="faint">never again</span>;
  const [there, here] = [inZone(schedule.nextAt, schedule.timeZone), inZone(schedule.nextAt)];
  return (
    <span className="next-time">
      <time dateTime={schedule.nextAt} className="num" title={ago(schedule.nextAt)}>{there}</time>
      <span className="faint">
        {schedule.timeZone}
        {here !== there && `; ${here} in ${ownZone()}`}
      </span>
    </span>
  );
}

/** The runs that a schedule started, or that it only published. */
function Firings({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const subject = encodeURIComponent(`schedule:${schedule.id}`);
  const starts = "workflow" in schedule.target;
  const runs = useQuery<ListOf<RunSummary>>(
    starts ? `/api/executions?limit=50&subject=${subject}` : null,
  );
  const items = runs.data?.items ?? [];
  return (
    <Dialog
      title={`Firings of ${schedule.name}`}
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <p>
        Fired {schedule.fired === 1 ? "once" : `${count(schedule.fired)} times`}
        {schedule.lastDueAt && `, last for ${inZone(schedule.lastDueAt, schedule.timeZone)}`}.
      </p>
      {schedule.lastError && <p className="notice notice-wrong">{schedule.lastError}</p>}
      {!starts && (
        <p className="faint">It publishes an event each time and starts nothing itself.</p>
      )}
      {runs.loading && <Skeleton lines={4} />}
      {items.length > 0 && (
        <ul className="firings">
          {items.map((run) => (
            <li key={run.id}>
              <Link to={`/runs/${run.id}`} onClick={onClose}>{dateTime(run.startedAt)}</Link>
              <RunBadge status={run.status} />
              <span className="num faint">{took(run)}</span>
            </li>
          ))}
        </ul>
      )}
      {starts && runs.data && items.length === 0 && <p className="faint">No run of it is kept.</p>}
      {runs.data?.nextCursor && (
        <Link to={`/runs?subject=${subject}`} onClick={onClose}>All of them</Link>
      )}
    </Dialog>
  );
}
