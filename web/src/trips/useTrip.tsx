import { type ReactNode, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { ReasonDialog } from "../ui/ReasonDialog";
import { toast } from "../ui/Toast";
import type { Trip } from "./types";

/** What a person does with a trip: the buttons, and the dialog that asks why. */
export function useTrip(trip: Trip | undefined): { buttons: ReactNode; dialog: ReactNode } {
  const { busy, act } = useAction();
  const [giving, setGiving] = useState(false);
  if (!trip) return { buttons: null, dialog: null };
  const path = `/api/trips/${encodeURIComponent(trip.id)}`;
  const done = (said: string) => {
    invalidate("/api/trips", "/api/orders", "/api/vehicles", "/api/loads");
    toast(said);
  };
  const send = (verb: string, said: string) =>
    void act(async () => {
      await post(`${path}/${verb}`);
      done(said);
    });
  const open = trip.status === "proposed" || trip.status === "accepted";
  const buttons = (
    <>
      {trip.status === "proposed" && (
        <Button
          kind="primary"
          icon="check"
          busy={busy}
          onClick={() =>
            send("accept", `${trip.vehicle.name} is booked for ${trip.orders.length} orders`)}
        >
          Accept
        </Button>
      )}
      {trip.status === "accepted" && (
        <Button
          kind="primary"
          icon="vehicles"
          busy={busy}
          onClick={() => send("dispatch", `${trip.reference} is on the road`)}
        >
          It has left
        </Button>
      )}
      {open && (
        <Button icon="stop" disabled={busy} onClick={() => setGiving(true)}>
          Withdraw
        </Button>
      )}
    </>
  );
  const dialog = giving && (
    <ReasonDialog
      title={`Withdraw ${trip.reference}?`}
      confirm="Withdraw trip"
      keep="Keep it"
      danger
      onConfirm={async (reason) => {
        await post(`${path}/withdraw`, { reason });
        done(`${trip.reference} is withdrawn`);
        setGiving(false);
      }}
      onClose={() => setGiving(false)}
    >
      <p>
        {trip.status === "accepted"
          ? `The booking of ${trip.vehicle.name} is released, and each of its orders is processed ` +
            "again on its own. Customers hear of their new vehicles."
          : "Its orders keep the vehicles that they have."}
      </p>
    </ReasonDialog>
  );
  return { buttons, dialog };
}
