import { useEffect, useState } from "react";
import { explain } from "../api/client";
import { Button } from "../ui/Button";
import { PasswordField } from "./PasswordField";
import { navigate, useLocation } from "./router";
import { SignInCard } from "./SignInCard";

/** The page a reset or invitation link leads to: one chooses a password. */
export default function Reset() {
  const { query } = useLocation();
  const token = query.get("token");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    document.title = "Choose a password · Weft";
  }, []);
  const short = password.length < 12 ? "At least 12 characters." : undefined;
  const differs = again !== password ? "This is not the same." : undefined;
  const submit = async () => {
    setAsked(true);
    if (short || differs) return;
    setBusy(true);
    setError(null);
    try {
      const response = await fetch("/auth/password/reset", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token, password }),
      });
      if (!response.ok) {
        const problem = await response.json().catch(() => ({}));
        throw new Error(problem.detail || `The server answered ${response.status}.`);
      }
      setDone(true);
    } catch (reason) {
      setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  const leave = () => navigate("/orders", { replace: true });
  if (!token) {
    return (
      <SignInCard
        lead="Choose a password"
        error="This link is not complete. Open it as it is in the message."
      >
        <Button onClick={leave}>To the sign-in</Button>
      </SignInCard>
    );
  }
  if (done) {
    return (
      <SignInCard lead="Done">
        <p role="status">The password is changed, and every earlier session has ended.</p>
        <Button kind="primary" autoFocus onClick={leave}>To the sign-in</Button>
      </SignInCard>
    );
  }
  return (
    <SignInCard lead="Choose a password" error={error} onSubmit={() => void submit()}>
      <PasswordField
        label="New password"
        name="new-password"
        autoComplete="new-password"
        autoFocus
        hint="At least 12 characters; a sentence is good."
        error={asked ? short : undefined}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <PasswordField
        label="Once more"
        name="again"
        autoComplete="new-password"
        error={asked ? differs : undefined}
        value={again}
        onChange={(event) => setAgain(event.target.value)}
      />
      <Button kind="primary" type="submit" busy={busy}>Set the password</Button>
    </SignInCard>
  );
}
