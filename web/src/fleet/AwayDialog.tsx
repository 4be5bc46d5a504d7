import { useState } from "react";
import { call, post } from "../api/client";
import { invalidate } from "../api/query";
import type { Named } from "../api/types";
import { useSending } from "../ui/action";
import { TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { dateLong } from "../ui/format";
import { toast } from "../ui/Toast";
import type { Away } from "./calendar";

interface Props {
  vehicle: Named;
  /** The period that is there; null to make one. */
  away: Away | null;
  date: string;
  onClose: () => void;
}

/** Keeps a vehicle from being booked on some days, or lets it be booked again. */
export function AwayDialog({ vehicle, away, date, onClose }: Props) {
  const [from, setFrom] = useState(date);
  const [to, setTo] = useState(date);
  const [reason, setReason] = useState("");
  const sending = useSending();
  const path = `/api/vehicles/${encodeURIComponent(vehicle.id)}/unavailability`;
  const act = (work: () => Promise<unknown>, said: string) =>
    sending.send(async () => {
      await work();
      invalidate("/api/vehicles");
      toast(said);
      onClose();
    });
  if (away) {
    return (
      <FormDialog
        title={`${vehicle.name} is unavailable`}
        sending={sending}
        submit="Let it be booked again"
        onSubmit={() =>
          act(
            () => call(`${path}/${encodeURIComponent(away.id)}`, { method: "DELETE" }),
            `${vehicle.name} can be booked again`,
          )}
        onClose={onClose}
      >
        <p>
          <strong>{away.reason}</strong>
        </p>
        <p className="faint">
          {dateLong(away.from)} to {dateLong(away.to)}
        </p>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title={`Keep ${vehicle.name} off the road`}
      sending={sending}
      submit="Keep it off"
      disabled={reason.trim() === "" || !from || to < from}
      onSubmit={() =>
        act(
          () => post(path, { from, to, reason: reason.trim() }),
          `${vehicle.name} cannot be booked on these days`,
        )}
      onClose={onClose}
    >
      <div className="away-fields">
        <TextField
          label="First day"
          type="date"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextField
          label="Last day"
          type="date"
          value={to}
          error={to < from ? "Not before the first day" : undefined}
          onChange={(event) => setTo(event.target.value)}
        />
      </div>
      <TextField
        label="Reason"
        maxLength={200}
        placeholder="Inspection, repair, driver on leave…"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
