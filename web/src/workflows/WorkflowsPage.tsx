import { RunsArea } from "../runs/RunsArea";
import { usePageActions } from "../shell/actions";
import { Link, navigate } from "../shell/router";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { Empty } from "../ui/States";
import { type WorkflowList, WORKFLOWS, workflowScreen, type WorkflowVersion } from "./api";
import { ProgramWorkflows } from "./ProgramWorkflows";
import { VersionState } from "./marks";

const idOf = (each: WorkflowVersion) => each.workflow;

const COLUMNS: Column<WorkflowVersion>[] = [
  {
    key: "workflow",
    label: "Workflow",
    place: "main",
    sort: "workflow",
    value: (each) => each.workflow,
    cell: (each) => (
      <>
        <span className="strong">{humanise(each.workflow)}</span>
        <code className="faint clip">{each.workflow}</code>
      </>
    ),
  },
  {
    key: "state",
    label: "Newest version",
    place: "status",
    cell: (each) => <VersionState version={each} />,
  },
  { key: "agent", label: "Acts as", cell: (each) => <code className="wrap">{each.agent}</code> },
  { key: "note", label: "Note", className: "clip", cell: (each) => each.note || "–" },
  { key: "by", label: "By", cell: (each) => each.createdBy?.name ?? "–" },
  {
    key: "at",
    label: "Deployed",
    right: true,
    className: "faint",
    sort: "at",
    value: (each) => Date.parse(each.createdAt),
    cell: (each) => <Ago at={each.createdAt} />,
  },
];

/** What can be run: each workflow with its newest version. */
export function WorkflowsPage() {
  const pages = usePages<WorkflowVersion, WorkflowList>(`${WORKFLOWS}?limit=100`, idOf);
  const program = pages.first.data?.program ?? [];
  usePageActions([
    {
      id: "deploy",
      label: "Deploy a workflow",
      icon: "upload",
      key: "a",
      run: () => navigate("/runs/workflows/new"),
    },
  ]);
  return (
    <RunsArea
      title="Workflows"
      lead="What can be run, in which versions"
      actions={
        <Link className="button button-primary" to="/runs/workflows/new">
          <Icon name="upload" />
          <span>Deploy…</span>
        </Link>
      }
    >
      <ListCard
        pages={pages}
        one="workflow"
        empty={
          <Empty icon="runs" title="Nothing is deployed yet">
            A workflow is a States Language document: what happens, in which order, and what is done
            when it fails.
          </Empty>
        }
      >
        <DataTable
          label="Workflows"
          rows={pages.items}
          columns={COLUMNS}
          id={idOf}
          to={(each) => workflowScreen(each.workflow)}
        />
      </ListCard>
      {program.length > 0 && <ProgramWorkflows list={program} />}
    </RunsArea>
  );
}
