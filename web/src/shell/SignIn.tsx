import { useEffect, useState } from "react";
import { explain } from "../api/client";
import { CodeNeeded, session } from "../api/session";
import { Button } from "../ui/Button";
import { Check, TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { PasswordField } from "./PasswordField";
import { SignInCard } from "./SignInCard";

const LAST = "weft.email";

interface Provider {
  name: string;
  label: string;
}

/** `organisation` is the one to enter, when one account belongs to several. */
export function SignIn({ organisation }: { organisation: string | null }) {
  const [stage, setStage] = useState<"password" | "code" | "forgot" | "sent">("password");
  const [email, setEmail] = useState(() => localStorage.getItem(LAST) ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const providers = useProviders();
  useEffect(() => {
    document.title = "Sign in · Weft";
  }, []);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      if (reason instanceof CodeNeeded) setStage("code");
      else setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  const signIn = () =>
    attempt(async () => {
      const body: Record<string, string> = { email: email.trim(), password };
      if (organisation) body.organisation = organisation;
      if (stage === "code") body.code = code.replace(/\s+/g, "");
      await session.signIn("/auth/token", body, remember);
      localStorage.setItem(LAST, email.trim());
    });
  const forgot = () =>
    attempt(async () => {
      const response = await fetch("/auth/password/forgot", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ email: email.trim() }),
      });
      if (response.status === 404) throw new Error("This server sends no reset links.");
      if (!response.ok) throw new Error(`The server answered ${response.status}. Try again.`);
      setStage("sent");
    });
  const turn = (to: typeof stage) => () => {
    setError(null);
    setCode("");
    setStage(to);
  };
  const mail = (
    <TextField
      label="E-mail"
      type="email"
      name="email"
      autoComplete="username"
      required
      autoFocus={!email || stage === "forgot"}
      value={email}
      onChange={(event) => setEmail(event.target.value)}
    />
  );
  if (stage === "code") {
    return (
      <SignInCard lead="One more step" error={error} onSubmit={() => void signIn()}>
        <p>Enter the six digits that your authenticator shows, or one of your recovery codes.</p>
        <TextField
          label="Code"
          name="code"
          autoComplete="one-time-code"
          autoCapitalize="off"
          required
          autoFocus
          maxLength={40}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button kind="primary" type="submit" busy={busy}>{busy ? "Signing in…" : "Sign in"}</Button>
        <Button kind="quiet" onClick={turn("password")}>Back</Button>
      </SignInCard>
    );
  }
  if (stage === "forgot") {
    return (
      <SignInCard lead="Forgotten password" error={error} onSubmit={() => void forgot()}>
        <p>A link with which you choose a new password is sent to you.</p>
        {mail}
        <Button kind="primary" type="submit" busy={busy}>Send the link</Button>
        <Button kind="quiet" onClick={turn("password")}>Back</Button>
      </SignInCard>
    );
  }
  if (stage === "sent") {
    return (
      <SignInCard lead="Forgotten password">
        <p role="status">
          If there is an account for{" "}
          <strong>{email.trim()}</strong>, a link is on its way to it. It is good for a short time,
          and once.
        </p>
        <Button kind="primary" autoFocus onClick={turn("password")}>Back to signing in</Button>
      </SignInCard>
    );
  }
  return (
    <SignInCard
      lead="The operation, and why it did what it did"
      error={error}
      onSubmit={() => void signIn()}
    >
      {mail}
      <PasswordField
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        autoFocus={!!email}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <div className="sign-in-row">
        <Check
          label="Stay signed in"
          checked={remember}
          onChange={(event) => setRemember(event.target.checked)}
        />
        <button type="button" className="link-button" onClick={turn("forgot")}>
          Forgot it?
        </button>
      </div>
      <Button kind="primary" type="submit" busy={busy}>{busy ? "Signing in…" : "Sign in"}</Button>
      {providers.length > 0 && (
        <div className="providers" role="group" aria-label="Other ways to sign in">
          <p className="faint">or</p>
          {providers.map((each) => (
            <a key={each.name} className="button" href={start(each.name)}>
              <Icon name="shield" />
              <span>With {each.label}</span>
            </a>
          ))}
        </div>
      )}
    </SignInCard>
  );
}

function start(name: string): string {
  const back = encodeURIComponent(location.pathname + location.search);
  return `/auth/oidc/${encodeURIComponent(name)}/start?return=${back}`;
}

/** Who else vouches for people here; none where the server offers none. */
function useProviders(): Provider[] {
  const [providers, setProviders] = useState<Provider[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    fetch("/auth/oidc", { signal: abort.signal })
      .then((response) => response.ok ? response.json() : { items: [] })
      .then((data: { items?: Provider[] }) => setProviders(data.items ?? []))
      .catch(() => undefined);
    return () => abort.abort();
  }, []);
  return providers;
}
