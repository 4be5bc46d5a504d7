import { useEffect, useState } from "react";
import { call, explain, get, post, Problem } from "../api/client";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";

/** The server's id of this browser's subscription, for taking it back. */
const KEPT = "weft.push";

type State =
  | { at: "asking" }
  | { at: "impossible"; why: string }
  | { at: "off"; key: string }
  | { at: "on" };

/** Messages to this device while the console is closed, where server and browser can. */
export function PushCard() {
  const [state, setState] = useState<State>({ at: "asking" });
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let gone = false;
    look().then((next) => gone || setState(next));
    return () => {
      gone = true;
    };
  }, []);
  const change = async (work: () => Promise<State>) => {
    setBusy(true);
    try {
      setState(await work());
    } catch (error) {
      toast(explain(error), "wrong");
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="Push on this device">
      {state.at === "asking" && <Skeleton lines={2} />}
      {state.at === "impossible" && (
        <p className="notice with-icon">
          <Icon name="info" size={16} />
          {state.why}
        </p>
      )}
      {state.at === "off" && (
        <div className="stack">
          <p>Be told here even while the console is closed. The browser asks whether it may.</p>
          <div>
            <Button icon="bell" busy={busy} onClick={() => change(() => subscribe(state.key))}>
              Turn on for this device
            </Button>
          </div>
        </div>
      )}
      {state.at === "on" && (
        <div className="stack">
          <p className="with-icon" role="status">
            <Icon name="check" size={16} />
            This device is told.
          </p>
          <div>
            <Button busy={busy} onClick={() => change(unsubscribe)}>Turn off here</Button>
          </div>
        </div>
      )}
    </Section>
  );
}

async function look(): Promise<State> {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) {
    return { at: "impossible", why: "This browser takes no push messages." };
  }
  try {
    const registration = await navigator.serviceWorker.getRegistration("/console/");
    const subscription = await registration?.pushManager.getSubscription();
    if (subscription && localStorage.getItem(KEPT)) return { at: "on" };
    const { key } = await get<{ key: string }>("/api/push-key");
    return { at: "off", key };
  } catch (error) {
    const missing = error instanceof Problem && error.status === 404;
    return {
      at: "impossible",
      why: missing ? "This server sends no push messages." : explain(error),
    };
  }
}

async function subscribe(key: string): Promise<State> {
  if (await Notification.requestPermission() !== "granted") {
    return {
      at: "impossible",
      why: "The browser does not allow it. Change that in the settings of this site.",
    };
  }
  await navigator.serviceWorker.register("/console/sw.js", { scope: "/console/" });
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(key),
  });
  const { endpoint, keys } = subscription.toJSON();
  try {
    const kept = await post<{ id: string }>("/api/me/push", {
      endpoint,
      keys,
      label: navigator.platform || "Browser",
    });
    localStorage.setItem(KEPT, kept.id);
  } catch (error) {
    // What the server does not know of would only use up the browser's one subscription.
    await subscription.unsubscribe();
    throw error;
  }
  return { at: "on" };
}

async function unsubscribe(): Promise<State> {
  const id = localStorage.getItem(KEPT);
  const registration = await navigator.serviceWorker.getRegistration("/console/");
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  localStorage.removeItem(KEPT);
  if (id) await call(`/api/me/push/${id}`, { method: "DELETE" });
  return look();
}

/** base64url, as the server gives its key, to the bytes the browser wants. */
function bytes(text: string): Uint8Array {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/").padEnd(
    Math.ceil(text.length / 4) * 4,
    "=",
  );
  return Uint8Array.from(atob(padded), (each) => each.charCodeAt(0));
}
