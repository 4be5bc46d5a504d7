import { useQuery } from "../api/query";
import type { Decision, Page as ListOf } from "../api/types";
import { DecisionTable } from "../decisions/DecisionsPage";
import { useCurrency } from "../decisions/useCurrency";
import { modelCost } from "../decisions/words";
import { JsonTree } from "../runs/JsonTree";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { isAdmin, useMe } from "../shell/me";
import { useRecent } from "../shell/recent";
import { Link, navigate, oneOf, setQuery, useLocation } from "../shell/router";
import { Facts } from "../ui/Data";
import { count, duration, humanise, percent } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Page, Section, Tabs } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { Automation, Mode } from "./Automation";
import { SettingsForm } from "./SettingsForm";
import type { AgentDetail, AgentTool } from "./types";

const TOPICS = ["decisions"];

/** One agent: what it is for, what it can do, what it decided, and how it is set. */
export function AgentPage({ name }: { name: string }) {
  const path = `/api/agents/${encodeURIComponent(name)}`;
  const { data, error, refresh } = useQuery<AgentDetail>(path, 15_000, TOPICS);
  const { query } = useLocation();
  const admin = isAdmin(useMe());
  const tab = oneOf(query.get("tab"), "overview", "decisions", "settings");
  const show = (key: string) => setQuery({ tab: key === "overview" ? null : key });
  const back = { to: "/agents", label: "Agents" };
  useEscape(() => navigate("/agents"), 0);
  useRecent(`/agents/${name}`, data && humanise(data.name), "agents");
  usePageActions([
    {
      id: "overview",
      label: "What it is for",
      icon: "info",
      key: "1",
      run: () => show("overview"),
    },
    { id: "decisions", label: "Decisions", icon: "agents", key: "2", run: () => show("decisions") },
    { id: "settings", label: "Settings", icon: "gear", key: "3", run: () => show("settings") },
  ]);
  if (error !== null && !data) {
    return (
      <Page title={humanise(name)} back={back}>
        <div className="card">
          <Failure error={error} retry={refresh} />
        </div>
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title={humanise(name)} back={back}>
        <div className="card">
          <Skeleton lines={10} />
        </div>
      </Page>
    );
  }
  return (
    <Page
      title={humanise(data.name)}
      heading={
        <span className="heading-row">
          {humanise(data.name)}
          <Mode mode={data.mode} />
        </span>
      }
      lead={data.purpose}
      back={back}
    >
      <Figures agent={data} />
      <Tabs
        label="Agent"
        active={tab}
        onChange={show}
        tabs={[
          { key: "overview", label: "What it can do" },
          { key: "decisions", label: "Decisions" },
          { key: "settings", label: "Settings" },
        ]}
      />
      <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
        {tab === "overview" && <Overview agent={data} />}
        {tab === "decisions" && <Recent name={data.name} />}
        {tab === "settings" && <SettingsForm key={data.name} agent={data} mayEdit={admin} />}
      </div>
    </Page>
  );
}

function Figures({ agent }: { agent: AgentDetail }) {
  const currency = useCurrency();
  const rate = agent.invocations > 0 ? agent.errors / agent.invocations : 0;
  const time = (value: number | null | undefined) =>
    typeof value === "number" && agent.invocations > 0 ? duration(value) : "–";
  return (
    <div className="card agent-figures">
      <ul className="figures">
        <li>
          <span>Runs</span>
          <strong className="num">{count(agent.invocations)}</strong>
        </li>
        <li className={rate > 0.05 ? "figure-wrong" : ""}>
          <span>Errors</span>
          <strong className="num">
            {rate > 0.05 && <Icon name="alarm" size={15} />} {percent(rate)}
          </strong>
        </li>
        <li>
          <span>p50</span>
          <strong className="num">{time(agent.p50Micros)}</strong>
        </li>
        <li>
          <span>p99</span>
          <strong className="num">{time(agent.p99Micros)}</strong>
        </li>
        <li>
          <span>Models, {agent.automation.days} days</span>
          <strong className="num">{modelCost(agent.costMicros, currency)}</strong>
        </li>
      </ul>
      <div>
        <span className="figure-label">Routine tasks without a person</span>
        <Automation rate={agent.automation} />
      </div>
    </div>
  );
}

const EFFECTS: Record<AgentTool["effect"], [string, IconName]> = {
  read: ["looks something up", "eye"],
  compute: ["works something out", "cube"],
  write: ["changes records", "bolt"],
  external: ["asks outside", "send"],
};

function Overview({ agent }: { agent: AgentDetail }) {
  return (
    <div className="columns">
      <Section
        title="Tools"
        aside={<span className="faint">It can use nothing else</span>}
      >
        {agent.toolDetails.length === 0 && <p className="faint">It has none.</p>}
        <ul className="tools">
          {agent.toolDetails.map((tool) => <ToolRow key={tool.name} tool={tool} />)}
        </ul>
        {agent.settings.outsideTools.length > 0 && (
          <>
            <h3 className="part">Of outside servers</h3>
            <ul className="tool-list">
              {agent.settings.outsideTools.map((each) => (
                <li key={each}>
                  <Icon name="link" size={14} />
                  <code>{each}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </Section>
      <div className="stack">
        <Section title="How it works">
          <Facts
            facts={[
              ["Name", <code key="name" className="wrap">{agent.name}</code>],
              [
                "Decides",
                agent.mode === "model"
                  ? `the model ${agent.settings.models.join(", else ")}; else its rules`
                  : "its rules",
              ],
              [
                "Rules",
                agent.policy
                  ? `${humanise(agent.policy.name)}, version ${agent.policy.version}`
                  : "–",
              ],
              [
                "Routine tasks",
                agent.routineTasks.length > 0
                  ? agent.routineTasks.map((each) => humanise(each)).join(", ")
                  : "none",
              ],
              [
                "Colleagues",
                agent.colleagues.length > 0
                  ? (
                    <span key="colleagues">
                      {agent.colleagues.map((each, index) => (
                        <span key={each}>
                          {index > 0 && ", "}
                          <Link to={`/agents/${encodeURIComponent(each)}`}>{humanise(each)}</Link>
                        </span>
                      ))}
                    </span>
                  )
                  : "none",
              ],
              ["Settings", agent.version === 0 ? "as made" : `version ${agent.version}`],
            ]}
          />
        </Section>
        {agent.guidance && (
          <Section title="What its maker tells a model">
            <p className="guidance">{agent.guidance}</p>
          </Section>
        )}
        <Section title="What it takes and gives">
          <details className="more-data">
            <summary>What it takes</summary>
            <JsonTree value={agent.inputSchema} label="Input schema" />
          </details>
          <details className="more-data">
            <summary>What it gives</summary>
            <JsonTree value={agent.outputSchema} label="Output schema" />
          </details>
        </Section>
      </div>
    </div>
  );
}

function ToolRow({ tool }: { tool: AgentTool }) {
  const [effect, icon] = EFFECTS[tool.effect];
  return (
    <li>
      <details>
        <summary className="tool">
          <Icon name={icon} size={16} />
          <span className="tool-words">
            <span className="tool-name">{humanise(tool.name)}</span>
            <span className="tool-gist">{tool.purpose}</span>
            {tool.needsApproval && (
              <span className="tool-agreed">
                <Icon name="people" size={14} /> A person must agree to each call
              </span>
            )}
          </span>
          <span className="faint tool-effect">{effect}</span>
        </summary>
        <div className="tool-data">
          <code className="faint">{tool.name}</code>
          <h4>What it takes</h4>
          <JsonTree value={tool.input} label="Schema" />
        </div>
      </details>
    </li>
  );
}

function Recent({ name }: { name: string }) {
  const found = useQuery<ListOf<Decision>>(
    `/api/decisions?limit=20&agent=${encodeURIComponent(name)}`,
    10_000,
    TOPICS,
  );
  return (
    <>
      <div className="card card-flush">
        {found.loading && <Skeleton lines={6} />}
        {found.error !== null && <Failure error={found.error} retry={found.refresh} />}
        {found.data?.items.length === 0 && (
          <Empty icon="agents" title="It has decided nothing yet">
            Each decision says what was seen, weighed and chosen, and why.
          </Empty>
        )}
        {(found.data?.items.length ?? 0) > 0 && (
          <DecisionTable label="Recent decisions" rows={found.data?.items ?? []} ofOne />
        )}
      </div>
      {(found.data?.items.length ?? 0) > 0 && (
        <p className="list-foot">
          <Link to={`/decisions?agent=${encodeURIComponent(name)}`}>All its decisions</Link>
        </p>
      )}
    </>
  );
}
