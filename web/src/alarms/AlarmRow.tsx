import type { Alarm } from "../api/kernel";
import { Link } from "../shell/router";
import { Button } from "../ui/Button";
import { ago, dateTime, time } from "../ui/format";
import { Icon } from "../ui/Icon";
import type { Asked } from "./commands";
import { SEVERITY, SeverityMark } from "./severity";
import { measured } from "./words";

export const isShelved = (alarm: Alarm) =>
  !!alarm.shelvedUntil && Date.parse(alarm.shelvedUntil) > Date.now();

/** Active or cleared, acknowledged or not, in words. */
export function AlarmState({ alarm }: { alarm: Alarm }) {
  const active = alarm.state === "active";
  return (
    <span className="alarm-state">
      <span className={`status ${active ? "status-failed" : "status-delivered"}`}>
        <Icon name={active ? "bell" : "check"} size={15} />
        {active ? "Active" : "Cleared"}
      </span>
      <span className={`status ${alarm.acknowledged ? "status-cancelled" : "status-dispatched"}`}>
        <Icon name={alarm.acknowledged ? "eye" : "flag"} size={15} />
        {alarm.acknowledged ? "Acknowledged" : "Not acknowledged"}
      </span>
      {isShelved(alarm) && (
        <span className="status status-received">
          <Icon name="shelf" size={15} />
          Shelved until {time(alarm.shelvedUntil!)}
        </span>
      )}
    </span>
  );
}

interface Props {
  alarm: Alarm;
  onAsk: (asked: Asked) => void;
}

export function AlarmRow({ alarm, onAsk }: Props) {
  const active = alarm.state === "active";
  const since = active ? alarm.raisedAt : alarm.clearedAt ?? alarm.raisedAt;
  return (
    <li
      data-row=""
      data-id={alarm.id}
      className={alarm.acknowledged ? "message alarm" : "message alarm message-unread"}
    >
      <SeverityMark severity={alarm.severity} over={!active} />
      <div className="message-text">
        <h3>
          <Link to={`/alarms/${encodeURIComponent(alarm.id)}`}>{alarm.name}</Link>
        </h3>
        <p>
          {[SEVERITY[alarm.severity]?.word, measured(alarm), alarm.detail].filter(Boolean)
            .join(" · ")}
        </p>
        <AlarmState alarm={alarm} />
        {alarm.acknowledged && alarm.acknowledgedBy && (
          <p className="faint">
            {alarm.acknowledgedBy.name}
            {alarm.acknowledgedAt ? `, ${ago(alarm.acknowledgedAt)}` : ""}
            {alarm.note ? `: ${alarm.note}` : ""}
          </p>
        )}
      </div>
      <div className="message-side">
        <time className="num faint" dateTime={since} title={dateTime(since)}>
          {active ? "since " : "cleared "}
          {ago(since)}
        </time>
        <span className="message-buttons">
          {!alarm.acknowledged && (
            <Button
              small
              icon="check"
              onClick={() => onAsk({ alarm, what: "acknowledge" })}
            >
              Acknowledge
            </Button>
          )}
          {active && !isShelved(alarm) && (
            <Button
              small
              kind="quiet"
              onClick={() => onAsk({ alarm, what: "shelve" })}
            >
              Shelve
            </Button>
          )}
        </span>
      </div>
    </li>
  );
}
