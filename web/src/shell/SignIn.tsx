import { type FormEvent, useEffect, useState } from "react";
import { explain } from "../api/client";
import { session } from "../api/session";
import { Button } from "../ui/Button";
import { Check, TextField } from "../ui/Field";
import { Icon, Mark } from "../ui/Icon";

const LAST = "weft.email";

/** `organisation` is the one to enter, when one account belongs to several. */
export function SignIn({ organisation }: { organisation: string | null }) {
  const [email, setEmail] = useState(() => localStorage.getItem(LAST) ?? "");
  const [password, setPassword] = useState("");
  const [remember, setRemember] = useState(false);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    document.title = "Sign in · Weft";
  }, []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await session.signIn(email.trim(), password, organisation, remember);
      localStorage.setItem(LAST, email.trim());
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in" id="main">
      <svg className="sign-in-cloth" aria-hidden="true">
        <defs>
          <pattern id="cloth" width="56" height="28" patternUnits="userSpaceOnUse">
            <path d="M14 0v28M42 0v28" />
            <path d="M0 14c7 0 7-6 14-6s14 12 28 12 7-6 14-6" />
          </pattern>
        </defs>
        <rect width="100%" height="100%" fill="url(#cloth)" />
      </svg>
      <form className="sign-in-card" onSubmit={submit}>
        <div className="sign-in-brand">
          <Mark size={40} />
          <div>
            <h1>Weft</h1>
            <p>The operation, and why it did what it did</p>
          </div>
        </div>
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus={!email}
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <div className="password">
          <TextField
            label="Password"
            type={shown ? "text" : "password"}
            name="password"
            autoComplete="current-password"
            required
            autoFocus={!!email}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <button type="button" className="link-button" onClick={() => setShown(!shown)}>
            {shown ? "Hide" : "Show"}
          </button>
        </div>
        <Check
          label="Stay signed in on this device"
          checked={remember}
          onChange={(event) => setRemember(event.target.checked)}
        />
        {error && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {error}
          </p>
        )}
        <Button kind="primary" type="submit" busy={busy}>{busy ? "Signing in…" : "Sign in"}</Button>
      </form>
    </main>
  );
}
