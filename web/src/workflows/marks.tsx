import { Icon } from "../ui/Icon";
import type { Route, WorkflowVersion } from "./api";

export function VersionState({ version }: { version: WorkflowVersion }) {
  const gone = Boolean(version.retiredAt);
  return (
    <span className={`status ${gone ? "status-cancelled" : "status-delivered"}`}>
      <Icon name={gone ? "stop" : "check"} size={15} />
      {version.version}
      {gone && ", retired"}
    </span>
  );
}

/** "version 3", or "90 % version 3, 10 % version 4". */
export function saidRoutes(routes: Route[]): string {
  return routes.length === 1
    ? `version ${routes[0]?.version}`
    : routes.map((each) => `${each.weight} % version ${each.version}`).join(", ");
}
