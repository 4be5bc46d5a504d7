import type { Order } from "../api/types";
import { ReasonDialog } from "../ui/ReasonDialog";

interface Props {
  order: Order;
  onCancel: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Cancelling needs a reason, because the customer will ask for it. */
export function CancelDialog({ order, onCancel, onClose }: Props) {
  const booked = order.bookings?.some((each) => each.status === "booked");
  return (
    <ReasonDialog
      title={`Cancel ${order.reference}?`}
      confirm="Cancel order"
      keep="Keep it"
      danger
      onConfirm={onCancel}
      onClose={onClose}
    >
      <p>
        {booked
          ? `Its booking of ${order.vehicle ?? "the vehicle"} is released. This is final.`
          : "No vehicle is booked for it yet. This is final."}
      </p>
    </ReasonDialog>
  );
}
