import { Fragment, type ReactNode, useEffect, useState } from "react";
import { type Query, useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useRowKeys } from "../ui/rows";
import { Choice, ChoiceChips, Search, searchAction } from "../ui/Search";
import { Empty, Failure, Skeleton } from "../ui/States";
import { INTENTS, readReport, TOPICS } from "./api";
import { IntentCard } from "./IntentCard";
import { IntentsArea, useRights } from "./IntentsArea";
import { STAGE_LOOKS, StageLegend } from "./marks";
import { Strip } from "./Strip";
import type { Intent, IntentStatus } from "./types";
import { sorted, SORTS, type Stage, stageOf, STAGES, wantedOf } from "./words";

const FILTERS = ["q", "domain", "owner", "state"];
/** Of closed ones so many are shown at first. */
const FEW = 6;

/** What there is of time now, told twice a minute. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** One page of the intents of a status, following what happens; null: there is no such page. */
const useSome = (status: IntentStatus, cursor: string | null = "") =>
  useQuery<ListOf<Intent>>(
    cursor === null
      ? null
      : `${INTENTS}?status=${status}&limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    10_000,
    TOPICS,
  );

const after = (page: Query<ListOf<Intent>>) => page.data?.nextCursor ?? null;

/** All that are open or proposed, of which there are a thousand at most, and the newest closed ones. */
function useIntents() {
  const one = useSome("open");
  const two = useSome("open", after(one));
  const three = useSome("open", after(two));
  const four = useSome("open", after(three));
  const five = useSome("open", after(four));
  const proposed = useSome("proposed");
  const more = useSome("proposed", after(proposed));
  const met = useSome("met");
  const missed = useSome("missed");
  const withdrawn = useSome("withdrawn");
  const all = [one, two, three, four, five, proposed, more, met, missed, withdrawn];
  const failed = all.find((each) => each.error !== null);
  return {
    items: all.flatMap((each) => each.data?.items ?? []),
    loading: [one, proposed, met, missed, withdrawn].some((each) => each.loading),
    error: failed?.error ?? null,
    retry: () => void all.forEach((each) => each.refresh()),
    /** Whether there are closed ones that are not shown. */
    older: [met, missed, withdrawn].some((each) => after(each) !== null),
  };
}

/** Every intent by where it stands, what needs somebody first. */
export function BoardPage() {
  const { query } = useLocation();
  const { writes } = useRights();
  const now = useNow();
  const { items, loading, error, retry, older } = useIntents();
  const get = (name: string) => query.get(name) ?? "";
  const [q, domain, owner, state, sort] = ["q", "domain", "owner", "state", "sort"].map(get);
  const shown = sorted(
    wantedOf(items, {
      q: q ?? "",
      domain: domain ?? "",
      owner: owner ?? "",
      stage: state ?? "",
    }),
    sort ?? "",
  );
  const groups = STAGES.flatMap((stage) => {
    const these = shown.filter((each) => stageOf(each) === stage);
    return these.length > 0 ? [{ stage, these }] : [];
  });
  const filtered = FILTERS.some((name) => query.has(name));
  const clear = () => setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
  const keys = useRowKeys();
  useEscape(clear, 1, filtered);
  const { busy, act } = useAction();
  const save = () => void act(saveReport);
  const declare = () => navigate("/intents/new");
  usePageActions([
    searchAction("Search the intents", "intent-search"),
    ...(writes
      ? [{ id: "new", label: "Declare an intent", icon: "plus" as const, key: "a", run: declare }]
      : []),
    {
      id: "drifting",
      label: "Show only what drifts",
      icon: "alarm",
      run: () => setQuery({ state: "drifting" }),
    },
    {
      id: "report",
      label: "Save the status report",
      icon: "log",
      run: save,
    },
    ...(filtered
      ? [{ id: "clear", label: "Clear the filters", icon: "filter" as const, run: clear }]
      : []),
  ]);
  return (
    <IntentsArea
      title="Intents"
      lead="What is wanted by when, and whether it is so"
      actions={
        <>
          <Button icon="log" busy={busy} onClick={save}>Status report</Button>
          {writes && (
            <Link className="button button-primary" to="/intents/new">
              <Icon name="plus" />
              <span>Declare an intent</span>
            </Link>
          )}
        </>
      }
    >
      <Strip />
      {(items.length > 0 || filtered) && <BoardFilters intents={items} />}
      {loading && items.length === 0 && (
        <div className="card">
          <Skeleton lines={8} tall />
        </div>
      )}
      {error !== null && (
        <div className="card">
          <Failure error={error} retry={retry} />
        </div>
      )}
      {!loading && error === null && shown.length === 0 && (
        <div className="card">
          {filtered
            ? (
              <Empty
                icon="target"
                title="No intent like that"
                action={<Button onClick={clear}>Clear the filters</Button>}
              >
                Try fewer filters.
              </Empty>
            )
            : (
              <Empty
                icon="target"
                title="Nothing is wanted yet"
                action={writes && (
                  <Link className="button button-primary" to="/intents/new">
                    Declare an intent
                  </Link>
                )}
              >
                An intent says what is wanted by when, and how one can tell. From then on it is held
                against reality.
              </Empty>
            )}
        </div>
      )}
      <div className="intent-board" onKeyDown={keys}>
        {groups.map(({ stage, these }) => (
          <Group key={stage} stage={stage} intents={these} now={now} all={state === stage} />
        ))}
      </div>
      {items.length > 0 && (
        <footer className="list-foot">
          <span className="faint" role="status">
            {counted(shown.length, "intent")} shown{older ? ", there are older closed ones" : ""}
          </span>
          <StageLegend />
        </footer>
      )}
    </IntentsArea>
  );
}

function Group({ stage, intents, now, all }: {
  stage: Stage;
  intents: Intent[];
  now: number;
  /** Only this stage is looked at. */
  all: boolean;
}) {
  const look = STAGE_LOOKS[stage];
  const closed = ["missed", "met", "withdrawn"].includes(stage);
  const shown = closed && !all ? intents.slice(0, FEW) : intents;
  return (
    <section className="intent-group" aria-label={look.word}>
      <h2>
        <span className={`status-mark status-${look.tone}`}>
          <Icon name={look.icon} size={15} />
        </span>
        {look.word}
        <span className="faint num">{intents.length}</span>
      </h2>
      <div className="intent-cards">
        {shown.map((each) => <IntentCard key={each.intent_id} intent={each} now={now} />)}
      </div>
      {shown.length < intents.length && (
        <Button
          small
          kind="quiet"
          onClick={() => setQuery({ state: stage })}
        >
          Show all {intents.length}
        </Button>
      )}
    </section>
  );
}

function BoardFilters({ intents }: { intents: Intent[] }) {
  const domains = [...new Set(intents.map((each) => each.domain))].sort();
  const owners = new Map(intents.map((each) => [each.owner.id, each.owner.name]));
  return (
    <div className="filters">
      <ChoiceChips
        label="State"
        name="state"
        choices={[
          ["", "All"],
          ...STAGES.map((stage): [string, ReactNode] => [
            stage,
            <Fragment key={stage}>
              {STAGE_LOOKS[stage].word}{" "}
              <span className="num">
                {intents.filter((each) => stageOf(each) === stage).length}
              </span>
            </Fragment>,
          ]),
        ]}
        toggles
      />
      <div className="filter-fields">
        <Search id="intent-search" label="Search the intents" placeholder="Outcome, predicate…" />
        <Choice
          label="Domain"
          name="domain"
          choices={[["", "any"], ...domains.map((each): [string, string] => [each, each])]}
        />
        <Choice label="Owner" name="owner" choices={[["", "anybody"], ...owners]} />
        <Choice label="Sort" name="sort" choices={SORTS} />
      </div>
    </div>
  );
}

/** The report as a file, under the name that others expect. */
async function saveReport() {
  const text = JSON.stringify(await readReport(), null, 2);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "ws_status_report.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
