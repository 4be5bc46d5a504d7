import { useMemo, useState } from "react";
import type { Alarm, AlarmList } from "../api/kernel";
import { usePageActions } from "../shell/actions";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { type Pages, usePages } from "../ui/pages";
import { useRowKeys } from "../ui/rows";
import { ChoiceChips } from "../ui/Search";
import { Empty, Failure, Skeleton } from "../ui/States";
import { AlarmRow } from "./AlarmRow";
import { AlarmDialog, type Asked } from "./commands";
import { rank, SeverityLegend } from "./severity";

const TOPICS = ["alarms"];
const idOf = (alarm: Alarm) => alarm.id;

const SHELVES = [
  { key: "open", title: "Needs someone", meaning: "active, not acknowledged" },
  { key: "handled", title: "Being handled", meaning: "active, acknowledged" },
  { key: "gone", title: "Gone, not seen", meaning: "cleared, not acknowledged" },
] as const;

/** The alarm board: what is active or was, and whether a person has seen it. */
export function AlarmsPage() {
  const { query } = useLocation();
  const history = query.get("show") === "history";
  const active = useList("/api/alarms?state=active&limit=200");
  const gone = useList("/api/alarms?state=cleared&acknowledged=false&limit=50");
  const over = useList(history ? "/api/alarms?state=cleared&acknowledged=true&limit=50" : null);
  const [asked, setAsked] = useState<Asked>(null);
  const keys = useRowKeys();
  const shelves: Record<typeof SHELVES[number]["key"], Alarm[]> = useMemo(() => ({
    open: bySeverity(active.items.filter((each) => !each.acknowledged)),
    handled: bySeverity(active.items.filter((each) => each.acknowledged)),
    gone: gone.items,
  }), [active.items, gone.items]);
  const all = [...active.items, ...gone.items, ...over.items];
  const focused = (what: "acknowledge" | "shelve") => () => {
    const row = document.activeElement?.closest<HTMLElement>("[data-row]");
    const alarm = all.find((each) => each.id === row?.dataset.id);
    if (alarm && (what === "shelve" || !alarm.acknowledged)) setAsked({ alarm, what });
  };
  usePageActions([
    { id: "rules", label: "Alarm rules", icon: "gear", run: () => navigate("/alarms/rules") },
    {
      id: "history",
      label: history ? "Alarms of now" : "Alarms that are over",
      icon: "clock",
      key: "h",
      run: () => setQuery({ show: history ? null : "history" }),
    },
    {
      id: "acknowledge",
      label: "Acknowledge the alarm in focus",
      icon: "check",
      key: "e",
      keyOnly: true,
      run: focused("acknowledge"),
    },
    {
      id: "shelve",
      label: "Shelve the alarm in focus",
      icon: "shelf",
      key: "s",
      keyOnly: true,
      run: focused("shelve"),
    },
    {
      id: "first",
      label: "To the first alarm",
      icon: "down",
      key: "j",
      keyOnly: true,
      run: () => document.querySelector<HTMLElement>("[data-row] a")?.focus(),
    },
  ]);
  const error = active.first.error ?? gone.first.error;
  const quiet = active.first.data && gone.first.data && all.length === 0;
  return (
    <Page
      title="Alarms"
      lead={active.first.data && said(shelves.open.length, shelves.handled.length)}
      actions={
        <Link className="button" to="/alarms/rules">
          <Icon name="gear" />
          <span>Rules</span>
        </Link>
      }
    >
      <div className="filters">
        <ChoiceChips
          label="Show"
          name="show"
          choices={[["now", "Now"], ["history", "Over and acknowledged"]]}
        />
      </div>
      {error !== null && (
        <div className="card">
          <Failure error={error} retry={active.first.refresh} />
        </div>
      )}
      {error === null && (active.first.loading || gone.first.loading) && (
        <div className="card">
          <Skeleton lines={6} tall />
        </div>
      )}
      {error === null && history && <History over={over} keys={keys} onAsk={setAsked} />}
      {error === null && !history && quiet && (
        <div className="card">
          <Empty icon="check" title="All quiet">
            No alarm is active, and none waits to be seen. The rules say what would raise one.
          </Empty>
        </div>
      )}
      {error === null && !history && (
        <div className="board" onKeyDown={keys}>
          {SHELVES.filter((each) => shelves[each.key].length > 0).map((each) => (
            <Section
              key={each.key}
              title={each.title}
              className="card-table"
              aside={
                <span className="faint">
                  {shelves[each.key].length} · {each.meaning}
                </span>
              }
            >
              <ul className="messages">
                {shelves[each.key].map((alarm) => (
                  <AlarmRow key={alarm.id} alarm={alarm} onAsk={setAsked} />
                ))}
              </ul>
            </Section>
          ))}
        </div>
      )}
      {error === null && (
        <footer className="list-foot">
          <SeverityLegend />
        </footer>
      )}
      <AlarmDialog key={asked?.what} asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}

interface HistoryProps {
  over: Pages<Alarm, AlarmList>;
  keys: ReturnType<typeof useRowKeys>;
  onAsk: (asked: Asked) => void;
}

function History({ over, keys, onAsk }: HistoryProps) {
  return (
    <div className="card card-flush" onKeyDown={keys}>
      {over.first.loading && <Skeleton lines={6} tall />}
      {over.first.error !== null && <Failure error={over.first.error} retry={over.first.refresh} />}
      {over.first.data && over.items.length === 0 && (
        <Empty icon="clock" title="No alarm is over yet">
          What was raised, cleared and acknowledged is kept here.
        </Empty>
      )}
      <ul className="messages">
        {over.items.map((alarm) => <AlarmRow key={alarm.id} alarm={alarm} onAsk={onAsk} />)}
      </ul>
      {over.more && (
        <div className="card-more">
          <Button busy={over.busy} onClick={over.loadMore}>Load more</Button>
        </div>
      )}
    </div>
  );
}

function useList(path: string | null) {
  return usePages<Alarm, AlarmList>(path, idOf, 5000, TOPICS);
}

function bySeverity(alarms: Alarm[]): Alarm[] {
  return [...alarms].sort((a, b) =>
    rank(a.severity) - rank(b.severity) || b.raisedAt.localeCompare(a.raisedAt)
  );
}

function said(open: number, handled: number): string {
  if (open === 0 && handled === 0) return "Nothing is active";
  const needs = open === 0 ? "none waits" : `${open} ${open === 1 ? "needs" : "need"} someone`;
  return `${needs}, ${handled} being handled`;
}
