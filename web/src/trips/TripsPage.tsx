import { useState } from "react";
import { useQuery } from "../api/query";
import type { Named, Page as ListOf } from "../api/types";
import { plus } from "../fleet/calendar";
import { useShortcuts } from "../shell/keys";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { Ago } from "../ui/Data";
import { counted, date as dated, dateLong, today } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { PlanDialog } from "./PlanDialog";
import { Savings } from "./Savings";
import { TripCard } from "./TripCard";
import type { Alone, TripPlan } from "./types";

const TOPICS = ["trips"];

/** The shared trips of a day and depot: what is proposed, what it saves, who goes alone and why. */
export function TripsPage() {
  const { query } = useLocation();
  const depots = useQuery<ListOf<Named>>("/api/depots");
  const newest = useQuery<ListOf<TripPlan>>("/api/trips/plans?limit=1", 10_000, TOPICS);
  const all = depots.data?.items ?? [];
  const latest = newest.data?.items[0];
  const depot = query.get("depot") ?? latest?.depot.id ?? all[0]?.id ?? "";
  const day = query.get("date") ?? latest?.date ?? plus(today(), 1);
  const known = depot !== "" && newest.data !== undefined;
  const plans = useQuery<ListOf<TripPlan>>(
    known ? `/api/trips/plans?date=${day}&depotId=${encodeURIComponent(depot)}&limit=1` : null,
    5_000,
    TOPICS,
  );
  const [asking, setAsking] = useState(false);
  const go = (to: string) => setQuery({ date: to });
  useShortcuts({ "[": () => go(plus(day, -1)), "]": () => go(plus(day, 1)) });
  const plan = plans.data?.items[0];
  const error = depots.error ?? newest.error ?? plans.error;
  const name = all.find((each) => each.id === depot)?.name;
  return (
    <Page
      title="Shared trips"
      lead={name ? `${dateLong(day)} from ${name}` : dateLong(day)}
      actions={
        <Button
          kind="primary"
          icon="vehicles"
          disabled={all.length === 0}
          onClick={() => setAsking(true)}
        >
          {plan ? "Plan again" : "Plan trips"}
        </Button>
      }
    >
      <div className="filters filter-fields">
        <span className="week-steps" role="group" aria-label="Day">
          <IconButton icon="left" label="Day before" onClick={() => go(plus(day, -1))} />
          <input
            className="input"
            type="date"
            aria-label="Day"
            value={day}
            onChange={(event) => event.target.value && go(event.target.value)}
          />
          <IconButton icon="right" label="Day after" onClick={() => go(plus(day, 1))} />
        </span>
        <label className="inline-field">
          <span>Depot</span>
          <select
            className="input select"
            value={depot}
            onChange={(event) => setQuery({ depot: event.target.value, date: day })}
          >
            {all.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
          </select>
        </label>
      </div>
      {error !== null && error !== undefined
        ? (
          <div className="card">
            <Failure error={error} retry={plans.refresh} />
          </div>
        )
        : !plans.data
        ? (
          <div className="card">
            <Skeleton lines={8} />
          </div>
        )
        : !plan
        ? (
          <div className="card">
            <Empty
              icon="vehicles"
              title="No trips were planned for this day"
              action={<Button icon="vehicles" onClick={() => setAsking(true)}>Plan trips</Button>}
            >
              Orders that are booked on vehicles of their own may go together in fewer.
            </Empty>
          </div>
        )
        : <Plan plan={plan} />}
      {asking && (
        <PlanDialog
          depots={all}
          depot={depot}
          date={day < today() ? today() : day}
          onPlanned={(made) => {
            setAsking(false);
            setQuery({ date: made.date, depot: made.depot.id });
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}

function Plan({ plan }: { plan: TripPlan }) {
  if (plan.status === "planning") {
    return (
      <div className="card">
        <Empty icon="clock" title="The consolidator is at it">
          It weighs the orders of {dated(plan.date)}{" "}
          against each other and packs every load that would be shared.
        </Empty>
        <Skeleton lines={4} />
      </div>
    );
  }
  if (plan.status === "failed") {
    return (
      <p className="notice notice-wrong">
        <Icon name="alarm" size={18} /> The plan came to nothing: {plan.reason}
      </p>
    );
  }
  const open = plan.trips.filter((each) => each.status !== "withdrawn");
  const given = plan.trips.filter((each) => each.status === "withdrawn");
  return (
    <div className="column">
      <Section
        title={plan.trips.length === 0
          ? "Nothing to put together"
          : `${counted(plan.looked, "order")} in ${counted(plan.trips.length, "shared trip")}${
            plan.alone.length > 0 ? `, ${plan.alone.length} alone` : ""
          }`}
        aside={
          <span className="faint">
            planned <Ago at={plan.createdAt} /> for {plan.actor.name} ·{" "}
            <Link to={`/decisions?subject=${encodeURIComponent(`trip-plan:${plan.id}`)}`}>
              the decision
            </Link>
          </span>
        }
      >
        {plan.before && plan.after && plan.saved && plan.trips.length > 0
          ? <Savings separate={plan.before} shared={plan.after} saved={plan.saved} />
          : (
            <p className="trip-note">
              Every order is as well off on a vehicle of its own; each has its reason below.
            </p>
          )}
      </Section>
      {plan.trips.length > 0 && (
        <div className="trip-cards">
          {[...open, ...given].map((trip) => <TripCard key={trip.id} trip={trip} />)}
        </div>
      )}
      <Alones title="Orders that go alone" items={plan.alone} />
      <Alones title="Not looked at" items={plan.left} />
    </div>
  );
}

function Alones({ title, items }: { title: string; items: Alone[] }) {
  if (items.length === 0) return null;
  return (
    <Section title={title} aside={<span className="badge">{items.length}</span>}>
      <ul className="trip-alone">
        {items.map((each) => (
          <li key={each.orderId}>
            <Link to={`/orders/${encodeURIComponent(each.orderId)}`}>{each.reference}</Link>
            <span>{each.reason}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
