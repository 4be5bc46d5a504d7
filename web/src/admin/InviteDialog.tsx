import { type FormEvent, useId, useState } from "react";
import { post } from "../api/client";
import type { Account } from "../api/kernel";
import { invalidate } from "../api/query";
import { NOTHING_WRONG, refusal } from "../ui/action";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { RoleChoice } from "./RoleChoice";

/** Invites a person by mail; without a mail server the link is given here, to be handed over. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<string[]>(["operator"]);
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<Account | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fields: Record<string, string> = {};
    if (!name.trim()) fields["/name"] = "Give the name that others will see.";
    if (!/^\S+@\S+$/.test(email.trim())) fields["/email"] = "Give an e-mail address.";
    if (roles.length === 0) fields["/roles"] = "Choose at least one role.";
    setWrong({ fields, rest: null });
    if (Object.keys(fields).length > 0) return;
    setBusy(true);
    try {
      const body = { name: name.trim(), email: email.trim(), roles };
      setMade(await post<Account>("/api/accounts", body));
      invalidate("/api/accounts", "/api/audit");
    } catch (error) {
      setWrong(refusal(error, (pointer) => /^\/(name|email|roles)/.test(pointer)));
    } finally {
      setBusy(false);
    }
  };
  if (made) {
    return (
      <Dialog
        title={`${made.name} is invited`}
        onClose={onClose}
        footer={<Button kind="primary" onClick={onClose}>Done</Button>}
      >
        {made.invitation
          ? (
            <>
              <p>
                This server sends no mail. Hand this link over yourself; with it {made.name}{" "}
                chooses a password. It is shown only now.
              </p>
              <Copy label="Invitation link" text={absolute(made.invitation)} />
            </>
          )
          : (
            <p>
              A link to choose a password is on its way to <strong>{made.email ?? email}</strong>.
            </p>
          )}
      </Dialog>
    );
  }
  return (
    <Dialog
      title="Invite somebody"
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>Invite</Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <div className="grid-2">
          <TextField
            label="Name"
            autoFocus
            maxLength={200}
            value={name}
            error={wrong.fields["/name"]}
            onChange={(event) => setName(event.target.value)}
          />
          <TextField
            label="E-mail"
            type="email"
            maxLength={320}
            value={email}
            error={wrong.fields["/email"]}
            onChange={(event) => setEmail(event.target.value)}
          />
        </div>
        <RoleChoice chosen={roles} error={wrong.fields["/roles"]} onChange={setRoles} />
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

/** The server may not know the address people use for it; the browser does. */
function absolute(link: string): string {
  try {
    return new URL(link, location.origin).href;
  } catch {
    return link;
  }
}
