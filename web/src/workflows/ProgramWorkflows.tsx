import { useMemo, useState } from "react";
import { machineOf } from "../runs/definition";
import { layout } from "../runs/layout";
import { Link } from "../shell/router";
import { humanise } from "../ui/format";
import { Section } from "../ui/Page";
import type { ProgramWorkflow } from "./api";
import { PlainGraph } from "./PlainGraph";

/** What comes with the program: it changes with it, and each version that ran is kept. */
export function ProgramWorkflows({ list }: { list: ProgramWorkflow[] }) {
  return (
    <Section title="Part of this program">
      {list.map((each) => <Shipped key={each.workflow} workflow={each} />)}
    </Section>
  );
}

function Shipped({ workflow }: { workflow: ProgramWorkflow }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="shipped" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>{humanise(workflow.workflow)}</strong>{" "}
        <code className="faint">{workflow.workflow}</code>
      </summary>
      <p className="faint">
        Version {workflow.version}, acts as {workflow.agent}.{" "}
        <Link to={`/runs?workflow=${encodeURIComponent(workflow.workflow)}`}>Its runs</Link>
      </p>
      {open && <Picture workflow={workflow} />}
    </details>
  );
}

function Picture({ workflow }: { workflow: ProgramWorkflow }) {
  const [selected, setSelected] = useState<string | null>(null);
  const graph = useMemo(() => layout(machineOf(workflow.definition)), [workflow]);
  return <PlainGraph graph={graph} selected={selected} onSelect={setSelected} />;
}
