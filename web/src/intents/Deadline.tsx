import { TextField } from "../ui/Field";
import { dateTime } from "../ui/format";
import { DAY } from "./draft";
import { leftWords, localTime } from "./words";

const AHEAD: [string, number][] = [["7 days", 7], ["30 days", 30], ["90 days", 90]];

/** By when, as a time or as so many days from now. */
export function Deadline({ value, error, onChange }: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const at = new Date(value);
  const known = Number.isFinite(at.getTime());
  return (
    <div className="deadline">
      <TextField
        label="Deadline"
        type="datetime-local"
        min={localTime(new Date())}
        value={value}
        error={error}
        {...(known && !error
          ? { hint: `${dateTime(at.toISOString())}: ${leftWords(at.toISOString(), Date.now())}` }
          : {})}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="chips" role="group" aria-label="Deadline in">
        {AHEAD.map(([word, days]) => (
          <button
            key={days}
            type="button"
            className="chip"
            onClick={() => onChange(localTime(new Date(Date.now() + days * DAY)))}
          >
            {word}
          </button>
        ))}
      </div>
    </div>
  );
}
