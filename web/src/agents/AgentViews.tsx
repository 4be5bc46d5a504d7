import { SubNav } from "../ui/SubNav";

const PARTS = [{ to: "/agents", label: "Agents" }, { to: "/decisions", label: "Decisions" }];

/** The two views of what agents are and do. */
export function AgentViews() {
  return <SubNav label="Agents" parts={PARTS} />;
}
