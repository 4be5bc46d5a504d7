import { useEffect, useMemo, useState } from "react";
import { explain } from "../api/client";
import { useQuery } from "../api/query";
import type { AgentSummary, Page as ListOf } from "../api/types";
import { machineOf } from "../runs/definition";
import { type Graph, layout } from "../runs/layout";
import { useEscape } from "../shell/keys";
import { navigate, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { JsonEditor, type Problem, useJson } from "../ui/JsonEditor";
import { Page, Section } from "../ui/Page";
import { Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { deploy, lint, versionPath, workflowScreen, type WorkflowVersion } from "./api";
import { PlainGraph } from "./PlainGraph";

/** The agent that decides nothing: it asks people, and waits for what is outside. */
const RUNNER = "workflows.runner";

const BEGINNING = {
  Comment: "What it does, in a sentence.",
  StartAt: "First",
  States: { First: { Type: "Pass", End: true } },
};

/** Writes a version: the definition as text and as picture, with what is wrong at its place. */
export function DeployPage() {
  const { query } = useLocation();
  const of = query.get("of");
  const version = Number(query.get("version"));
  const former = useQuery<WorkflowVersion>(of && version ? versionPath(of, version) : null);
  useEscape(
    () => navigate(of ? workflowScreen(of) : "/runs/workflows"),
    0,
  );
  if (former.loading) {
    return (
      <Page title="Deploy">
        <Skeleton lines={10} />
      </Page>
    );
  }
  return <Deploy key={`${of} ${version}`} former={former.data} of={of} />;
}

function Deploy({ former, of }: { former: WorkflowVersion | undefined; of: string | null }) {
  const found = useQuery<ListOf<AgentSummary>>("/api/agents?limit=200");
  const agents = found.data?.items ?? [];
  const [name, setName] = useState(of ?? "");
  const [agent, setAgent] = useState(former?.agent ?? "");
  const [note, setNote] = useState("");
  const [text, setText] = useState(() => JSON.stringify(former?.definition ?? BEGINNING, null, 2));
  const [selected, setSelected] = useState<string | null>(null);
  const read = useJson(text);
  const acts = agent || (agents.find((each) => each.name === RUNNER) ?? agents[0])?.name;
  const { problems, failure } = useLint(read.error === null ? read.value : undefined, acts);
  const sending = useSending("/name", "/agent", "/note");
  const graph = useMemo(() => drawn(read.value), [read.value]);
  const wrong = useMemo(
    () => new Set((problems ?? []).flatMap((each) => stateOf(each.pointer))),
    [problems],
  );
  // What the server refuses of the definition stands in it, as the linter's problems do.
  const refused = sending.wrong.fields;
  const submit = () =>
    sending.send(async () => {
      const made = await deploy({
        name: name.trim(),
        agent: acts ?? "",
        definition: read.value,
        note: note.trim(),
      });
      toast(`${made.workflow} has version ${made.version}`);
      navigate(`${workflowScreen(made.workflow)}&version=${made.version}`);
    }, name.trim() ? {} : { "/name": "A workflow needs a name." });
  return (
    <Page
      title={of ? "New version" : "Deploy a workflow"}
      back={{
        to: of ? workflowScreen(of) : "/runs/workflows",
        label: of ?? "Workflows",
      }}
      actions={
        <Button
          kind="primary"
          icon="upload"
          busy={sending.busy}
          disabled={read.error !== null || (problems?.length ?? 0) > 0}
          onClick={submit}
        >
          Deploy
        </Button>
      }
    >
      <div className="card deploy-facts">
        <TextField
          label="Name"
          maxLength={200}
          placeholder="warehouse.count-stock"
          readOnly={of !== null}
          value={name}
          error={refused["/name"]}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label="Acts as"
          value={acts ?? ""}
          error={refused["/agent"]}
          hint="It may use this agent's tools"
          onChange={(event) => setAgent(event.target.value)}
        >
          {agents.map((each) => <option key={each.name} value={each.name}>{each.name}</option>)}
        </SelectField>
        <TextField
          label="Note"
          maxLength={500}
          placeholder="What is new, and why"
          value={note}
          error={refused["/note"]}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <FormError>{sending.wrong.rest}</FormError>
      <div className="editor-split">
        <Section
          title="Definition"
          aside={<Verdict wrong={read.error !== null} problems={problems} failure={failure} />}
        >
          <JsonEditor
            label="States Language"
            rows={28}
            text={text}
            problems={problems ?? []}
            onChange={setText}
          />
        </Section>
        <section className="card card-flush editor-picture" aria-label="Picture">
          {graph
            ? <PlainGraph graph={graph} selected={selected} onSelect={setSelected} wrong={wrong} />
            : <p className="faint table-note">The picture comes with the first state.</p>}
        </section>
      </div>
    </Page>
  );
}

/** Asks the server's linter as one types. */
function useLint(definition: unknown, agent: string | undefined) {
  const [found, setFound] = useState<{ of: unknown; problems: Problem[]; failure: unknown }>();
  useEffect(() => {
    if (definition === undefined) return;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        setFound({
          of: definition,
          problems: await lint(definition, agent, stop.signal),
          failure: null,
        });
      } catch (error) {
        if (!stop.signal.aborted) setFound({ of: definition, problems: [], failure: error });
      }
    }, 300);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [definition, agent]);
  const current = found && found.of === definition ? found : null;
  return { problems: current?.problems ?? null, failure: current?.failure ?? null };
}

function Verdict({ wrong, problems, failure }: {
  wrong: boolean;
  problems: Problem[] | null;
  failure: unknown;
}) {
  if (failure) return <span className="wrong" role="status">{explain(failure)}</span>;
  if (wrong) return <span className="status status-failed" role="status">No JSON yet</span>;
  if (problems === null) return <span className="faint" role="status">Checking…</span>;
  return problems.length === 0
    ? (
      <span className="status status-delivered" role="status">
        <Icon name="check" size={15} /> Nothing is wrong
      </span>
    )
    : (
      <span className="status status-failed" role="status">
        <Icon name="alarm" size={15} /> {counted(problems.length, "problem")}
      </span>
    );
}

/** The picture of what is written, as far as it is a machine. */
function drawn(value: unknown): Graph | null {
  try {
    const machine = machineOf(value as never);
    if (typeof machine.StartAt !== "string" || !machine.States[machine.StartAt]) return null;
    const graph = layout(machine);
    return graph.nodes.length > 0 ? graph : null;
  } catch {
    // Half-written states have no picture yet.
    return null;
  }
}

/** The states that a pointer goes through: "/States/A/Branches/0/States/B/Next" names A and B. */
export function stateOf(pointer: string): string[] {
  const steps = pointer.split("/").slice(1)
    .map((each) => each.replace(/~1/g, "/").replace(/~0/g, "~"));
  return steps.filter((_, index) => steps[index - 1] === "States").slice(-1);
}
