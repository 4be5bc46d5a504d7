import { type FormEvent, useId, useState } from "react";
import { patch } from "../api/client";
import type { Account } from "../api/kernel";
import { invalidate } from "../api/query";
import { Link } from "../shell/router";
import { NOTHING_WRONG, refusal } from "../ui/action";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/Toast";
import type { Asked } from "./PeoplePage";
import { AccountState } from "./PeoplePage";
import { RoleChoice } from "./RoleChoice";

interface Props {
  account: Account;
  self: boolean;
  onAsk: (what: NonNullable<Asked>["what"]) => void;
  onClose: () => void;
}

/** One account: its name and roles, and the ways to lock it out. */
export function PersonDialog({ account, self, onAsk, onClose }: Props) {
  const form = useId();
  const [name, setName] = useState(account.name);
  const [roles, setRoles] = useState(account.roles);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const changed = name.trim() !== account.name ||
    [...roles].sort().join() !== [...account.roles].sort().join();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fields: Record<string, string> = {};
    if (!name.trim()) fields["/name"] = "An account needs a name.";
    if (roles.length === 0) fields["/roles"] = "At least one role; or disable the account.";
    if (!reason.trim()) fields["/reason"] = "Say why; it is kept in the audit log.";
    setWrong({ fields, rest: null });
    if (Object.keys(fields).length > 0) return;
    setBusy(true);
    try {
      await patch(`/api/accounts/${account.id}`, { name: name.trim(), roles, reason });
      invalidate("/api/accounts", "/api/me", "/api/audit");
      toast(`${name.trim()} is changed`);
      onClose();
    } catch (error) {
      setWrong(refusal(error, (pointer) => /^\/(name|roles|reason)/.test(pointer)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={account.name}
      wide
      onClose={onClose}
      footer={
        <>
          {!self && (
            <Button
              className="at-start"
              icon={account.disabled ? "check" : "stop"}
              onClick={() => onAsk(account.disabled ? "enable" : "disable")}
            >
              {account.disabled ? "Enable…" : "Disable…"}
            </Button>
          )}
          {account.kind === "person" && (
            <Button icon="out" onClick={() => onAsk("sessions")}>End sessions…</Button>
          )}
          <Button kind="primary" type="submit" form={form} busy={busy} disabled={!changed}>
            Save
          </Button>
        </>
      }
    >
      <Facts
        facts={[
          ["State", <AccountState key="state" account={account} />],
          ["E-mail", account.email ?? "none"],
          ["Two steps", account.totp ? "Yes, with an authenticator" : "No"],
          ["Since", dateTime(account.createdAt)],
          ["Signed in", account.lastSignInAt ? dateTime(account.lastSignInAt) : "never"],
          [
            "What it did",
            <Link key="audit" to={`/admin/audit?actor=${account.id}`}>Audit log</Link>,
          ],
        ]}
      />
      <form id={form} onSubmit={submit} noValidate>
        <TextField
          label="Name"
          maxLength={200}
          value={name}
          error={wrong.fields["/name"]}
          onChange={(event) => setName(event.target.value)}
        />
        <RoleChoice chosen={roles} error={wrong.fields["/roles"]} onChange={setRoles} />
        {changed && (
          <TextField
            label="Reason of the change"
            maxLength={500}
            value={reason}
            error={wrong.fields["/reason"]}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        {wrong.rest && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {wrong.rest}
          </p>
        )}
      </form>
    </Dialog>
  );
}
