import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import "../api/live";
import { session } from "../api/session";
// Here, so that what is kept of a load goes with the session on whatever screen that ends.
import "../loader/kept";
import { Toasts } from "../ui/Toast";
import { Mark } from "../ui/Icon";
import { Skeleton } from "../ui/States";
import { ConnectionBanner } from "./ConnectionBanner";
import { Guard } from "./Guard";
import { navigate, useLocation } from "./router";
import { screen } from "./routes";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

const WallPage = lazy(() => import("../wall/WallPage"));
const ApprovePage = lazy(() => import("../inbox/ApprovePage"));
const Reset = lazy(() => import("./Reset"));
const Returned = lazy(() => import("./Returned"));

/**
 * Signing in does not change the address: the sign-in screen stands in front of whatever is asked
 * for, and gives way to it.
 */
export function App() {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const { path } = useLocation();
  // Nobody can be signed in anew without a network; loading goes on with what the browser has.
  const lost = useSyncExternalStore(connection.subscribe, () => connection.lostSince !== null);
  const [organisation, setOrganisation] = useState<string | null>(null);

  useEffect(() => {
    if (state !== "starting") return;
    const start = () => void session.refresh().catch(() => connection.fails());
    start();
    return connection.onReturn(start);
  }, [state]);
  useEffect(() => {
    if (path === "/" || (path === "/sign-in" && state === "in")) {
      navigate("/orders", { replace: true });
    }
  }, [path, state]);

  return (
    <>
      <Suspense fallback={<Starting />}>
        {path === "/reset" ? <Reset /> : path === "/approve" ? <ApprovePage /> : (
          <>
            {state === "in" && (path === "/wall"
              ? (
                <Guard key={path}>
                  <WallPage />
                </Guard>
              )
              : (
                <Shell
                  onSwitch={(id) => {
                    setOrganisation(id);
                    void session.signOut();
                  }}
                >
                  <Guard key={path}>
                    <Suspense fallback={<Coming />}>{screen(path)}</Suspense>
                  </Guard>
                </Shell>
              ))}
            {state === "out" &&
              (path === "/sign-in" ? <Returned /> : <SignIn organisation={organisation} />)}
            {state === "starting" && (lost && /^\/load\/[^/]+$/.test(path)
              ? <Guard key={path}>{screen(path)}</Guard>
              : <Starting />)}
          </>
        )}
      </Suspense>
      <ConnectionBanner />
      <Toasts />
    </>
  );
}

function Starting() {
  return (
    <div className="starting" role="status" aria-label="Signing in">
      <Mark size={44} />
    </div>
  );
}

/** A screen whose code is on the way. */
function Coming() {
  return (
    <main className="page" id="main" aria-busy="true">
      <div className="card">
        <Skeleton lines={8} />
      </div>
    </main>
  );
}
