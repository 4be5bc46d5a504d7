import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import type { Grant, OutsideTool } from "../outside/types";
import { Link } from "../shell/router";
import { Check } from "../ui/Field";
import { Section } from "../ui/Page";

interface Props {
  agent: string;
  chosen: string[];
  error: string | undefined;
  mayEdit: boolean;
  onChange: (tools: string[]) => void;
}

/** Tools of outside servers that the agent may use. */
export function OutsideTools({ agent, chosen, error, mayEdit, onChange }: Props) {
  const servers = useQuery<ListOf<{ id: string; name: string }>>(
    mayEdit ? "/api/mcp-servers" : null,
  );
  const grants = useQuery<ListOf<Grant>>(mayEdit ? "/api/mcp-grants" : null);
  const all = servers.data?.items ?? [];
  const given = (grants.data?.items ?? []).filter((each) => each.agent === agent)
    .map((each) => each.tool);
  return (
    <Section title="Outside tools">
      {all.length === 0 && chosen.length === 0 && (
        <p className="faint">
          No outside server is registered.{" "}
          {mayEdit && <Link to="/admin/mcp-servers">Register one</Link>}
        </p>
      )}
      {all.map((each) => (
        <ServerTools
          key={each.id}
          id={each.id}
          name={each.name}
          chosen={chosen}
          given={given}
          onChange={onChange}
        />
      ))}
      {all.length === 0 && chosen.length > 0 && (
        <ul className="tool-list">
          {chosen.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      )}
      {error && <p className="field-error" role="alert">{error}</p>}
    </Section>
  );
}

interface ServerToolsProps {
  id: string;
  name: string;
  chosen: string[];
  /** What it was given on the server's page, and is taken back there. */
  given: string[];
  onChange: (tools: string[]) => void;
}

function ServerTools({ id, name, chosen, given, onChange }: ServerToolsProps) {
  const tools = useQuery<ListOf<OutsideTool>>(`/api/mcp-servers/${id}/tools`);
  const admitted = (tools.data?.items ?? []).filter((each) =>
    each.state === "admitted" || chosen.includes(each.tool) || given.includes(each.tool)
  );
  return (
    <div className="outside-choice">
      <h3 className="field-label">{name}</h3>
      {tools.data && admitted.length === 0 && (
        <p className="faint">
          None of its tools is admitted. <Link to={`/admin/mcp-servers/${id}`}>Look at them</Link>
        </p>
      )}
      {admitted.map((each) => (
        <Check
          key={each.tool}
          label={
            <>
              <code>{each.tool}</code>{" "}
              {each.state !== "admitted" && <span className="rate-word">{each.state}</span>}
            </>
          }
          checked={chosen.includes(each.tool) || given.includes(each.tool)}
          disabled={given.includes(each.tool)}
          onChange={(event) =>
            onChange(
              event.target.checked
                ? [...chosen, each.tool]
                : chosen.filter((one) => one !== each.tool),
            )}
        />
      ))}
    </div>
  );
}
