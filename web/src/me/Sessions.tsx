import { call } from "../api/client";
import type { Session } from "../api/kernel";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { ago, dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";

/** Where one is signed in; what one does not know is ended here. */
export function Sessions() {
  const sessions = useQuery<Page<Session>>("/api/me/sessions");
  const { busy, act } = useAction();
  const items = sessions.data?.items ?? [];
  const end = async (...some: Session[]) => {
    await act(
      () =>
        Promise.all(some.map((each) => call(`/api/me/sessions/${each.id}`, { method: "DELETE" }))),
      some.length === 1 ? "The session has ended" : `${some.length} sessions have ended`,
    );
    void sessions.refresh();
  };
  const others = items.filter((each) => !each.current);
  return (
    <Section
      title="Where I am signed in"
      aside={others.length > 1 && (
        <Button small busy={busy} onClick={() => void end(...others)}>End all others</Button>
      )}
    >
      {sessions.loading && <Skeleton lines={3} tall />}
      {sessions.error !== null && <Failure error={sessions.error} retry={sessions.refresh} />}
      <ul className="sessions">
        {items.map((each) => (
          <li key={each.id}>
            <Icon name="screen" />
            <div className="grow">
              <strong>{device(each.userAgent)}</strong>
              {each.current && <span className="badge">this one</span>}
              <p className="faint">
                {each.address ?? "address unknown"} · since {dateTime(each.createdAt)}
                {each.lastUsedAt ? ` · used ${ago(each.lastUsedAt)}` : ""}
              </p>
            </div>
            {!each.current && (
              <Button
                small
                kind="quiet"
                disabled={busy}
                aria-label={`End the session ${device(each.userAgent)} since ${
                  dateTime(each.createdAt)
                }`}
                onClick={() => void end(each)}
              >
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** "Firefox on Windows", as far as the browser says so. */
function device(agent: string | null | undefined): string {
  if (!agent) return "A program";
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
    ? "Firefox"
    : /Chrome\//.test(agent)
    ? "Chrome"
    : /Safari\//.test(agent)
    ? "Safari"
    : agent.split(/[ /]/)[0] || "A program";
  const system = /iPhone|iPad/.test(agent)
    ? "iOS"
    : /Android/.test(agent)
    ? "Android"
    : /Windows/.test(agent)
    ? "Windows"
    : /Mac OS X/.test(agent)
    ? "macOS"
    : /Linux/.test(agent)
    ? "Linux"
    : "";
  return system ? `${browser} on ${system}` : browser;
}
