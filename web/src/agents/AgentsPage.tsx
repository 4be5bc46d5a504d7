import { useQuery } from "../api/query";
import type { AgentSummary, LogisticsMetrics, Page as ListOf } from "../api/types";
import { count, duration, humanise, money, percent, percentFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";

/** Who works here besides people: what each is for, may use, and how it does. */
export function AgentsPage() {
  const agents = useQuery<ListOf<AgentSummary>>("/api/agents", 5000);
  const metrics = useQuery<LogisticsMetrics>("/api/metrics/logistics", 10_000).data;
  return (
    <Page title="Agents" lead="What each agent is for, which tools it may use, and how it does">
      {metrics && <Metrics metrics={metrics} />}
      {agents.loading && (
        <div className="card">
          <Skeleton lines={6} tall />
        </div>
      )}
      {agents.error !== null && (
        <div className="card">
          <Failure error={agents.error} retry={agents.refresh} />
        </div>
      )}
      {agents.data?.items.length === 0 && (
        <div className="card">
          <Empty icon="agents" title="No agents are registered" />
        </div>
      )}
      <div className="agents">
        {agents.data?.items.map((agent) => <Agent key={agent.name} agent={agent} />)}
      </div>
    </Page>
  );
}

function Metrics({ metrics }: { metrics: LogisticsMetrics }) {
  const share = (value: number | null | undefined) =>
    typeof value === "number" ? percentFine(value) : "–";
  const figures: [string, string][] = [
    ["Booked volume used", share(metrics.bookedVolumeUtilisation)],
    ["Booked payload used", share(metrics.bookedWeightUtilisation)],
    ["Cost per order", money(metrics.costPerOrder)],
  ];
  return (
    <ul className="figures card">
      {figures.map(([label, value]) => (
        <li key={label}>
          <span>{label}</span>
          <strong className="num">{value}</strong>
        </li>
      ))}
    </ul>
  );
}

function Agent({ agent }: { agent: AgentSummary }) {
  const rate = agent.invocations > 0 ? agent.errors / agent.invocations : 0;
  const time = (value: number | null | undefined) =>
    typeof value === "number" && agent.invocations > 0 ? duration(value) : "–";
  return (
    <article className="card agent">
      <header className="agent-head">
        <span className="decision-icon">
          <Icon name="agents" />
        </span>
        <div>
          <h2>{humanise(agent.name)}</h2>
          <code className="faint">{agent.name}</code>
        </div>
      </header>
      {agent.purpose && <p>{agent.purpose}</p>}
      <ul className="figures">
        <li>
          <span>Invocations</span>
          <strong className="num">{count(agent.invocations)}</strong>
        </li>
        <li>
          <span>p50</span>
          <strong className="num">{time(agent.p50Micros)}</strong>
        </li>
        <li>
          <span>p99</span>
          <strong className="num">{time(agent.p99Micros)}</strong>
        </li>
        <li className={rate > 0.05 ? "figure-wrong" : ""}>
          <span>Errors</span>
          <strong className="num">
            {rate > 0.05 && <Icon name="alarm" size={15} />} {percent(rate)}
          </strong>
        </li>
      </ul>
      <h3>Tools</h3>
      <ul className="tool-list">
        {agent.tools.map((tool) => {
          const name = typeof tool === "string" ? tool : tool.name;
          return (
            <li key={name} title={name}>
              <Icon name="tool" size={14} />
              {humanise(name)}
            </li>
          );
        })}
      </ul>
      {agent.policy && <p className="faint">Policy {agent.policy.name} {agent.policy.version}</p>}
    </article>
  );
}
