import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { PasswordField } from "../shell/PasswordField";
import { NOTHING_WRONG, refusal } from "../ui/action";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { toast } from "../ui/Toast";

const SHORTEST = 12;

export function PasswordCard() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const fields: Record<string, string> = {};
    if (!current) fields["/current"] = "Enter the one you have now.";
    if (password.length < SHORTEST) fields["/password"] = `At least ${SHORTEST} characters.`;
    setWrong({ fields, rest: null });
    if (Object.keys(fields).length > 0) return;
    setBusy(true);
    try {
      await post("/api/me/password", { current, password });
      setCurrent("");
      setPassword("");
      invalidate("/api/me/sessions");
      toast("The password is changed");
    } catch (error) {
      setWrong(refusal(error, (pointer) => /^\/(current|password)/.test(pointer)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="Password">
      <form className="stack" onSubmit={submit} noValidate>
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          value={current}
          error={wrong.fields["/current"]}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <PasswordField
          label="New password"
          autoComplete="new-password"
          hint={`At least ${SHORTEST} characters; a sentence is good.`}
          value={password}
          error={wrong.fields["/password"]}
          onChange={(event) => setPassword(event.target.value)}
        />
        {wrong.rest && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {wrong.rest}
          </p>
        )}
        <div>
          <Button type="submit" busy={busy}>Change the password</Button>
        </div>
      </form>
    </Section>
  );
}
