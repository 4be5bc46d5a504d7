import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { PasswordField } from "../shell/PasswordField";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { FormError } from "../ui/FormDialog";
import { Section } from "../ui/Page";
import { toast } from "../ui/Toast";

const SHORTEST = 12;

export function PasswordCard() {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const sending = useSending("/current", "/password");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const mistakes: Record<string, string> = {};
    if (!current) mistakes["/current"] = "Enter the one you have now.";
    if (password.length < SHORTEST) mistakes["/password"] = `At least ${SHORTEST} characters.`;
    return sending.send(async () => {
      await post("/api/me/password", { current, password });
      setCurrent("");
      setPassword("");
      invalidate("/api/me/sessions");
      toast("The password is changed");
    }, mistakes);
  };
  return (
    <Section title="Password">
      <form className="stack" onSubmit={submit} noValidate>
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          value={current}
          error={sending.errorAt("/current")}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <PasswordField
          label="New password"
          autoComplete="new-password"
          hint={`At least ${SHORTEST} characters; a sentence is good.`}
          value={password}
          error={sending.errorAt("/password")}
          onChange={(event) => setPassword(event.target.value)}
        />
        <FormError>{sending.wrong.rest}</FormError>
        <div>
          <Button type="submit" busy={sending.busy}>Change the password</Button>
        </div>
      </form>
    </Section>
  );
}
