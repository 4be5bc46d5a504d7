import { useState } from "react";
import { post } from "../api/client";
import type { AgentSummary } from "../api/types";
import { Changes } from "../runs/DiffList";
import { JsonTree } from "../runs/JsonTree";
import { useAction } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { Check } from "../ui/Field";
import { dateTime, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ReasonDialog } from "../ui/ReasonDialog";
import { ToolState } from "./states";
import type { Grant, OutsideServer, OutsideTool } from "./types";

interface Props {
  server: OutsideServer;
  tool: OutsideTool;
  grants: Grant[];
  agents: AgentSummary[];
  onChanged: () => void;
}

/** A tool of others: what it says of itself, what changed, whether it is admitted, and who has it. */
export function ToolRow({ server, tool, grants, agents, onChanged }: Props) {
  const { busy, act } = useAction();
  const [needsApproval, setNeedsApproval] = useState(tool.admittedAt ? tool.needsApproval : true);
  const [withdrawing, setWithdrawing] = useState(false);
  const definition = tool.definition ?? tool.admitted;
  const path = `/api/mcp-servers/${server.id}`;
  const change = (work: () => Promise<unknown>, said: string) =>
    act(async () => {
      await work();
      onChanged();
    }, said);
  const admit = () =>
    change(
      () => post(`${path}/admit`, { name: tool.name, hash: tool.hash, needsApproval }),
      `${tool.tool} is admitted`,
    );
  const give = (agent: string) =>
    change(
      () => post("/api/mcp-grants", { agent, tool: tool.tool }),
      `${humanise(agent)} has it now`,
    );
  const take = (agent: string) =>
    change(
      () => post("/api/mcp-grants/revoke", { agent, tool: tool.tool }),
      `${humanise(agent)} has it no more`,
    );
  const mayAdmit = tool.hash !== null && (tool.state === "offered" || tool.state === "suspended" ||
    (tool.state === "admitted" && needsApproval !== tool.needsApproval));
  const left = agents.filter((each) => !grants.some((grant) => grant.agent === each.name));
  return (
    <li>
      <details open={tool.state === "suspended"}>
        <summary className="tool">
          <Icon name="tool" size={16} />
          <span className="tool-words">
            <span className="tool-name">{definition?.title ?? humanise(tool.name)}</span>
            <span className="tool-gist">{definition?.description ?? "It says nothing."}</span>
            {grants.length > 0 && (
              <span className="tool-agreed">
                <Icon name="agents" size={14} />{" "}
                {grants.map((each) => humanise(each.agent)).join(", ")}
              </span>
            )}
          </span>
          <ToolState state={tool.state} />
        </summary>
        <div className="tool-data">
          <p>
            <code className="wrap">{tool.tool}</code>
            {tool.admittedAt && (
              <span className="faint">
                {" "}
                admitted {dateTime(tool.admittedAt)}
                {tool.admittedBy && ` by ${tool.admittedBy.name}`}
              </span>
            )}
          </p>
          {tool.reason && (
            <p className="form-error">
              <Icon name="alarm" />
              {tool.reason}
            </p>
          )}
          {tool.state === "suspended" && tool.admitted && (
            <>
              <h4>What changed since it was admitted</h4>
              <Changes before={tool.admitted} after={tool.definition} names={["admitted", "now"]} />
            </>
          )}
          {definition?.description && <p className="said">{definition.description}</p>}
          <h4>What it takes</h4>
          <JsonTree value={definition?.inputSchema ?? null} label="Input schema" />
          {tool.unchecked.length > 0 && (
            <p className="faint">
              Not checked before a call: {tool.unchecked.join(", ")}
            </p>
          )}
          {tool.state !== "refused" && (
            <>
              <Check
                label="A person must agree to each call of an agent's"
                checked={needsApproval}
                onChange={(event) => setNeedsApproval(event.target.checked)}
              />
              <div className="row-buttons start">
                {mayAdmit && (
                  <Button kind="primary" busy={busy} onClick={() => void admit()}>
                    {tool.state === "suspended"
                      ? "Admit it as it is now"
                      : tool.state === "admitted"
                      ? "Save"
                      : "Admit it"}
                  </Button>
                )}
                {tool.admittedAt && (
                  <Button kind="danger" onClick={() => setWithdrawing(true)}>Withdraw…</Button>
                )}
              </div>
            </>
          )}
          {(tool.state === "admitted" || grants.length > 0) && (
            <>
              <h4>Given to</h4>
              {grants.length === 0 && <p className="faint">No agent has it yet.</p>}
              <ul className="granted">
                {grants.map((each) => (
                  <li key={each.agent}>
                    <span>{humanise(each.agent)}</span>
                    <span className="faint">by {each.grantedBy.name}</span>
                    <IconButton
                      icon="close"
                      label={`Take it from ${humanise(each.agent)}`}
                      onClick={() => void take(each.agent)}
                    />
                  </li>
                ))}
              </ul>
              {tool.state === "admitted" && left.length > 0 && (
                <select
                  className="input select"
                  aria-label={`Give ${tool.tool} to an agent`}
                  value=""
                  onChange={(event) => event.target.value && void give(event.target.value)}
                >
                  <option value="">give it to an agent…</option>
                  {left.map((each) => (
                    <option key={each.name} value={each.name}>{humanise(each.name)}</option>
                  ))}
                </select>
              )}
            </>
          )}
        </div>
      </details>
      {withdrawing && (
        <ReasonDialog
          title={`Withdraw ${tool.tool}?`}
          confirm="Withdraw"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await post(`${path}/withdraw`, { name: tool.name });
            setWithdrawing(false);
            onChanged();
          }}
          onClose={() => setWithdrawing(false)}
        >
          <p>Agents that have it lose it, and no run can call it any more.</p>
        </ReasonDialog>
      )}
    </li>
  );
}
