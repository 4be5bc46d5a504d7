import type { IconName } from "../ui/Icon";
import { Icon } from "../ui/Icon";
import { humanise } from "../ui/format";
import type { RuleTarget } from "./api";

export const KINDS: [RuleTarget["kind"], string, IconName][] = [
  ["workflow", "starts a workflow", "runs"],
  ["agent", "asks an agent", "agents"],
  ["webhook", "posts to a webhook", "hook"],
  ["notification", "tells people", "bell"],
  ["forward", "publishes under another type", "send"],
];

export function fresh(kind: RuleTarget["kind"]): RuleTarget {
  switch (kind) {
    case "workflow":
      return { kind, workflow: "" };
    case "agent":
      return { kind, agent: "" };
    case "webhook":
      return { kind, webhook: "" };
    case "notification":
      return { kind, roles: [], severity: "info", subject: "", text: "" };
    case "forward":
      return { kind, type: "" };
  }
}

/** "Starts Process order". */
export function TargetWords({ target }: { target: RuleTarget }) {
  const icon = KINDS.find(([kind]) => kind === target.kind)?.[2] ?? "send";
  return (
    <span className="target-words">
      <Icon name={icon} size={16} />
      <span className="wrap">{words(target)}</span>
    </span>
  );
}

function words(target: RuleTarget): string {
  switch (target.kind) {
    case "workflow":
      return `Starts ${humanise(target.workflow.split(":")[0] ?? "")}`;
    case "agent":
      return `Asks ${humanise(target.agent)}`;
    case "webhook":
      return `Posts to webhook ${target.webhook}`;
    case "notification":
      return `Tells every ${target.roles.join(", ")}: ${target.subject}`;
    case "forward":
      return `Publishes ${target.type}`;
  }
}

/** What a target lacks, at its fields. */
export function lacking(target: RuleTarget): Record<string, string> {
  switch (target.kind) {
    case "workflow":
      return target.workflow.trim() ? {} : { "/target/workflow": "Say which workflow." };
    case "agent":
      return target.agent.trim() ? {} : { "/target/agent": "Say which agent." };
    case "webhook":
      return target.webhook ? {} : { "/target/webhook": "Choose a webhook." };
    case "notification":
      return {
        ...(target.roles.length > 0 ? {} : { "/target/roles": "Choose who is told." }),
        ...(target.subject.trim() ? {} : { "/target/subject": "Say what they are told." }),
      };
    case "forward":
      return target.type.trim() ? {} : { "/target/type": "Say under which type." };
  }
}
