import { Button, IconButton } from "../ui/Button";
import { Check, SelectField } from "../ui/Field";
import { useWorkflowNames } from "../workflows/api";
import { useCatalogue } from "./api";
import { NumberField } from "./NumberField";
import type { Cost, Remedy } from "./types";

/** Which workflows may bring it back, at what cost, and who has to agree. */
export function Remedies({ remedies, error, onChange }: {
  remedies: Remedy[];
  error: string | undefined;
  onChange: (remedies: Remedy[]) => void;
}) {
  const names = useWorkflowNames();
  const put = (index: number, next: Partial<Remedy>) =>
    onChange(remedies.map((each, at) => at === index ? { ...each, ...next } : each));
  return (
    <>
      {remedies.map((each, index) => (
        <fieldset key={index} className="remedy">
          <legend>Remedy {index + 1}</legend>
          <div className="grid-2">
            <SelectField
              label="Workflow"
              value={each.workflow}
              onChange={(event) => put(index, { workflow: event.target.value })}
            >
              <option value="">choose one</option>
              {[...new Set([...names, each.workflow])].filter(Boolean).map((name) => (
                <option key={name} value={name}>{name}</option>
              ))}
            </SelectField>
            <NumberField
              label="Makes the value better by"
              min={0}
              value={each.effect}
              onNumber={(effect) => put(index, { effect })}
            />
            <SelectField
              label="Costs"
              value={each.cost}
              onChange={(event) => put(index, { cost: event.target.value as Cost })}
            >
              <option value="low">little</option>
              <option value="medium">some</option>
              <option value="high">much</option>
            </SelectField>
            <NumberField
              label="Effect is judged after"
              unit="s"
              min={10}
              value={each.judgeAfterSeconds}
              onNumber={(judgeAfterSeconds) => put(index, { judgeAfterSeconds })}
            />
          </div>
          <div className="remedy-foot">
            <Check
              label="A person must agree each time"
              checked={each.needsApproval}
              onChange={(event) => put(index, { needsApproval: event.target.checked })}
            />
            <IconButton
              icon="trash"
              label={`Remove remedy ${index + 1}`}
              onClick={() => onChange(remedies.filter((_, at) => at !== index))}
            />
          </div>
        </fieldset>
      ))}
      {error && <p className="field-error">{error}</p>}
      {remedies.length < 5 && (
        <div>
          <Button
            small
            icon="plus"
            onClick={() =>
              onChange([...remedies, {
                workflow: "",
                cost: "low",
                needsApproval: false,
                effect: 0.05,
                judgeAfterSeconds: 900,
              }])}
          >
            Add a workflow
          </Button>
        </div>
      )}
    </>
  );
}

/** What the program itself can do about what is measured. */
export function Known({ metric }: { metric: string | undefined }) {
  const catalogue = useCatalogue().data;
  const all = catalogue?.remediations ?? [];
  const helps = all.filter((each) => metric !== undefined && each.helps.includes(metric));
  if (helps.length === 0) {
    return <p className="faint">Nothing that comes with the program helps with this measure.</p>;
  }
  return (
    <div className="faint">
      <p>What comes with the program and may help:</p>
      <ul className="known">
        {helps.map((each) => <li key={each.name}>{each.purpose}</li>)}
      </ul>
    </div>
  );
}
