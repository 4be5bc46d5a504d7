import { type FormEvent, type ReactNode, useId, useState } from "react";
import { explain } from "../api/client";
import { COMMAND } from "../shell/platform";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { AreaField, TextField } from "./Field";
import { Icon } from "./Icon";

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
  const form = useId();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const missing = asks === "required" && !reason.trim();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (missing) return;
    setBusy(true);
    setError(null);
    try {
      await props.onConfirm(reason.trim());
    } catch (wrong) {
      setError(explain(wrong));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{keep}</Button>
          <Button kind={danger ? "danger" : "primary"} type="submit" form={form} busy={busy}>
            {confirm}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        {children}
        {fields}
        {asks === "note" && (
          <TextField
            label="Note (optional)"
            autoFocus
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        {asks === "required" && (
          <AreaField
            label="Reason"
            autoFocus={!fields}
            maxLength={500}
            value={reason}
            error={asked && missing ? "Say why; it is kept." : undefined}
            hint={`${COMMAND} Enter confirms`}
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.currentTarget.form?.requestSubmit();
              }
            }}
          />
        )}
        {error && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
