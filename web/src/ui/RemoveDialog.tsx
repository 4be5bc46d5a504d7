import type { ReactNode } from "react";
import { call } from "../api/client";
import { invalidate } from "../api/query";
import { ReasonDialog } from "./ReasonDialog";

interface Props {
  row: { id: string; name: string };
  /** The list it is in, as `/api/webhooks`. */
  list: string;
  /** What is then different. */
  children: ReactNode;
  onClose: () => void;
}

/** Asks before what somebody made is removed. */
export function RemoveDialog({ row, list, children, onClose }: Props) {
  return (
    <ReasonDialog
      title={`Remove ${row.name}?`}
      confirm="Remove"
      keep="Keep it"
      danger
      reason={null}
      onConfirm={async () => {
        await call(`${list}/${encodeURIComponent(row.id)}`, { method: "DELETE" });
        invalidate(list);
        onClose();
      }}
      onClose={onClose}
    >
      <p>{children}</p>
    </ReasonDialog>
  );
}
