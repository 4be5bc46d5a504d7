import { Fragment } from "react";
import type { Address, Order } from "../api/types";
import { Link } from "../shell/router";
import { Facts } from "../ui/Data";
import { cubic, dateLong, dateTime, kg, percent } from "../ui/format";
import { Section } from "../ui/Page";

/** Who, from where, to where, how much. */
export function OrderFacts({ order }: { order: Order }) {
  const { customer, pickup, layout } = order;
  return (
    <Section title="Details">
      <Facts
        facts={[
          [
            "Customer",
            <Fragment key="customer">
              <Link to={`/customers?q=${encodeURIComponent(customer.name)}`}>{customer.name}</Link>
              {customer.email && (
                <>
                  <br />
                  <a href={`mailto:${customer.email}`} className="wrap">{customer.email}</a>
                </>
              )}
              {customer.phone && (
                <>
                  <br />
                  <a href={`tel:${customer.phone.replace(/\s/g, "")}`}>{customer.phone}</a>
                </>
              )}
            </Fragment>,
          ],
          ["Requested", dateLong(order.requestedDate)],
          ["Pickup", pickup ? [pickup.name, pickup.city].filter(Boolean).join(", ") : "–"],
          ...(order.deliveries ?? []).map((each): [string, JSX.Element] => [
            (order.deliveries?.length ?? 0) > 1 ? `Stop ${each.stop}` : "Deliver to",
            <Postal key={each.stop} address={each.address} />,
          ]),
          ["Load", `${kg(order.totalWeightGrams)}, ${cubic(order.totalVolumeMm3)}`],
          ...(layout
            ? [[
              "Vehicle used",
              `${percent(layout.volumeUtilisation)} of volume, ${
                percent(layout.weightUtilisation)
              } of payload`,
            ] as [string, string]]
            : []),
          ...(order.notes ? [["Notes", order.notes] as [string, string]] : []),
          ["Placed", dateTime(order.createdAt)],
        ]}
      />
    </Section>
  );
}

export function Postal({ address }: { address: Address }) {
  return (
    <>
      {address.name && (
        <>
          {address.name}
          <br />
        </>
      )}
      {address.street && (
        <>
          {address.street}
          <br />
        </>
      )}
      {[address.postcode, address.city].filter(Boolean).join(" ")}, {address.country}
    </>
  );
}
