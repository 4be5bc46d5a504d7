import { type ReactNode, useState } from "react";
import { COMMAND } from "../shell/platform";
import { useSending } from "./action";
import { AreaField, TextField } from "./Field";
import { FormDialog } from "./FormDialog";

interface Props {
  title: string;
  /** What happens, in a sentence or two. */
  children?: ReactNode;
  /** The button that does it. */
  confirm: string;
  /** The button that does not. */
  keep?: string;
  danger?: boolean;
  /** "required": it cannot be done without; "note": it may be left out; null: it is not asked for. */
  reason?: "required" | "note" | null;
  fields?: ReactNode;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks before something is done that others will ask about: what, why, and no half way. */
export function ReasonDialog(props: Props) {
  const { title, children, confirm, keep = "Keep as it is", danger, fields } = props;
  const asks = props.reason === undefined ? "required" : props.reason;
  const sending = useSending("/reason");
  const [reason, setReason] = useState("");
  const missing = asks === "required" && !reason.trim();
  return (
    <FormDialog
      title={title}
      sending={sending}
      submit={confirm}
      leave={keep}
      danger={danger}
      onSubmit={() =>
        sending.send(
          () => props.onConfirm(reason.trim()),
          missing ? { "/reason": "Say why; it is kept." } : {},
        )}
      onClose={props.onClose}
    >
      {children}
      {fields}
      {asks === "note" && (
        <TextField
          label="Note (optional)"
          autoFocus
          maxLength={500}
          value={reason}
          error={sending.errorAt("/reason")}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
      {asks === "required" && (
        <AreaField
          label="Reason"
          autoFocus={!fields}
          maxLength={500}
          value={reason}
          error={sending.errorAt("/reason")}
          hint={`${COMMAND} Enter confirms`}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.currentTarget.form?.requestSubmit();
            }
          }}
        />
      )}
    </FormDialog>
  );
}
