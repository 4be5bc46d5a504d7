import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { Link } from "../shell/router";
import { counted, dateLong, today } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import type { LoadEntry } from "./types";

const TOPICS = ["loads"];

/** The vehicles to be loaded in the next two weeks, today's first. */
export function LoadsPage() {
  const loads = useQuery<ListOf<LoadEntry>>("/api/loads", 10_000, TOPICS);
  const days = new Map<string, LoadEntry[]>();
  for (const each of loads.data?.items ?? []) {
    days.set(each.date, [...days.get(each.date) ?? [], each]);
  }
  return (
    <Page title="Loading" lead="Booked vehicles of the next two weeks, with how far each is loaded">
      <div className="card card-flush">
        {loads.loading && <Skeleton lines={8} tall />}
        {loads.error !== null && <Failure error={loads.error} retry={loads.refresh} />}
        {loads.data && days.size === 0 && (
          <Empty icon="depot" title="Nothing to load">
            Vehicles appear here as soon as they are booked.
          </Empty>
        )}
        {[...days].map(([day, entries]) => (
          <section key={day} aria-label={dateLong(day)}>
            <h2 className="loads-day">{day === today() ? "Today" : dateLong(day)}</h2>
            <ul className="loader-list">
              {entries.map((each) => (
                <li key={each.bookingId}>
                  {each.planned
                    ? (
                      <Link className="loader-row" to={`/load/${each.bookingId}`}>
                        <Row load={each} />
                      </Link>
                    )
                    : (
                      <div className="loader-row">
                        <Row load={each} />
                      </div>
                    )}
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  );
}

function Row({ load }: { load: LoadEntry }) {
  const handled = load.placed + load.problems;
  return (
    <>
      <Icon name={load.completedAt ? "check" : "depot"} size={24} />
      <span className="grow">
        <strong>{load.vehicle.name}</strong>
        <span className="loader-small faint">
          {load.orderReference} · {load.depot.name}
        </span>
      </span>
      <span className="loads-progress">
        <span className="num">
          {!load.planned
            ? "Booked by hand, no plan"
            : load.completedAt
            ? "Loaded"
            : handled === 0
            ? counted(load.pieces, "piece")
            : `${handled} of ${load.pieces}`}
        </span>
        {load.problems > 0 && (
          <span className="loader-problems">
            <Icon name="alarm" size={16} />
            {counted(load.problems, "problem")}
          </span>
        )}
        {load.planned && handled > 0 && !load.completedAt && (
          <progress max={load.pieces} value={handled} aria-label={`${handled} of ${load.pieces}`} />
        )}
      </span>
    </>
  );
}
