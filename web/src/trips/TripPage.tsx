import { lazy, Suspense, useEffect } from "react";
import { useQuery } from "../api/query";
import type { VehicleLoad } from "../load/types";
import { Status } from "../orders/status";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Ago } from "../ui/Data";
import { dateLong, dateTime, km, money, percent } from "../ui/format";
import { Page, Section, Tabs } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { Savings } from "./Savings";
import { TripBadge } from "./status";
import { TripSketch } from "./TripSketch";
import { TripStops } from "./TripStops";
import type { Trip, TripEvent } from "./types";
import { useTrip } from "./useTrip";

const LoadView = lazy(async () => ({ default: (await import("../load/LoadView")).LoadView }));
const TOPICS = ["trips"];

/** One shared trip: its way, its orders and what each pays, its load, and what happened to it. */
export function TripPage({ id }: { id: string }) {
  const path = `/api/trips/${encodeURIComponent(id)}`;
  const trip = useQuery<Trip>(path, 10_000, TOPICS);
  const { query } = useLocation();
  const { buttons, dialog } = useTrip(trip.data);
  const data = trip.data;
  const list = data
    ? `/trips?date=${data.date}&depot=${encodeURIComponent(data.depot.id)}`
    : "/trips";
  useEscape(() => navigate(list), 0);
  const back = { to: list, label: "Shared trips" };
  if (trip.error !== null || !data) {
    return (
      <Page title="Trip" back={back}>
        <div className="card">
          {trip.error !== null
            ? <Failure error={trip.error} retry={trip.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  const load = query.get("show") === "load";
  return (
    <Page
      title={data.reference}
      back={back}
      heading={
        <span className="heading-row">
          <span className="num">{data.reference}</span>
          <TripBadge status={data.status} />
        </span>
      }
      lead={`${data.vehicle.name} · ${dateLong(data.date)} · ${km(data.distanceMeters)} · ${
        percent(Math.max(data.load.volumeUtilisation, data.load.weightUtilisation))
      } full`}
      actions={buttons}
    >
      <Tabs
        label="Trip"
        active={load ? "load" : "way"}
        onChange={(key) =>
          setQuery({ show: key === "load" ? "load" : null, step: null, box: null })}
        tabs={[{ key: "way", label: "Way and orders" }, { key: "load", label: "Load in 3D" }]}
      />
      {load
        ? (
          <div id="panel-load" role="tabpanel" aria-labelledby="tab-load">
            <Load path={path} version={data.version} />
          </div>
        )
        : (
          <div id="panel-way" role="tabpanel" aria-labelledby="tab-way">
            <Way trip={data} />
          </div>
        )}
      {dialog}
    </Page>
  );
}

function Way({ trip }: { trip: Trip }) {
  return (
    <div className="columns columns-even">
      <div className="column">
        <Section title="Way">
          <TripSketch trip={trip} />
          <TripStops trip={trip} />
        </Section>
        <Section title="What happened">
          <ol className="trip-history">
            {[...trip.history].reverse().map((each, index) => <Entry key={index} entry={each} />)}
          </ol>
          <p className="trip-note">
            <Link to={`/decisions?subject=${encodeURIComponent(`trip-plan:${trip.planId}`)}`}>
              Why it was proposed
            </Link>
            {trip.history.some((each) => each.what === "replanned") && (
              <>
                {" · "}
                <Link to={`/decisions?subject=${encodeURIComponent(`trip:${trip.id}`)}`}>
                  Why it was planned again
                </Link>
              </>
            )}
          </p>
        </Section>
      </div>
      <div className="column">
        <Section title="Against separate trips">
          <Savings separate={trip.separate} shared={trip} saved={trip.saved} />
        </Section>
        <Section title="Orders" className="card-table">
          <div className="scroll-x">
            <table className="table table-plain table-kept">
              <thead>
                <tr>
                  <th scope="col">Order</th>
                  <th scope="col">Expected</th>
                  <th scope="col" className="right">Alone</th>
                  <th scope="col" className="right">Its part</th>
                </tr>
              </thead>
              <tbody>
                {trip.orders.map((each) => (
                  <tr key={each.orderId}>
                    <td>
                      <Link to={`/orders/${encodeURIComponent(each.orderId)}`}>
                        {each.reference}
                      </Link>{" "}
                      <Status status={each.status} />
                      <div className="faint">
                        {each.customer.name}
                        {!each.onBoard && " · left the trip"}
                      </div>
                    </td>
                    <td className="nowrap num">{dateTime(each.etaAt)}</td>
                    <td className="num right">{money(each.separate.price)}</td>
                    <td className="num right">{money(each.price)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="trip-note faint">
            What the trip costs is divided in proportion to what the orders cost alone.
          </p>
        </Section>
      </div>
    </div>
  );
}

const WORDS: Record<TripEvent["what"], string> = {
  proposed: "Proposed",
  accepted: "Accepted",
  dispatched: "Left the depot",
  withdrawn: "Withdrawn",
  replanned: "Planned again",
};

function Entry({ entry }: { entry: TripEvent }) {
  return (
    <li>
      <strong>{WORDS[entry.what]}</strong>{" "}
      <span className="faint">
        <Ago at={entry.at} />, {entry.actor.name}
      </span>
      {entry.reason && <p>{entry.reason}</p>}
      {entry.before && entry.after && (
        <p className="num">
          {money(entry.before.price)} → {money(entry.after.price)},{" "}
          {km(entry.before.distanceMeters)} → {km(entry.after.distanceMeters)}
        </p>
      )}
    </li>
  );
}

function Load({ path, version }: { path: string; version: number }) {
  const layout = useQuery<{ vehicles: VehicleLoad[] }>(`${path}/layout`);
  const { refresh } = layout;
  // Planned again, it has another layout under the same address.
  useEffect(() => void refresh(), [version, refresh]);
  const vehicle = layout.data?.vehicles[0];
  if (layout.error !== null) {
    return (
      <div className="card">
        <Failure error={layout.error} retry={layout.refresh} />
      </div>
    );
  }
  if (!vehicle) {
    return (
      <div className="card">
        {layout.data
          ? <Empty icon="cube" title="The load plan is empty" />
          : <Skeleton lines={6} tall />}
      </div>
    );
  }
  return (
    <Suspense fallback={<Skeleton lines={6} tall />}>
      <LoadView vehicle={vehicle} />
    </Suspense>
  );
}
