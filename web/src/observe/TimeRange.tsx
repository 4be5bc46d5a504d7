import { setQuery, useLocation } from "../shell/router";
import { IconButton } from "../ui/Button";
import { dateTime } from "../ui/format";
import { Icon } from "../ui/Icon";

const BACK: [string, string][] = [
  ["", "any"],
  ["15", "the last 15 min"],
  ["60", "the last hour"],
  ["1440", "the last day"],
];

/** From when to when; a span that came in with the address is shown as it is. */
export function TimeRange() {
  const { query } = useLocation();
  const from = query.get("from");
  const to = query.get("to");
  if (from || to) {
    return (
      <span className="token">
        <Icon name="clock" size={16} />
        {from && to
          ? `${dateTime(from)} to ${dateTime(to)}`
          : from
          ? `Since ${dateTime(from)}`
          : `Until ${dateTime(to ?? "")}`}
        <IconButton
          icon="close"
          label="Any time"
          onClick={() => setQuery({ from: null, to: null })}
        />
      </span>
    );
  }
  return (
    <label className="inline-field">
      <span>When</span>
      <select
        className="input select"
        value=""
        onChange={(event) => {
          const minutes = Number(event.target.value);
          const at = minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : null;
          setQuery({ from: at });
        }}
      >
        {BACK.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
    </label>
  );
}
