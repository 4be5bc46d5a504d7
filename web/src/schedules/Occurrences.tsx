import { useEffect, useState } from "react";
import { explain, Problem } from "../api/client";
import { ago } from "../ui/format";
import { Icon } from "../ui/Icon";
import { preview, type ScheduleBody } from "./api";
import { inZone, ownZone } from "./expression";

const COUNT = 5;

/** The next due times of what is being written, asked for as it is written. */
export function useOccurrences({ expression, timeZone, start, end }: ScheduleBody) {
  const key = JSON.stringify([expression, timeZone, start, end]);
  const [found, setFound] = useState<{ of: string; times: string[]; error: unknown }>();
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const timing = {
        expression,
        timeZone,
        ...(start ? { start } : {}),
        ...(end ? { end } : {}),
      };
      try {
        setFound({ of: key, times: await preview(timing, COUNT, stop.signal), error: null });
      } catch (error) {
        if (!stop.signal.aborted) setFound({ of: key, times: [], error });
      }
    }, 250);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  const current = found?.of === key ? found : undefined;
  return { times: current?.times ?? null, error: current?.error ?? null };
}

interface Props {
  times: string[] | null;
  error: unknown;
  timeZone: string;
}

/** The due times by the clock of the schedule's zone, and by one's own where it differs. */
export function Occurrences({ times, error, timeZone }: Props) {
  const own = ownZone();
  return (
    <section className="occurrences" aria-label="Next times" aria-live="polite">
      <h3>The next {COUNT} times</h3>
      {error !== null && (
        <p className="wrong">
          <Icon name="alarm" size={16} /> {said(error)}
        </p>
      )}
      {error === null && times === null && <p className="faint">Reckoning…</p>}
      {times?.length === 0 && error === null && <p className="faint">It never comes due again.</p>}
      {times !== null && times.length > 0 && (
        <ol>
          {times.map((each) => {
            const [there, here] = [inZone(each, timeZone), inZone(each)];
            return (
              <li key={each}>
                <time dateTime={each} className="num">{there}</time>
                <span className="faint">
                  {here === there ? ago(each) : `${here} ${own}`}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {times !== null && times.length > 0 && (
        <p className="faint">
          {times.length < COUNT ? "Then no more. " : ""}By the clock of {timeZone}.
        </p>
      )}
    </section>
  );
}

const said = (error: unknown) =>
  error instanceof Problem && error.errors.length > 0
    ? error.errors.map((each) => each.detail).join(" ")
    : explain(error);
