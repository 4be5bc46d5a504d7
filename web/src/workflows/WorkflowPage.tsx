import { useMemo, useState } from "react";
import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { JsonTree } from "../runs/JsonTree";
import { machineOf } from "../runs/definition";
import { layout } from "../runs/layout";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section, Tabs } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { RowButton } from "../ui/RowButton";
import { Empty, Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { Aliases } from "./Aliases";
import { retire, versionPath, versionsPath, type WorkflowVersion } from "./api";
import { VersionState } from "./marks";
import { PlainGraph } from "./PlainGraph";
import { StartDialog } from "./StartDialog";

/** A workflow: its versions, where its aliases lead, and the picture of the version chosen. */
export function WorkflowPage() {
  const { query } = useLocation();
  const name = query.get("name") ?? "";
  const versions = useQuery<ListOf<WorkflowVersion>>(
    `${versionsPath(name)}?limit=100&sort=-version`,
  );
  const items = versions.data?.items ?? [];
  const chosen = Number(query.get("version")) || items[0]?.version;
  const tab = query.get("tab") ?? "graph";
  const [retiring, setRetiring] = useState<WorkflowVersion | null>(null);
  const back = { to: "/runs/workflows", label: "Workflows" };
  useEscape(() => navigate("/runs/workflows"), 0);
  useEscape(() => setQuery({ state: null }), 1, query.has("state"));
  usePageActions([
    {
      id: "start",
      label: "Start a run of it",
      icon: "runs",
      run: () => setQuery({ dialog: "start" }),
    },
  ]);
  if (versions.error !== null || !versions.data) {
    return (
      <Page title={humanise(name)} back={back}>
        <div className="card">
          {versions.error !== null
            ? <Failure error={versions.error} retry={versions.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  if (items.length === 0) {
    return (
      <Page title={humanise(name)} back={back} lead={<code>{name}</code>}>
        <div className="card">
          <Empty
            icon="runs"
            title="No version of it is deployed"
            action={<Link to="/runs/workflows">All workflows</Link>}
          >
            What comes with the program is under “Part of this program” in the list.
          </Empty>
        </div>
      </Page>
    );
  }
  return (
    <Page
      title={humanise(name)}
      back={back}
      lead={<code>{name}</code>}
      actions={
        <>
          <Button icon="runs" onClick={() => setQuery({ dialog: "start" })}>Start…</Button>
          <Link
            className="button button-primary"
            to={`/runs/workflows/new?of=${encodeURIComponent(name)}&version=${chosen ?? ""}`}
          >
            <Icon name="upload" />
            <span>New version…</span>
          </Link>
        </>
      }
    >
      <div className="columns workflow-columns">
        <section className="card card-flush" aria-label="Versions">
          <header className="card-head card-head-flush">
            <h2>Versions</h2>
          </header>
          <ul className="versions">
            {items.map((each) => (
              <li key={each.version} className={each.version === chosen ? "row-chosen" : ""}>
                <button
                  type="button"
                  className="version-choice"
                  aria-pressed={each.version === chosen}
                  onClick={() =>
                    setQuery({ version: String(each.version) })}
                >
                  <VersionState version={each} />
                  <span className="wrap">{each.note || "No note"}</span>
                  <span className="faint">
                    {each.createdBy?.name}, <Ago at={each.createdAt} />
                    {each.retireReason && `; retired: ${each.retireReason}`}
                  </span>
                </button>
                {!each.retiredAt && (
                  <RowButton
                    does="Retire…"
                    of={`version ${each.version}`}
                    onPress={() => setRetiring(each)}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
        <Aliases name={name} versions={items} />
      </div>
      <Tabs
        label="Definition"
        active={tab}
        onChange={(key) => setQuery({ tab: key === "graph" ? null : key })}
        tabs={[{ key: "graph", label: "Graph" }, { key: "definition", label: "Definition" }]}
      />
      <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
        {chosen !== undefined && <Definition name={name} version={chosen} tab={tab} />}
      </div>
      {retiring && (
        <ReasonDialog
          title={`Retire version ${retiring.version}?`}
          confirm="Retire"
          danger
          onConfirm={async (reason) => {
            await retire(name, retiring.version, reason);
            toast(`Version ${retiring.version} is retired`);
            setRetiring(null);
          }}
          onClose={() => setRetiring(null)}
        >
          <p>Nothing new starts with it; what runs goes on to its end.</p>
        </ReasonDialog>
      )}
      {query.get("dialog") === "start" && (
        <StartDialog
          name={name}
          onClose={() => setQuery({ dialog: null })}
        />
      )}
    </Page>
  );
}

function Definition({ name, version, tab }: { name: string; version: number; tab: string }) {
  const found = useQuery<WorkflowVersion>(versionPath(name, version));
  const selected = useLocation().query.get("state");
  const definition = found.data?.definition;
  const graph = useMemo(() => definition ? layout(machineOf(definition)) : null, [definition]);
  if (found.error !== null) return <Failure error={found.error} retry={found.refresh} />;
  if (!definition || !graph) return <Skeleton lines={8} />;
  if (tab === "definition") {
    return (
      <Section title={`Version ${version}`}>
        <JsonTree value={definition} label="Definition" />
      </Section>
    );
  }
  return (
    <section className="card card-flush" aria-label={`Graph of version ${version}`}>
      <PlainGraph graph={graph} selected={selected} onSelect={(state) => setQuery({ state })} />
    </section>
  );
}
