import { useState } from "react";
import { post } from "../api/client";
import type { Order } from "../api/types";
import { plus } from "../fleet/calendar";
import { TextField } from "../ui/Field";
import { ReasonDialog } from "../ui/ReasonDialog";

interface Props {
  order: Order;
  onDelayed: (order: Order, said: string) => void;
  onClose: () => void;
}

/** Goods are late: by minutes on the day, or they go on another day. */
export function DelayDialog({ order, onDelayed, onClose }: Props) {
  const [later, setLater] = useState(false);
  const [minutes, setMinutes] = useState("60");
  const [day, setDay] = useState(plus(order.requestedDate, 1));
  const shared = order.bookings?.some((each) => each.tripId && each.status === "booked");
  return (
    <ReasonDialog
      title={`${order.reference} is late`}
      confirm="Report delay"
      keep="It is on time"
      onConfirm={async (reason) => {
        const how = later ? { newDate: day } : { minutes: Number(minutes) };
        const changed = await post<Order>(
          `/api/orders/${encodeURIComponent(order.id)}/delay`,
          { ...how, reason },
        );
        onDelayed(
          changed,
          later
            ? `${order.reference} is processed for its new day`
            : `${order.reference}: the delay is noted`,
        );
      }}
      onClose={onClose}
      fields={
        <>
          <div className="segmented" role="group" aria-label="How late">
            <button type="button" aria-pressed={!later} onClick={() => setLater(false)}>
              Later that day
            </button>
            <button type="button" aria-pressed={later} onClick={() => setLater(true)}>
              Another day
            </button>
          </div>
          {later
            ? (
              <TextField
                label="New day"
                type="date"
                min={plus(order.requestedDate, 1)}
                value={day}
                onChange={(event) => setDay(event.target.value)}
              />
            )
            : (
              <TextField
                label="Ready after the usual departure"
                unit="min"
                type="number"
                min={1}
                max={1080}
                value={minutes}
                onChange={(event) => setMinutes(event.target.value)}
              />
            )}
        </>
      }
    >
      <p>
        {shared
          ? "The shared trip that it goes with is planned again; planners hear of it."
          : later
          ? "What is booked is released, and the order is processed for the new day."
          : "Shared trips are planned with it from now on."}
      </p>
    </ReasonDialog>
  );
}
