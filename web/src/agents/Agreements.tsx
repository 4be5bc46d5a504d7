import { RoleChoice } from "../admin/RoleChoice";
import { Check, TextField } from "../ui/Field";
import { humanise } from "../ui/format";
import { Section } from "../ui/Page";
import type { SettingsDraft } from "./settings";
import type { AgentDetail } from "./types";

interface Props {
  agent: AgentDetail;
  draft: SettingsDraft;
  errorAt: (pointer: string) => string | undefined;
  set: (part: Partial<SettingsDraft>) => void;
}

/** Which calls wait for a person, who is asked, and for how long. */
export function Agreements({ agent, draft, errorAt, set }: Props) {
  const always = (name: string) =>
    agent.toolDetails.some((each) => each.name === name && each.needsApproval) &&
    !agent.settings.approvals.includes(name);
  const toggle = (name: string, on: boolean) =>
    set({
      approvals: on
        ? [...draft.approvals, name].sort()
        : draft.approvals.filter((each) => each !== name),
    });
  const lost = draft.approvals.filter((name) =>
    !agent.toolDetails.some((each) => each.name === name)
  );
  return (
    <Section title="What needs a person's agreement">
      <div className="role-list">
        {agent.toolDetails.map((tool) => (
          <Check
            key={tool.name}
            label={
              <>
                {humanise(tool.name)}
                <span className="faint role-purpose">
                  {always(tool.name) ? "always asks" : tool.purpose}
                </span>
              </>
            }
            checked={always(tool.name) || draft.approvals.includes(tool.name)}
            disabled={always(tool.name)}
            onChange={(event) => toggle(tool.name, event.target.checked)}
          />
        ))}
        {lost.map((name) => (
          <Check
            key={name}
            label={<code>{name}</code>}
            checked
            onChange={() => toggle(name, false)}
          />
        ))}
      </div>
      {errorAt("/approvals") && <p className="field-error">{errorAt("/approvals")}</p>}
      <div className="narrow">
        <TextField
          label="They have"
          unit="minutes"
          inputMode="numeric"
          hint="Then the call counts as not agreed to"
          value={draft.approvalMinutes}
          error={errorAt("/approvalMinutes")}
          onChange={(event) => set({ approvalMinutes: event.target.value })}
        />
      </div>
      <h3 className="part">Who is asked</h3>
      <p className="faint">Without a choice: administrators and managers.</p>
      <RoleChoice
        chosen={draft.approvers}
        error={errorAt("/approvers")}
        without={["customer", "ai-agent", "device"]}
        onChange={(approvers) => set({ approvers })}
      />
      <Check
        label="Somebody else than the person in whose name it acts"
        checked={draft.secondPerson}
        onChange={(event) => set({ secondPerson: event.target.checked })}
      />
    </Section>
  );
}
