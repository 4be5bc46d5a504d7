import { useEffect, useRef, useState } from "react";
import { call, explain } from "../api/client";
import { navigate, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Page } from "../ui/Page";
import { Empty, Skeleton } from "../ui/States";

/** Back from an outside MCP server's authorization server: what it says is handed on, once. */
export function McpReturnPage() {
  const { query } = useLocation();
  const given = useRef(query);
  const asked = useRef(false);
  const [name, setName] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const body: Record<string, string> = {};
    for (const key of ["state", "code", "iss", "error"]) {
      const value = given.current.get(key);
      if (value) body[key] = value;
    }
    // Not left in the history, where it would be of no use to anybody honest.
    history.replaceState(null, "", "/console/mcp-authorisation");
    call("/api/mcp-authorisation", { method: "POST", body })
      .then((reply) => setName((reply.data as { name: string }).name))
      .catch((reason) => setError(explain(reason)));
  }, []);
  const title = "Outside tools";
  if (name === null && error === null) {
    return (
      <Page title={title}>
        <div className="card">
          <Skeleton lines={3} />
        </div>
      </Page>
    );
  }
  return (
    <Page title={title}>
      <div className="card">
        <Empty
          icon={error ? "alarm" : "check"}
          title={error ? "Weft was not authorised" : `Weft may use “${name}” now`}
        >
          {error ?? "Its tools can be looked at and admitted."}
        </Empty>
        <Button onClick={() => navigate("/agents", { replace: true })}>To the agents</Button>
      </div>
    </Page>
  );
}
