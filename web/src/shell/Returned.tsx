import { useEffect, useRef, useState } from "react";
import { explain } from "../api/client";
import { session } from "../api/session";
import { navigate, useLocation, within } from "./router";
import { SignIn } from "./SignIn";
import { SignInCard } from "./SignInCard";

/** What the server says in the address when the way over the issuer failed. */
const WORDS: Record<string, string> = {
  "oidc-refused": "What the identity provider answered cannot be trusted, or came too late.",
  "oidc-unavailable": "The identity provider cannot be reached at the moment.",
  "oidc-no-account": "You are known there, but have no account here. Ask an administrator.",
};

const said = (error: string | null) =>
  error && (WORDS[error] ?? `Signing in was refused (${error}).`);

/** Back from another's sign-in: the code in the address is exchanged, once, for a session. */
export default function Returned() {
  const { query } = useLocation();
  const code = useRef(query.get("code"));
  const to = useRef(within(query.get("return")) ?? "/orders");
  const [error, setError] = useState<string | null>(() => said(query.get("error")));
  useEffect(() => {
    const given = code.current;
    code.current = null;
    if (!given) return;
    // Not left in the history, where it would be of no use to anybody honest.
    history.replaceState(null, "", "/console/sign-in");
    session.signIn("/auth/oidc/exchange", { code: given }, false)
      .then(() => navigate(to.current, { replace: true }))
      .catch((reason) => setError(explain(reason)));
  }, []);
  if (!query.get("code") && error === null) return <SignIn organisation={null} />;
  return (
    <SignInCard lead={error ? "Signing in did not work" : "Signing in…"} error={error}>
      {error && <a className="button" href="/console/">Try again</a>}
    </SignInCard>
  );
}
