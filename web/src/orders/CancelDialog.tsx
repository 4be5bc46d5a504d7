import { type FormEvent, useState } from "react";
import type { Order } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { AreaField } from "../ui/Field";

interface Props {
  order: Order;
  busy: boolean;
  onCancel: (reason: string) => void;
  onClose: () => void;
}

/** Cancelling needs a reason, because the customer will ask for it. */
export function CancelDialog({ order, busy, onCancel, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (reason.trim()) onCancel(reason.trim());
  };
  const booked = order.bookings?.some((each) => each.status === "booked");
  return (
    <Dialog
      title={`Cancel ${order.reference}?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" type="submit" form="cancel-order" busy={busy}>Cancel order</Button>
        </>
      }
    >
      <form id="cancel-order" onSubmit={submit}>
        <p>
          {booked
            ? `Its booking of ${order.vehicle ?? "the vehicle"} is released. This is final.`
            : "No vehicle is booked for it yet. This is final."}
        </p>
        <AreaField
          label="Reason"
          autoFocus
          value={reason}
          error={asked && !reason.trim() ? "Say why; it is kept with the order." : undefined}
          onChange={(event) => setReason(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
