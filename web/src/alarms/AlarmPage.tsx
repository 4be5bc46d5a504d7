import { useState } from "react";
import type { Alarm, AlarmMove, AlarmRule } from "../api/kernel";
import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { useRecent } from "../shell/recent";
import { Link, navigate } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { dateTime, humanise } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { AlarmState } from "./AlarmRow";
import { AlarmDialog, type Asked } from "./commands";
import { SeverityWord } from "./severity";
import { around, condition, quantity } from "./words";

const TOPICS = ["alarms"];

/** One alarm: what it measured, what people did about it, and where to look on. */
export function AlarmPage({ id }: { id: string }) {
  const path = `/api/alarms/${encodeURIComponent(id)}`;
  const found = useQuery<Alarm>(path, 5000, TOPICS);
  const rules = useQuery<ListOf<AlarmRule>>("/api/alarm-rules");
  const [asked, setAsked] = useState<Asked>(null);
  const alarm = found.data;
  useEscape(() => navigate("/alarms"), 0);
  useRecent(`/alarms/${id}`, alarm?.name, "bell");
  const ask = (what: "acknowledge" | "shelve") => () => alarm && setAsked({ alarm, what });
  usePageActions(
    alarm
      ? [
        ...(alarm.acknowledged ? [] : [{
          id: "acknowledge",
          label: "Acknowledge this alarm…",
          icon: "check" as const,
          key: "e",
          run: ask("acknowledge"),
        }]),
        {
          id: "shelve",
          label: "Shelve this alarm…",
          icon: "shelf",
          key: "s",
          run: ask("shelve"),
        },
      ]
      : [],
  );
  if (!alarm) {
    return (
      <Page title="Alarm" back={{ to: "/alarms", label: "Alarms" }}>
        <div className="card">
          {found.error !== null
            ? <Failure error={found.error} retry={found.refresh} />
            : <Skeleton lines={8} />}
        </div>
      </Page>
    );
  }
  const rule = rules.data?.items.find((each) => each.id === alarm.rule);
  const moves = told(alarm);
  const near = new URLSearchParams(around(alarm.raisedAt, 10));
  return (
    <Page
      title={alarm.name}
      back={{ to: "/alarms", label: "Alarms" }}
      heading={
        <span className="heading-row">
          {alarm.name}
          <SeverityWord severity={alarm.severity} />
        </span>
      }
      lead={<AlarmState alarm={alarm} />}
      actions={
        <>
          <Button icon="shelf" onClick={ask("shelve")}>Shelve</Button>
          {!alarm.acknowledged && (
            <Button kind="primary" icon="check" onClick={ask("acknowledge")}>Acknowledge</Button>
          )}
        </>
      }
    >
      <div className="columns">
        <div className="column">
          <Section title="What it measured">
            {alarm.detail && <p className="alarm-detail">{alarm.detail}</p>}
            <ul className="figures">
              <li>
                <span>Measured</span>
                <strong className="num">{quantity(alarm.value, alarm.unit)}</strong>
              </li>
              <li>
                <span>Limit</span>
                <strong className="num">{quantity(alarm.threshold, alarm.unit)}</strong>
              </li>
            </ul>
            {(alarm.datapoints?.length ?? 0) > 1 && <Judged alarm={alarm} />}
          </Section>
          <Section title="History">
            <ol className="timeline">
              {moves.map((each) => (
                <li key={`${each.at} ${each.word}`}>
                  <span className="status-mark status-received">
                    <Icon name={each.icon} size={15} />
                  </span>
                  <div>
                    <div className="timeline-head">
                      <strong>{each.word}</strong>
                      <time className="num faint" dateTime={each.at}>{dateTime(each.at)}</time>
                    </div>
                    {each.detail && <p className="faint">{each.detail}</p>}
                  </div>
                </li>
              ))}
            </ol>
          </Section>
        </div>
        <div className="column">
          <Section title="Look on">
            <ul className="links">
              {alarm.traceId && (
                <Jump to={`/observe/traces/${alarm.traceId}`} icon="trace">The trace of it</Jump>
              )}
              <Jump to={`/observe/traces?${near}&error=true`} icon="trace">
                Traces with errors around then
              </Jump>
              <Jump to={`/observe/logs?${near}`} icon="log">Logs around then</Jump>
              <Jump to="/observe?board=operations" icon="chart">The operations dashboard</Jump>
              <Jump to="/observe/map" icon="map">The service map</Jump>
            </ul>
          </Section>
          <Section
            title="The rule"
            aside={rule && (
              <Link to={`/alarms/rules?edit=${encodeURIComponent(rule.id)}`}>Change it</Link>
            )}
          >
            {rule && <p>{condition(rule)}.</p>}
            <Facts
              facts={[["Metric", <code key="metric" className="wrap">{alarm.metric}</code>]]}
            />
          </Section>
        </div>
      </div>
      <AlarmDialog key={asked?.what} asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}

/** The values that were judged, as a table: there are few, and the limit stands beside them. */
function Judged({ alarm }: { alarm: Alarm }) {
  const over = (value: number | null) =>
    value !== null && typeof alarm.threshold === "number" && value > alarm.threshold;
  return (
    <table className="table table-plain table-kept judged">
      <caption className="sr-only">The values that were judged</caption>
      <thead>
        <tr>
          <th scope="col">At</th>
          <th scope="col" className="right">Value</th>
        </tr>
      </thead>
      <tbody>
        {alarm.datapoints?.map((point) => (
          <tr key={point.at}>
            <td className="num">{dateTime(point.at)}</td>
            <td className="num right">
              {over(point.value) && <Icon name="up" size={13} />}
              {quantity(point.value, alarm.unit)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Jump({ to, icon, children }: { to: string; icon: IconName; children: string }) {
  return (
    <li className="with-icon">
      <Icon name={icon} size={16} />
      <Link to={to}>{children}</Link>
    </li>
  );
}

interface Told {
  at: string;
  word: string;
  icon: IconName;
  detail?: string;
}

const ICONS: Record<string, IconName> = {
  raised: "bell",
  cleared: "check",
  acknowledged: "eye",
  shelved: "shelf",
  unshelved: "bell",
};

/** What the server remembers of it, or at least what its own fields say; the newest first. */
function told(alarm: Alarm): Told[] {
  const given = (alarm.history ?? []).map((move: AlarmMove): Told => {
    const word = (move.change ?? move.type ?? "changed").replace(/^alarm\./, "");
    const who = (move.actor ?? move.by)?.name;
    return {
      at: move.at,
      word: humanise(word),
      icon: ICONS[word] ?? "info",
      detail: [who, move.note ?? move.reason].filter(Boolean).join(": "),
    };
  });
  if (given.length > 0) return given.sort((a, b) => b.at.localeCompare(a.at));
  const own: Told[] = [{ at: alarm.raisedAt, word: "Raised", icon: "bell" }];
  if (alarm.acknowledgedAt) {
    own.push({
      at: alarm.acknowledgedAt,
      word: "Acknowledged",
      icon: "eye",
      detail: [alarm.acknowledgedBy?.name, alarm.note].filter(Boolean).join(": "),
    });
  }
  if (alarm.shelvedUntil) {
    own.push({
      at: alarm.shelvedUntil,
      word: Date.parse(alarm.shelvedUntil) > Date.now() ? "Shelved until then" : "Shelf ended",
      icon: "shelf",
      detail: alarm.shelvedReason ?? undefined,
    });
  }
  if (alarm.clearedAt) own.push({ at: alarm.clearedAt, word: "Cleared", icon: "check" });
  return own.sort((a, b) => b.at.localeCompare(a.at));
}
