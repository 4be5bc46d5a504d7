import { useState } from "react";
import { patch } from "../api/client";
import type { Account } from "../api/kernel";
import { invalidate } from "../api/query";
import { Link } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { dateTime } from "../ui/format";
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
  const sending = useSending("/name", "/roles", "/reason");
  const [name, setName] = useState(account.name);
  const [roles, setRoles] = useState(account.roles);
  const [reason, setReason] = useState("");
  const changed = name.trim() !== account.name ||
    [...roles].sort().join() !== [...account.roles].sort().join();
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "An account needs a name.";
    if (roles.length === 0) mistakes["/roles"] = "At least one role; or disable the account.";
    if (!reason.trim()) mistakes["/reason"] = "Say why; it is kept in the audit log.";
    return sending.send(async () => {
      await patch(`/api/accounts/${account.id}`, { name: name.trim(), roles, reason });
      invalidate("/api/accounts", "/api/me", "/api/audit");
      toast(`${name.trim()} is changed`);
      onClose();
    }, mistakes);
  };
  return (
    <FormDialog
      title={account.name}
      wide
      sending={sending}
      submit="Save"
      disabled={!changed}
      buttons={
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
        </>
      }
      onSubmit={submit}
      onClose={onClose}
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
      <TextField
        label="Name"
        maxLength={200}
        value={name}
        error={sending.errorAt("/name")}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleChoice chosen={roles} error={sending.errorAt("/roles")} onChange={setRoles} />
      {changed && (
        <TextField
          label="Reason of the change"
          maxLength={500}
          value={reason}
          error={sending.errorAt("/reason")}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
    </FormDialog>
  );
}
