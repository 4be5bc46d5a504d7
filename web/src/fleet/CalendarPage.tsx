import { useState } from "react";
import { useQuery } from "../api/query";
import { useShortcuts } from "../shell/keys";
import { setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { count, date, today } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useNarrow } from "../ui/narrow";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { AwayDialog } from "./AwayDialog";
import {
  type Away,
  byDepot,
  type Calendar,
  daysFrom,
  isDate,
  isFree,
  monday,
  type Plannable,
  plus,
  week,
} from "./calendar";
import { Agenda, CalendarGrid } from "./CalendarGrid";
import { FreeCapacity } from "./FreeCapacity";
import { FleetViews } from "./FleetViews";

const TOPICS = ["vehicles"];

/** What every vehicle does, week by week, and what is still free. */
export function CalendarPage() {
  const { query } = useLocation();
  const narrow = useNarrow();
  const asked = query.get("week");
  const first = monday(isDate(asked) ? asked : today());
  const weeks = [1, 2, 4].find((each) => String(each) === query.get("weeks")) ?? 2;
  const days = daysFrom(first, weeks * 7);
  const depot = query.get("depot");
  const free = query.get("view") === "free";
  const onlyFree = query.has("free");
  const last = days[days.length - 1] ?? first;
  const calendar = useQuery<Calendar>(
    `/api/vehicles/calendar?from=${first}&to=${last}`,
    10_000,
    TOPICS,
  );
  const [away, setAway] = useState<
    { vehicle: Plannable; away: Away | null; date: string } | null
  >(null);
  const go = (to: string) => setQuery({ week: to === monday(today()) ? null : to });
  useShortcuts({
    "[": () => go(plus(first, -7)),
    "]": () => go(plus(first, 7)),
    t: () => go(monday(today())),
  });

  const all = calendar.data?.items ?? [];
  const depots = byDepot(all).map((each) => each.depot);
  const rows = all.filter((row) =>
    (!depot || row.vehicle.depot.id === depot) &&
    (!onlyFree || days.some((day) => day >= today() && isFree(row, day)))
  );
  const onAway = (vehicle: Plannable, found: Away | null, day: string) =>
    setAway({ vehicle, away: found, date: day });
  return (
    <Page
      title="Vehicle calendar"
      lead={`Week ${week(first)}${weeks > 1 ? ` to ${week(last)}` : ""}, ${date(first)} to ${
        date(last)
      }${calendar.data ? `, ${count(rows.length)} vehicles` : ""}`}
      actions={<FleetViews active="calendar" />}
    >
      <div className="filters filter-fields">
        <span className="week-steps" role="group" aria-label="Week">
          <IconButton icon="left" label="Week before" onClick={() => go(plus(first, -7))} />
          <Button small onClick={() => go(monday(today()))}>Today</Button>
          <IconButton icon="right" label="Week after" onClick={() => go(plus(first, 7))} />
        </span>
        <div className="segmented" role="group" aria-label="Weeks shown">
          {[1, 2, 4].map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={weeks === each}
              onClick={() => setQuery({ weeks: each === 2 ? null : String(each) })}
            >
              {each === 1 ? "1 week" : `${each} weeks`}
            </button>
          ))}
        </div>
        <label className="inline-field">
          <span>Depot</span>
          <select
            className="input select"
            value={depot ?? ""}
            onChange={(event) => setQuery({ depot: event.target.value })}
          >
            <option value="">All</option>
            {depots.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
          </select>
        </label>
        <button
          type="button"
          className="chip"
          aria-pressed={onlyFree}
          onClick={() => setQuery({ free: onlyFree ? null : "1" })}
        >
          <Icon name="check" size={15} />
          With a free day
        </button>
        <button
          type="button"
          className="chip"
          aria-pressed={free}
          onClick={() => setQuery({ view: free ? null : "free" })}
        >
          <Icon name="cube" size={15} />
          Free capacity
        </button>
      </div>
      <div className="card card-flush">
        {calendar.loading && <Skeleton lines={10} />}
        {calendar.error !== null && <Failure error={calendar.error} retry={calendar.refresh} />}
        {calendar.data && rows.length === 0 && (
          <Empty
            icon="vehicles"
            title={all.length === 0 ? "No vehicles yet" : "No vehicle like that"}
          >
            {all.length === 0
              ? "They appear here once the fleet is known."
              : "Try another depot or week."}
          </Empty>
        )}
        {rows.length > 0 && (free
          ? <FreeCapacity rows={rows} days={days} />
          : narrow
          ? <Agenda rows={rows} days={days} onAway={onAway} />
          : <CalendarGrid key={first} rows={rows} days={days} onAway={onAway} />)}
      </div>
      {rows.length > 0 && !free && (
        <ul className="calendar-legend" aria-label="Legend">
          <li className="status-booked">
            <Icon name="calendarCheck" size={15} /> Booked
          </li>
          <li className="status-dispatched">
            <Icon name="vehicles" size={15} /> Dispatched
          </li>
          <li className="status-delivered">
            <Icon name="flag" size={15} /> Delivered
          </li>
          <li>
            <span className="calendar-away-swatch" aria-hidden="true" /> Unavailable
          </li>
          <li className="faint">The bar is the share of the volume that is used.</li>
        </ul>
      )}
      {away && <AwayDialog {...away} onClose={() => setAway(null)} />}
    </Page>
  );
}
