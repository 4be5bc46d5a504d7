import { useEffect } from "react";
import { useQuery } from "../api/query";
import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Tabs } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { ComparePanel } from "./ComparePanel";
import { firstSides, readSides, writeSides } from "./differences";
import { LoadView } from "./LoadView";
import type { LayoutVersion, LoadLayout } from "./types";

/** How an order is loaded: the picture, the order of loading, and each box's proof. */
export default function LoadPanel({ orderId, version }: { orderId: string; version: number }) {
  const id = encodeURIComponent(orderId);
  const layout = useQuery<LoadLayout>(`/api/orders/${id}/layout`);
  const versions = useQuery<{ items: LayoutVersion[] }>(`/api/orders/${id}/layouts`);
  // A retry packs anew under the same address.
  const { refresh } = layout;
  const { refresh: list } = versions;
  useEffect(() => void Promise.all([refresh(), list()]), [version, refresh, list]);
  const { query } = useLocation();
  const sides = readSides(query.get("compare"));
  const first = layout.data
    ? firstSides(
      (versions.data?.items ?? []).map((each) => each.version),
      layout.data.plan ?? 0,
      (layout.data.plans ?? []).map((each) => each.plan),
    )
    : null;
  const compare = () =>
    first && setQuery({
      ...{ compare: writeSides(...first), by: null, box: null, step: null, explode: null },
      vehicle: null,
    }, { push: true });
  usePageActions(
    first && !sides
      ? [{ id: "compare", label: "Compare layouts", icon: "compare", key: "v", run: compare }]
      : [],
  );
  if (layout.error !== null) {
    return (
      <div className="card">
        <Failure error={layout.error} retry={layout.refresh} />
      </div>
    );
  }
  if (!layout.data) {
    return (
      <div className="card">
        <Skeleton lines={6} tall />
      </div>
    );
  }
  if (sides) {
    return (
      <ComparePanel
        orderId={orderId}
        versions={versions.data?.items ?? []}
        now={layout.data}
        sides={sides}
      />
    );
  }
  const vehicles = layout.data.vehicles;
  const at = Math.min(vehicles.length - 1, Math.max(0, Number(query.get("vehicle") ?? 1) - 1 || 0));
  const vehicle = vehicles[at];
  if (!vehicle || vehicle.boxes.length === 0) {
    return (
      <div className="card">
        <Empty icon="cube" title="The load plan is empty" />
      </div>
    );
  }
  return (
    <>
      <div className="load-head">
        {vehicles.length > 1 && (
          <Tabs
            label="Vehicles"
            active={`vehicle-${at}`}
            onChange={(key) =>
              setQuery({
                vehicle: String(Number(key.split("-")[1]) + 1),
                step: null,
                box: null,
              })}
            tabs={vehicles.map((each, index) => ({
              key: `vehicle-${index}`,
              label: `${index + 1}. ${each.vehicle.name}`,
              badge: each.boxes.length,
            }))}
          />
        )}
        {first && <Button icon="compare" onClick={compare}>Compare layouts</Button>}
        {vehicle.bookingId && (
          <Link className="button" to={`/load/${vehicle.bookingId}`}>
            <Icon name="depot" size={18} />
            <span>Load it, step by step</span>
          </Link>
        )}
      </div>
      <div
        id={`panel-vehicle-${at}`}
        role={vehicles.length > 1 ? "tabpanel" : undefined}
        aria-labelledby={vehicles.length > 1 ? `tab-vehicle-${at}` : undefined}
      >
        <LoadView key={at} vehicle={vehicle} />
      </div>
    </>
  );
}
