import { useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import { timeFine } from "../ui/format";
import { Icon } from "../ui/Icon";

/** Stays until the server answers again. */
export function ConnectionBanner() {
  const since = useSyncExternalStore(connection.subscribe, () => connection.lostSince);
  return (
    <div role="alert" className="connection-place">
      {since !== null && (
        <div className="connection">
          <Icon name="alarm" />
          <span>
            <strong>Connection lost.</strong> Showing what was known at{" "}
            {timeFine(new Date(since).toISOString())}; trying again…
          </span>
        </div>
      )}
    </div>
  );
}
