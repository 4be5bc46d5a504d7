import { useState } from "react";
import { call, explain, post } from "../api/client";
import { invalidate } from "../api/query";
import type { Named } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
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
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const path = `/api/vehicles/${encodeURIComponent(vehicle.id)}/unavailability`;
  const act = async (work: () => Promise<unknown>, said: string) => {
    setBusy(true);
    setWrong(null);
    try {
      await work();
      invalidate("/api/vehicles");
      toast(said);
      onClose();
    } catch (error) {
      setWrong(explain(error));
    } finally {
      setBusy(false);
    }
  };
  if (away) {
    return (
      <Dialog
        title={`${vehicle.name} is unavailable`}
        onClose={onClose}
        footer={
          <Button
            kind="primary"
            busy={busy}
            onClick={() =>
              act(
                () => call(`${path}/${encodeURIComponent(away.id)}`, { method: "DELETE" }),
                `${vehicle.name} can be booked again`,
              )}
          >
            Let it be booked again
          </Button>
        }
      >
        <p>
          <strong>{away.reason}</strong>
        </p>
        <p className="faint">
          {dateLong(away.from)} to {dateLong(away.to)}
        </p>
        {wrong && <p className="notice notice-wrong" role="alert">{wrong}</p>}
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Keep ${vehicle.name} off the road`}
      onClose={onClose}
      footer={
        <Button
          kind="primary"
          busy={busy}
          disabled={reason.trim() === "" || !from || to < from}
          onClick={() =>
            act(
              () => post(path, { from, to, reason: reason.trim() }),
              `${vehicle.name} cannot be booked on these days`,
            )}
        >
          Keep it off
        </Button>
      }
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
      {wrong && <p className="notice notice-wrong" role="alert">{wrong}</p>}
    </Dialog>
  );
}
