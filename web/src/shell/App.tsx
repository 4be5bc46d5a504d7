import { useEffect, useState, useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import { session } from "../api/session";
import { Toasts } from "../ui/Toast";
import { Mark } from "../ui/Icon";
import { ConnectionBanner } from "./ConnectionBanner";
import { Guard } from "./Guard";
import { navigate, useLocation } from "./router";
import { screen } from "./routes";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

/**
 * Signing in does not change the address: the sign-in screen stands in front of whatever is asked
 * for, and gives way to it.
 */
export function App() {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const { path } = useLocation();
  const [organisation, setOrganisation] = useState<string | null>(null);

  useEffect(() => {
    if (state !== "starting") return;
    const start = () => void session.refresh().catch(() => connection.fails());
    start();
    return connection.onReturn(start);
  }, [state]);
  useEffect(() => {
    if (path === "/") navigate("/orders", { replace: true });
  }, [path]);

  return (
    <>
      {state === "in" && (
        <Shell
          onSwitch={(id) => {
            setOrganisation(id);
            void session.signOut();
          }}
        >
          <Guard key={path}>{screen(path)}</Guard>
        </Shell>
      )}
      {state === "out" && <SignIn organisation={organisation} />}
      {state === "starting" && (
        <div className="starting" role="status" aria-label="Signing in">
          <Mark size={44} />
        </div>
      )}
      <ConnectionBanner />
      <Toasts />
    </>
  );
}
