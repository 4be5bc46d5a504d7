import { useState } from "react";
import { post } from "../api/client";
import type { Account } from "../api/kernel";
import { invalidate } from "../api/query";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { FormDialog, ShownOnce } from "../ui/FormDialog";
import { RoleChoice } from "./RoleChoice";

/** Invites a person by mail; without a mail server the link is given here, to be handed over. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const sending = useSending("/name", "/email", "/roles");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<string[]>(["operator"]);
  const [made, setMade] = useState<Account | null>(null);
  const submit = () => {
    const mistakes: Record<string, string> = {};
    if (!name.trim()) mistakes["/name"] = "Give the name that others will see.";
    if (!/^\S+@\S+$/.test(email.trim())) mistakes["/email"] = "Give an e-mail address.";
    if (roles.length === 0) mistakes["/roles"] = "Choose at least one role.";
    return sending.send(async () => {
      const body = { name: name.trim(), email: email.trim(), roles };
      setMade(await post<Account>("/api/accounts", body));
      invalidate("/api/accounts", "/api/audit");
    }, mistakes);
  };
  if (made?.invitation) {
    return (
      <ShownOnce
        title={`${made.name} is invited`}
        label="Invitation link"
        text={absolute(made.invitation)}
        done="Done"
        onClose={onClose}
      >
        This server sends no mail. Hand this link over yourself; with it {made.name}{" "}
        chooses a password. It is shown only now.
      </ShownOnce>
    );
  }
  if (made) {
    return (
      <Dialog
        title={`${made.name} is invited`}
        onClose={onClose}
        footer={<Button kind="primary" onClick={onClose}>Done</Button>}
      >
        <p>
          A link to choose a password is on its way to <strong>{made.email ?? email}</strong>.
        </p>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Invite somebody"
      wide
      sending={sending}
      submit="Invite"
      leave="Not now"
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid-2">
        <TextField
          label="Name"
          autoFocus
          maxLength={200}
          value={name}
          error={sending.errorAt("/name")}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="E-mail"
          type="email"
          maxLength={320}
          value={email}
          error={sending.errorAt("/email")}
          onChange={(event) => setEmail(event.target.value)}
        />
      </div>
      <RoleChoice chosen={roles} error={sending.errorAt("/roles")} onChange={setRoles} />
    </FormDialog>
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
