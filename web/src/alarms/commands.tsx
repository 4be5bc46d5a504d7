import { useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import type { Alarm } from "../api/kernel";
import { SelectField } from "../ui/Field";
import { ReasonDialog } from "../ui/ReasonDialog";
import { toast } from "../ui/Toast";

export type Asked = { alarm: Alarm; what: "acknowledge" | "shelve" } | null;

const TIMES: [number, string][] = [
  [15, "15 minutes"],
  [60, "an hour"],
  [240, "4 hours"],
  [480, "8 hours, a shift"],
  [1440, "a day"],
];

/** The dialog for what was asked of an alarm. */
export function AlarmDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const [minutes, setMinutes] = useState(60);
  if (!asked) return null;
  const { alarm, what } = asked;
  const path = `/api/alarms/${encodeURIComponent(alarm.id)}`;
  const done = (said: string) => {
    invalidate("/api/alarms", "/api/inbox");
    toast(said);
    onClose();
  };
  if (what === "acknowledge") {
    return (
      <ReasonDialog
        title={`Acknowledge ${alarm.name}?`}
        confirm="Acknowledge"
        keep="Not yet"
        reason="note"
        onConfirm={async (note) => {
          await post(`${path}/acknowledge`, note ? { note } : {});
          done(`${alarm.name} is acknowledged`);
        }}
        onClose={onClose}
      >
        <p>
          You say that you have seen it and that it is being looked at. It stays on the board until
          its cause is gone.
        </p>
      </ReasonDialog>
    );
  }
  return (
    <ReasonDialog
      title={`Shelve ${alarm.name}?`}
      confirm="Shelve"
      keep="Leave it"
      onConfirm={async (reason) => {
        await post(`${path}/shelve`, { minutes, reason });
        done(`${alarm.name} is shelved`);
      }}
      onClose={onClose}
      fields={
        <SelectField
          label="For"
          autoFocus
          value={minutes}
          onChange={(event) => setMinutes(Number(event.target.value))}
        >
          {TIMES.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </SelectField>
      }
    >
      <p>It tells nobody until then, and comes back by itself if its cause is still there.</p>
    </ReasonDialog>
  );
}
