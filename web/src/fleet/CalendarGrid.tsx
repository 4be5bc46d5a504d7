import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { BookingBadge } from "../orders/status";
import { Link, navigate } from "../shell/router";
import { dateLong, percent, today } from "../ui/format";
import { Icon } from "../ui/Icon";
import { type Away, type Booked, byDepot, on, type Plannable, type Row, weekday } from "./calendar";

interface Props {
  rows: Row[];
  days: string[];
  onAway: (vehicle: Plannable, away: Away | null, date: string) => void;
}

const DAYS = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
const NUMBERS = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** Vehicles by depot against days; one cell at a time is in the tab order, arrows go on from it. */
export function CalendarGrid({ rows, days, onAway }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<[number, number]>([0, Math.max(0, days.indexOf(today()))]);
  const moved = useRef(false);
  const groups = byDepot(rows);
  const sorted = groups.flatMap((each) => each.rows);
  const now = today();
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    const cell = table.current?.querySelector<HTMLElement>(`[data-at="${at[0]}/${at[1]}"]`);
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);

  // The days to come are in view; those before are to the left of them.
  useEffect(() => {
    const frame = table.current?.parentElement;
    const column = table.current?.querySelector<HTMLElement>("th[aria-current=date]");
    const names = table.current?.querySelector<HTMLElement>("thead .calendar-name");
    if (frame && column && names) frame.scrollLeft = column.offsetLeft - names.offsetWidth;
  }, [days[0], days.length]);

  const key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, day] = at;
    const moves: Record<string, [number, number]> = {
      ArrowDown: [row + 1, day],
      ArrowUp: [row - 1, day],
      ArrowRight: [row, day + 1],
      ArrowLeft: [row, day - 1],
      Home: [row, 0],
      End: [row, days.length - 1],
      PageDown: [row + 5, day],
      PageUp: [row - 5, day],
    };
    const to = moves[event.key];
    if (to) {
      event.preventDefault();
      const next: [number, number] = [
        Math.max(0, Math.min(sorted.length - 1, to[0])),
        Math.max(0, Math.min(days.length - 1, to[1])),
      ];
      if (next[0] === row && next[1] === day) return;
      moved.current = true;
      setAt(next);
      return;
    }
    if (event.key !== "Enter" && event.key !== " ") return;
    if ((event.target as HTMLElement).closest("a")) return;
    event.preventDefault();
    const found = sorted[row];
    const date = days[day];
    if (found && date) open(found, date);
  };
  const open = (row: Row, date: string) => {
    const { booked, away } = on(row, date);
    const first = booked[0];
    if (first) navigate(`/orders/${encodeURIComponent(first.orderId)}`);
    else onAway(row.vehicle, away, date);
  };

  let number = -1;
  return (
    <div className="scroll-x calendar-frame">
      <table
        ref={table}
        className="calendar"
        role="grid"
        aria-label="Vehicles by day"
        onKeyDown={key}
      >
        <thead>
          <tr>
            <th scope="col" className="calendar-name">Vehicle</th>
            {days.map((day) => (
              <th
                key={day}
                scope="col"
                className={column(day, now)}
                aria-current={day === now ? "date" : undefined}
              >
                <span>{DAYS.format(new Date(day))}</span>
                <strong>{NUMBERS.format(new Date(day))}</strong>
                {day === now && <em>Today</em>}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ depot, rows: own }) => (
          <tbody key={depot.id}>
            <tr className="calendar-depot">
              <th scope="rowgroup" colSpan={days.length + 1}>
                <span>
                  <Icon name="depot" size={16} />
                  {depot.name}
                </span>
              </th>
            </tr>
            {own.map((row) => {
              number++;
              const line = number;
              return (
                <tr key={row.vehicle.id}>
                  <th scope="row" className="calendar-name">
                    <Link to={`/vehicles/${row.vehicle.id}`}>{row.vehicle.name}</Link>
                  </th>
                  {days.map((day, index) => {
                    const { booked, away } = on(row, day);
                    const active = at[0] === line && at[1] === index;
                    return (
                      <td
                        key={day}
                        role="gridcell"
                        data-at={`${line}/${index}`}
                        tabIndex={active ? 0 : -1}
                        className={`${column(day, now)}${away ? " calendar-away" : ""}`}
                        aria-label={`${row.vehicle.name}, ${dateLong(day)}: ${
                          spoken(booked, away)
                        }`}
                        onFocus={() => !active && setAt([line, index])}
                        onClick={(event) => {
                          if (!(event.target as HTMLElement).closest("a")) open(row, day);
                        }}
                      >
                        {booked.map((each) => <Chip key={each.bookingId} booked={each} />)}
                        {away && (day === away.from || index === 0) && (
                          <span className="calendar-reason">
                            <Icon name="tool" size={14} />
                            <span className="clip">{away.reason}</span>
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function column(day: string, now: string): string {
  return [
    "calendar-day",
    weekday(day) >= 5 ? "calendar-weekend" : "",
    day === now ? "calendar-today" : "",
    day < now ? "calendar-past" : "",
  ].filter(Boolean).join(" ");
}

function spoken(booked: Booked[], away: Away | null): string {
  if (away) return `unavailable, ${away.reason}`;
  if (booked.length === 0) return "free";
  return booked.map((each) =>
    `${each.orderReference}, ${each.status}${
      each.utilisation === null ? "" : `, ${percent(each.utilisation)} full`
    }`
  ).join("; ");
}

const SHAPES = { booked: "calendarCheck", dispatched: "vehicles", delivered: "flag" } as const;

function Chip({ booked }: { booked: Booked }) {
  const share = booked.utilisation;
  return (
    <Link
      className={`calendar-chip status-${booked.status}`}
      to={`/orders/${encodeURIComponent(booked.orderId)}`}
      tabIndex={-1}
      title={`${booked.orderReference}, ${booked.status}`}
    >
      <span className="calendar-chip-head">
        <Icon name={SHAPES[booked.status]} size={13} />
        <span className="num clip">{booked.orderReference}</span>
      </span>
      {share !== null && (
        <span className="calendar-use">
          <span className="calendar-bar" aria-hidden="true">
            <span style={{ width: `${Math.min(1, share) * 100}%` }} />
          </span>
          <span className="num">{percent(share)}</span>
        </span>
      )}
    </Link>
  );
}

/** The same by day, for narrow screens: what leaves when. */
export function Agenda({ rows, days, onAway }: Props) {
  const now = today();
  return (
    <ol className="agenda">
      {days.map((day) => {
        const found = rows.map((row) => ({ row, ...on(row, day) }))
          .filter((each) => each.booked.length > 0 || each.away);
        const free = rows.length - found.length;
        // On the phone a day that is over and had nothing is only in the way.
        if (day < now && found.length === 0) return null;
        return (
          <li key={day} className={day === now ? "agenda-today" : ""}>
            <h2>
              {dateLong(day)}
              {day === now && <em>Today</em>}
              <span className="faint">{free} free</span>
            </h2>
            {found.length > 0 && (
              <ul>
                {found.map(({ row, booked, away }) => (
                  <li key={row.vehicle.id}>
                    {booked.map((each) => (
                      <Link
                        key={each.bookingId}
                        className="agenda-row"
                        to={`/orders/${encodeURIComponent(each.orderId)}`}
                      >
                        <span className="grow">
                          <strong className="num">{each.orderReference}</strong>
                          <span className="faint">{row.vehicle.name}</span>
                        </span>
                        {each.utilisation !== null && (
                          <span className="num faint">{percent(each.utilisation)}</span>
                        )}
                        <BookingBadge status={each.status} />
                      </Link>
                    ))}
                    {away && (
                      <button
                        type="button"
                        className="agenda-row"
                        onClick={() => onAway(row.vehicle, away, day)}
                      >
                        <span className="grow">
                          <strong>{row.vehicle.name}</strong>
                          <span className="faint">{away.reason}</span>
                        </span>
                        <span className="status status-cancelled">
                          <Icon name="tool" size={15} />
                          Unavailable
                        </span>
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ol>
  );
}
