import { type FormEvent, useState } from "react";
import { explain, post } from "../api/client";
import { invalidate } from "../api/query";
import { PasswordField } from "../shell/PasswordField";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { FormError, ShownOnce } from "../ui/FormDialog";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { toast } from "../ui/Toast";
import { QRCode } from "./QRCode";

interface Secret {
  secret: string;
  uri: string;
}

/** A second step at sign-in: six digits from an authenticator, or a recovery code. */
export function TwoSteps({ on }: { on: boolean }) {
  const [secret, setSecret] = useState<Secret | null>(null);
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const begin = async () => {
    setBusy(true);
    setError(null);
    try {
      setSecret(await post<Secret>("/api/me/totp"));
    } catch (reason) {
      setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section
      title="Signing in with two steps"
      aside={
        <span className={`status ${on ? "status-delivered" : "status-dispatched"}`}>
          <Icon name={on ? "shield" : "flag"} size={15} />
          {on ? "On" : "Off"}
        </span>
      }
    >
      <div className="stack">
        <p>
          {on
            ? "Besides the password you are asked for six digits that your authenticator shows."
            : "With an authenticator app, a stolen password alone lets nobody in."}
        </p>
        <FormError>{error}</FormError>
        <div>
          {on
            ? <Button onClick={() => setRemoving(true)}>Turn off…</Button>
            : <Button kind="primary" busy={busy} onClick={begin}>Set up</Button>}
        </div>
      </div>
      {secret && <SetUp secret={secret} onClose={() => setSecret(null)} />}
      {removing && <TurnOff onClose={() => setRemoving(false)} />}
    </Section>
  );
}

function SetUp({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [recovery, setRecovery] = useState<string[] | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const digits = code.replace(/\s+/g, "");
    if (!/^\d{6}$/.test(digits)) return setError("Six digits, as the app shows them.");
    setBusy(true);
    setError(undefined);
    try {
      const answer = await post<{ recoveryCodes: string[] }>("/api/me/totp/confirm", {
        code: digits,
      });
      setRecovery(answer.recoveryCodes);
      invalidate("/api/me");
    } catch (reason) {
      setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  if (recovery) {
    return (
      <ShownOnce
        title="Two steps are on"
        label="Recovery codes"
        text={recovery.join("\n")}
        done="I have kept them"
        onClose={onClose}
      >
        When the phone is lost, each of these lets you in once. Keep them where the password is not.
        {" "}
        <strong>They are shown only now.</strong>
      </ShownOnce>
    );
  }
  return (
    <Dialog
      title="Set up two steps"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="primary" type="submit" form="totp" busy={busy}>Turn on</Button>
        </>
      }
    >
      <form id="totp" onSubmit={submit} noValidate>
        <p>Scan this with an authenticator app, or enter the key by hand.</p>
        <QRCode text={secret.uri} label="QR code of the key below" />
        <Copy label="Key" text={secret.secret} />
        <p>
          <a href={secret.uri}>Open in an app on this device</a>
        </p>
        <TextField
          label="The six digits it shows now"
          autoFocus
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={code}
          error={error}
          onChange={(event) => setCode(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

function TurnOff({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await post("/api/me/totp/disable", { password });
      invalidate("/api/me");
      toast("Two steps are off");
      onClose();
    } catch (reason) {
      setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Turn off two steps?"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep them on</Button>
          <Button kind="danger" type="submit" form="totp-off" busy={busy}>Turn off</Button>
        </>
      }
    >
      <form id="totp-off" onSubmit={submit} noValidate>
        <p>Then the password alone lets one in.</p>
        <PasswordField
          label="Password"
          autoComplete="current-password"
          autoFocus
          value={password}
          error={error}
          onChange={(event) => setPassword(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
