import { Meter } from "../ui/Data";
import { dateTime, percent } from "../ui/format";
import { Icon } from "../ui/Icon";
import type { WholeIntent } from "./types";
import { burnWords, levelWords, trendWords } from "./words";

/** Where an intent is heading: the budget of errors, or the trend, in words. */
export function Heading({ intent }: { intent: WholeIntent }) {
  const { observation } = intent;
  const burn = observation?.burn;
  const trend = trendWords(
    intent,
    observation?.trend ?? null,
    observation?.breaksAt ?? null,
    dateTime,
  );
  if (!burn && trend.length === 0) {
    return (
      <p className="faint">
        {intent.status === "proposed"
          ? "It is looked at from when it is opened."
          : "There is not enough to say where it is heading."}
      </p>
    );
  }
  return (
    <div className="stack">
      {burn && (
        <>
          <div>
            {burnWords(burn, intent.deadline, dateTime).map((each) => <p key={each}>{each}</p>)}
          </div>
          {burn.consumed !== null && (
            <ul className="burn-bars">
              <Bar word="Used" share={burn.consumed} />
              {burn.projected !== null && <Bar word="At the deadline" share={burn.projected} />}
            </ul>
          )}
          <ul className="burn-levels">
            {burn.levels.map((level) => (
              <li key={level.name} className={level.fires ? "burn-fires" : undefined}>
                <Icon name={level.fires ? "alarm" : "check"} size={15} />
                <span>{levelWords(level)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {trend.length > 0 && <div>{trend.map((each) => <p key={each}>{each}</p>)}</div>}
    </div>
  );
}

function Bar({ word, share }: { word: string; share: number }) {
  return (
    <li>
      <span>{word}</span>
      <Meter value={share} limit={1} label={`${word}: ${percent(share)} of the budget`} />
      <span className="num right">{percent(share)}</span>
    </li>
  );
}
