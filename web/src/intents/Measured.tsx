import { useEffect, useState } from "react";
import { useQuery } from "../api/query";
import { useLocation } from "../shell/router";
import { Section } from "../ui/Page";
import { ChoiceChips } from "../ui/Search";
import { Failure, Skeleton } from "../ui/States";
import { evaluations } from "./api";
import { CourseChart, CourseTable } from "./CourseChart";
import type { Evaluation, WholeIntent } from "./types";

const RANGES: [string, string, number][] = [
  ["", "Day", 24],
  ["hour", "Hour", 1],
  ["six", "6 hours", 6],
  ["three", "3 days", 72],
];

const SHORT = 2 * 3_600_000;

const nextMinute = () => Math.floor(Date.now() / 60_000) + 1;

/** How what is measured went in a stretch of time, as a chart and as a table. */
export function Measured({ intent }: { intent: WholeIntent }) {
  const { query } = useLocation();
  const range = RANGES.find(([key]) => key === (query.get("range") ?? "")) ?? RANGES[0];
  const hours = range?.[2] ?? 24;
  // The end is moved on as a minute begins, so that one reading serves for a while and what happens
  // now is in it.
  const [minute, setMinute] = useState(nextMinute);
  useEffect(() => {
    const timer = setInterval(() => setMinute(nextMinute), 1000);
    return () => clearInterval(timer);
  }, []);
  const end = intent.closedAt ? Date.parse(intent.closedAt) + 1000 : minute * 60_000;
  const begin = end - hours * 3_600_000;
  const iso = (at: number) => new Date(at).toISOString();
  const opened = intent.openedAt ? Date.parse(intent.openedAt) : begin;
  const found = useQuery<{ items: Evaluation[] }>(
    intent.openedAt ? evaluations(intent.intent_id, iso(begin), iso(end)) : null,
    20_000,
    // A day of evaluations is too much to be read with each round.
    end - Math.max(begin, opened) < SHORT ? [`intents/${intent.intent_id}`] : undefined,
  );
  // While the next minute is read, what was there stays.
  const [kept, setKept] = useState<Evaluation[]>();
  useEffect(() => {
    if (found.data) setKept(found.data.items);
  }, [found.data]);
  const items = found.data?.items ?? kept;
  // What was not open yet has no course: the chart begins with the opening, if that is later.
  const from = Math.max(begin, Math.min(opened - 30_000, end - 300_000));
  return (
    <Section
      title="Measured against the target"
      aside={intent.openedAt && (
        <ChoiceChips
          label="Time"
          name="range"
          choices={RANGES.map(([key, word]) => [key, word])}
        />
      )}
    >
      {!intent.openedAt && (
        <p className="faint">It was not opened, and so nothing was measured for it.</p>
      )}
      {found.error !== null && <Failure error={found.error} retry={found.refresh} />}
      {intent.openedAt && !items && found.error === null && <Skeleton lines={6} />}
      {items && items.length === 0 && <p className="faint">Nobody looked in this time.</p>}
      {items && items.length > 0 && (
        <>
          <CourseChart
            intent={intent}
            evaluations={items}
            remediations={intent.latestRemediations}
            span={{ from, to: end }}
          />
          <CourseTable intent={intent} evaluations={items} />
        </>
      )}
    </Section>
  );
}
