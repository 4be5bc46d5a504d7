import { useMemo, useState } from "react";
import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button, IconButton } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { Dialog } from "../ui/Dialog";
import { count, counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { ReasonDialog } from "../ui/ReasonDialog";
import { RowButton } from "../ui/RowButton";
import { SavedViews } from "../ui/SavedViews";
import { selectInFocus, useSelection } from "../ui/selection";
import { Empty } from "../ui/States";
import { type DeadLetter, discard, LETTERS, type Outcome, redrive } from "./api";
import { EventsArea } from "./EventsArea";
import { LetterDialog } from "./LetterDialog";
import { ruleScreen } from "./RulesPage";

const idOf = (letter: DeadLetter) => letter.id;

type Asked =
  | { what: "discard"; ids: string[] }
  | { what: "redrive"; ids: string[] }
  | { what: "redrive"; rule: string };

/** Events that a rule's target would not take: why, and what is to become of them. */
export function DeadLettersPage() {
  const { query } = useLocation();
  const rule = query.get("rule");
  const path = useMemo(() => {
    const parts = new URLSearchParams({ limit: "50" });
    if (rule) parts.set("rule", rule);
    return `${LETTERS}?${parts}`;
  }, [rule]);
  const pages = usePages<DeadLetter>(path, idOf, 5000);
  const { items } = pages;
  const selection = useSelection(useMemo(() => items.map(idOf), [items]));
  const [asked, setAsked] = useState<Asked | null>(null);
  const [outcome, setOutcome] = useState<{ what: Asked["what"]; results: Outcome[] } | null>(null);
  const open = items.find((each) => each.id === query.get("open"));
  const names = new Map(items.map((each) => [each.id, nameOf(each)]));
  const number = selection.ids.length;
  const run = async (reason: string) => {
    if (!asked) return;
    const results = asked.what === "discard"
      ? await discard(asked.ids, reason)
      : await redrive("rule" in asked ? { rule: asked.rule } : { ids: asked.ids });
    setAsked(null);
    setOutcome({ what: asked.what, results });
    // What went well is done with; what did not stays ticked, to be tried again.
    selection.setAll(results.filter((each) => each.ok).map((each) => each.id), false);
  };
  usePageActions([
    selectInFocus("dead letter"),
    ...(number > 0
      ? [{
        id: "redrive",
        label: `Redrive ${counted(number, "selected dead letter")}`,
        icon: "retry" as const,
        run: () => setAsked({ what: "redrive", ids: selection.ids }),
      }, {
        id: "discard",
        label: `Discard ${counted(number, "selected dead letter")}…`,
        icon: "trash" as const,
        run: () => setAsked({ what: "discard", ids: selection.ids }),
      }]
      : []),
    ...(rule
      ? [{
        id: "redrive-rule",
        label: `Redrive all of ${rule}`,
        icon: "retry" as const,
        run: () => setAsked({ what: "redrive" as const, rule }),
      }]
      : []),
  ]);
  const columns: Column<DeadLetter>[] = [
    {
      key: "event",
      label: "Event",
      place: "main",
      cell: (each) => (
        <button
          type="button"
          className="row-button"
          onClick={() => setQuery({ open: each.id })}
        >
          <span className="strong wrap">{nameOf(each)}</span>
          {each.event && (
            <span className="faint num">
              {each.event.subject ?? `place ${count(each.eventSeq)} in the log`}
            </span>
          )}
        </button>
      ),
    },
    {
      key: "rule",
      label: "Rule",
      cell: (each) => (
        <button
          type="button"
          className="link-button wrap"
          aria-label={`Only those of ${each.rule}`}
          onClick={() => setQuery({ rule: each.rule.split("#")[0] ?? null })}
        >
          {each.rule}
        </button>
      ),
    },
    { key: "reason", label: "Why", cell: (each) => <span className="wrap">{each.reason}</span> },
    { key: "attempts", label: "Tries", right: true, cell: (each) => count(each.attempts) },
    {
      key: "at",
      label: "Last tried",
      right: true,
      className: "faint",
      cell: (each) => <Ago at={each.at} />,
    },
    {
      key: "do",
      label: "Commands",
      quiet: true,
      place: "more",
      className: "right nowrap",
      cell: (each) => (
        <>
          <RowButton
            does="Redrive"
            of={nameOf(each)}
            onPress={() => setAsked({ what: "redrive", ids: [each.id] })}
          />
          <RowButton
            does="Discard…"
            of={nameOf(each)}
            onPress={() => setAsked({ what: "discard", ids: [each.id] })}
          />
        </>
      ),
    },
  ];
  return (
    <EventsArea
      title="Dead letters"
      lead="Events that a rule’s target would not take"
      actions={<SavedViews page="dead-letters" path="/events/dead-letters" />}
    >
      {rule && (
        <div className="filters filter-fields">
          <span className="token">
            <Icon name="filter" size={16} />
            {rule}
            <IconButton icon="close" label="All rules" onClick={() => setQuery({ rule: null })} />
          </span>
          <Link to={ruleScreen(rule)}>The rule</Link>
          <Button
            small
            icon="retry"
            disabled={items.length === 0}
            onClick={() => setAsked({ what: "redrive", rule })}
          >
            Redrive all of it…
          </Button>
        </div>
      )}
      {number > 0 && (
        <div className="bulk" role="region" aria-label="Selected dead letters">
          <strong role="status">{counted(number, "dead letter")} selected</strong>
          <Button
            small
            icon="retry"
            onClick={() => setAsked({ what: "redrive", ids: selection.ids })}
          >
            Redrive…
          </Button>
          <Button
            small
            icon="trash"
            onClick={() => setAsked({ what: "discard", ids: selection.ids })}
          >
            Discard…
          </Button>
          <Button small kind="quiet" onClick={selection.clear}>Select none</Button>
        </div>
      )}
      <ListCard
        pages={pages}
        one="dead letter"
        empty={
          <Empty icon="check" title={rule ? "None of this rule" : "Nothing is left behind"}>
            Each event reached the target of each rule that it matched.
          </Empty>
        }
      >
        <DataTable
          label="Dead letters"
          className="letters"
          rows={items}
          columns={columns}
          id={idOf}
          name={nameOf}
          selection={selection}
        />
      </ListCard>
      {open && <LetterDialog letter={open} onClose={() => setQuery({ open: null })} />}
      {asked && (
        <ReasonDialog
          title={titleOf(asked)}
          confirm={asked.what === "discard" ? "Discard" : "Redrive"}
          danger={asked.what === "discard"}
          reason={asked.what === "discard" ? "required" : null}
          onConfirm={run}
          onClose={() => setAsked(null)}
        >
          <p>
            {asked.what === "discard"
              ? "They will not be tried again. The events stay in the log, and the reason is kept."
              : `Each is given to its rule again. What is refused again stays here with the new reason.${
                "rule" in asked ? " The oldest 200 are taken at once." : ""
              }`}
          </p>
        </ReasonDialog>
      )}
      {outcome && <Outcomes {...outcome} names={names} onClose={() => setOutcome(null)} />}
    </EventsArea>
  );
}

export const nameOf = (letter: DeadLetter) =>
  letter.event?.type ?? `Event ${count(letter.eventSeq)} of the log`;

function titleOf(asked: Asked): string {
  const word = asked.what === "discard" ? "Discard" : "Redrive";
  return "rule" in asked
    ? `${word} all dead letters of ${asked.rule}?`
    : `${word} ${counted(asked.ids.length, "dead letter")}?`;
}

/** What became of each. */
function Outcomes({ what, results, names, onClose }: {
  what: Asked["what"];
  results: Outcome[];
  names: Map<string, string>;
  onClose: () => void;
}) {
  const done = what === "discard" ? "discarded" : "taken";
  const refused = results.filter((each) => !each.ok);
  const sorted = [...refused, ...results.filter((each) => each.ok)];
  return (
    <Dialog
      title={results.length === 0
        ? "There was nothing to do"
        : refused.length === 0
        ? `All ${counted(results.length, "dead letter")} ${done}`
        : `${results.length - refused.length} of ${results.length} ${done}`}
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <ul className="outcomes">
        {sorted.slice(0, 200).map((each) => (
          <li key={each.id} className={each.ok ? "" : "wrong"}>
            <Icon name={each.ok ? "check" : "alarm"} size={16} />
            <span>{names.get(each.id) ?? each.id}</span>
            <span className="wrap">
              {each.ok ? done : each.problem?.detail || each.problem?.title || "refused again"}
            </span>
          </li>
        ))}
      </ul>
      {sorted.length > 200 && <p className="faint">and {count(sorted.length - 200)} more</p>}
    </Dialog>
  );
}
