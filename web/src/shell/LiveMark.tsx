import { useEffect, useState, useSyncExternalStore } from "react";
import { live } from "../api/live";
import { Icon } from "../ui/Icon";

/** How long the channel may be away before it is told: a reconnect mostly takes less. */
const GRACE = 4000;

/** Whether what is on screen follows by itself, or is asked for every few seconds. */
export function LiveMark() {
  const state = useSyncExternalStore(live.subscribe, () => live.state);
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (state === "ready") return setAway(false);
    const timer = setTimeout(() => setAway(true), GRACE);
    return () => clearTimeout(timer);
  }, [state]);
  const title = away
    ? "The live channel is away: lists are asked for every few seconds"
    : state === "ready"
    ? "Changes arrive by themselves"
    : "The live channel is being opened";
  return (
    <p className={away ? "live-mark live-mark-away" : "live-mark"} role="status" title={title}>
      <Icon name={away ? "retry" : "live"} size={15} />
      <span>
        {away ? "Checking every few seconds" : state === "ready" ? "Live" : "Connecting…"}
      </span>
    </p>
  );
}
