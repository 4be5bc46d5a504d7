import { cubic, dateLong, kg, today } from "../ui/format";
import { byDepot, isFree, type Row } from "./calendar";

const DAYS = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});

/** How much each depot can still take on each day. */
export function FreeCapacity({ rows, days }: { rows: Row[]; days: string[] }) {
  const groups = byDepot(rows);
  const now = today();
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label="Free capacity">
      <table className="table table-plain table-kept free">
        <thead>
          <tr>
            <th scope="col">Day</th>
            {groups.map(({ depot }) => <th key={depot.id} scope="col">{depot.name}</th>)}
            {groups.length > 1 && <th scope="col">All depots</th>}
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day} className={day === now ? "row-chosen" : ""}>
              <th scope="row" aria-label={dateLong(day)} className="nowrap">
                {DAYS.format(new Date(day))}
                {day === now && <em className="today-word">Today</em>}
              </th>
              {groups.map(({ depot, rows: own }) => <Cell key={depot.id} rows={own} day={day} />)}
              {groups.length > 1 && <Cell rows={rows} day={day} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ rows, day }: { rows: Row[]; day: string }) {
  const free = rows.filter((row) => isFree(row, day)).map((row) => row.vehicle);
  return (
    <td>
      <span className="free-count">
        <span className="num">
          <strong>{free.length}</strong> of {rows.length} free
        </span>
        <span className="meter" aria-hidden="true">
          <span style={{ width: `${(100 * free.length) / Math.max(1, rows.length)}%` }} />
        </span>
      </span>
      <span className="faint num">
        {free.length === 0
          ? "nothing"
          : `${cubic(free.reduce((sum, each) => sum + each.volumeMm3, 0))}, ${
            kg(free.reduce((sum, each) => sum + each.payloadGrams, 0))
          }`}
      </span>
    </td>
  );
}
