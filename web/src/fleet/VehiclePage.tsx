import { useState } from "react";
import { useQuery } from "../api/query";
import type { Money, Vehicle } from "../api/types";
import { BookingBadge } from "../orders/status";
import { useEscape } from "../shell/keys";
import { Link, navigate } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import {
  co2,
  count,
  cubic,
  date,
  dateLong,
  humanise,
  kg,
  km,
  meters,
  money,
  percent,
  today,
} from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { AwayDialog } from "./AwayDialog";
import type { Away, Booked } from "./calendar";
import { rateText } from "./rates";

interface Detail extends Omit<Vehicle, "axles"> {
  refrigerated: boolean;
  axles: { name: string; positionMm: number; emptyGrams: number; limitGrams: number }[];
  entries: (Booked | Away)[];
  figures: {
    from: string;
    to: string;
    bookings: number;
    distanceMeters: number;
    co2Grams: number;
    revenue: Money | null;
    volumeUtilisation: number | null;
    weightUtilisation: number | null;
  };
}

const TOPICS = ["vehicles"];

/** One vehicle: what it is, what it does in the month before and after, and what that comes to. */
export function VehiclePage({ id }: { id: string }) {
  const vehicle = useQuery<Detail>(`/api/vehicles/${encodeURIComponent(id)}`, 10_000, TOPICS);
  const [away, setAway] = useState<{ away: Away | null; date: string } | null>(null);
  useEscape(() => navigate("/vehicles"), 0);
  const back = { to: "/vehicles", label: "Vehicles" };
  const data = vehicle.data;
  if (vehicle.error !== null || !data) {
    return (
      <Page title="Vehicle" back={back}>
        <div className="card">
          {vehicle.error !== null
            ? <Failure error={vehicle.error} retry={vehicle.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  const booked = data.entries.filter((each): each is Booked => each.kind === "booking");
  const kept = data.entries.filter((each): each is Away => each.kind === "unavailable");
  const { figures } = data;
  const share = (value: number | null) => value === null ? "–" : percent(value);
  return (
    <Page
      title={data.name}
      back={back}
      heading={
        <span className="heading-row">
          {data.name}
          <span className={data.available ? "status status-delivered" : "status status-cancelled"}>
            <Icon name={data.available ? "check" : "stop"} size={15} />
            {data.available ? "Free today" : "Not free today"}
          </span>
        </span>
      }
      lead={`${data.class}${data.refrigerated ? ", refrigerated" : ""} · ${data.depot?.name}`}
      actions={
        <Button icon="tool" onClick={() => setAway({ away: null, date: today() })}>
          Keep off the road
        </Button>
      }
    >
      <Section title={`${date(figures.from)} to ${date(figures.to)}`}>
        <ul className="figures">
          <Figure label="Bookings" value={count(figures.bookings)} />
          <Figure label="Distance" value={km(figures.distanceMeters)} />
          <Figure label="Emissions" value={co2(figures.co2Grams)} />
          <Figure label="Price of its bookings" value={money(figures.revenue)} />
          <Figure label="Mean use of volume" value={share(figures.volumeUtilisation)} />
          <Figure label="Mean use of payload" value={share(figures.weightUtilisation)} />
        </ul>
      </Section>
      <div className="columns vehicle-columns">
        <div className="column">
          <Section title="Bookings" className="card-table">
            {booked.length === 0
              ? (
                <Empty icon="calendarCheck" title="No bookings">
                  None in the month before or after today.
                </Empty>
              )
              : (
                <div className="scroll-x">
                  <table className="table table-plain table-kept">
                    <thead>
                      <tr>
                        <th scope="col">Day</th>
                        <th scope="col">Order</th>
                        <th scope="col">Status</th>
                        <th scope="col" className="right">Volume</th>
                        <th scope="col" className="right">Payload</th>
                      </tr>
                    </thead>
                    <tbody>
                      {booked.map((each) => (
                        <tr key={each.bookingId}>
                          <td className="nowrap">{dateLong(each.date)}</td>
                          <td>
                            <Link to={`/orders/${encodeURIComponent(each.orderId)}`}>
                              {each.orderReference}
                            </Link>
                          </td>
                          <td>
                            <BookingBadge status={each.status} />
                          </td>
                          <td className="num right">{share(each.utilisation)}</td>
                          <td className="num right">{share(each.weightUtilisation)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
              )}
          </Section>
          <Section title="Off the road">
            {kept.length === 0
              ? <p className="faint">Nothing keeps it from being booked.</p>
              : (
                <ul className="kept">
                  {kept.map((each) => (
                    <li key={each.id}>
                      <span className="grow">
                        <strong>{each.reason}</strong>
                        <span className="faint">
                          {dateLong(each.from)} to {dateLong(each.to)}
                        </span>
                      </span>
                      <Button small onClick={() => setAway({ away: each, date: each.from })}>
                        Change
                      </Button>
                    </li>
                  ))}
                </ul>
              )}
          </Section>
        </div>
        <div className="column">
          <Section title="Load space">
            <Facts
              facts={[
                [
                  "Inside",
                  `${meters(data.lengthMm)} × ${meters(data.widthMm)} × ${meters(data.heightMm)}`,
                ],
                ["Volume", cubic(data.lengthMm * data.widthMm * data.heightMm)],
                ["Payload", kg(data.payloadGrams)],
                ...data.axles.map((axle): [string, string] => [
                  humanise(axle.name),
                  `${kg(axle.emptyGrams)} empty, up to ${kg(axle.limitGrams)}`,
                ]),
              ]}
            />
          </Section>
          <Section title="Rates">
            <Facts
              facts={Object.entries(data.rates ?? {}).map(([key, value]): [string, string] => [
                humanise(key),
                rateText(key, value),
              ])}
            />
          </Section>
        </div>
      </div>
      {away && <AwayDialog vehicle={data} {...away} onClose={() => setAway(null)} />}
    </Page>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <li>
      <span>{label}</span>
      <strong className="num">{value}</strong>
    </li>
  );
}
