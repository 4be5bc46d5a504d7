import { usePageActions } from "../shell/actions";
import { Link, navigate } from "../shell/router";
import { useAction } from "../ui/action";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { Icon } from "../ui/Icon";
import { OnOff } from "../ui/OnOff";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { RowButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { changeRule, type EventRule, RULES } from "./api";
import { EventsArea } from "./EventsArea";
import { TargetWords } from "./targets";

const idOf = (rule: EventRule) => rule.name;
/** Names may have dots, with which the server takes a path for a file's. */
export const ruleScreen = (name: string) => `/events/rule?name=${encodeURIComponent(name)}`;

/** What follows from what happens: each rule with its pattern in short and its target. */
export function EventRulesPage() {
  const pages = usePages<EventRule>(`${RULES}?limit=100`, idOf);
  const { busy, act } = useAction();
  usePageActions([
    {
      id: "new",
      label: "New rule",
      icon: "plus",
      key: "a",
      run: () => navigate("/events/rules/new"),
    },
  ]);
  const columns: Column<EventRule>[] = [
    {
      key: "name",
      label: "Rule",
      place: "main",
      sort: "name",
      value: (rule) => rule.name,
      cell: (rule) => (
        <>
          <span className="strong wrap">{rule.name}</span>
          {rule.description && <span className="faint clip">{rule.description}</span>}
        </>
      ),
    },
    {
      key: "state",
      label: "State",
      place: "status",
      cell: (rule) => <OnOff on={rule.enabled} />,
    },
    {
      key: "pattern",
      label: "When",
      cell: (rule) => <code className="pattern-words">{inShort(rule.pattern)}</code>,
    },
    { key: "target", label: "Then", cell: (rule) => <TargetWords target={rule.target} /> },
    {
      key: "changed",
      label: "Changed",
      right: true,
      className: "faint",
      sort: "changed",
      value: (rule) => Date.parse(rule.changedAt),
      cell: (rule) => <Ago at={rule.changedAt} />,
    },
    {
      key: "turn",
      label: "Turn on or off",
      quiet: true,
      place: "more",
      className: "right",
      cell: (rule) => (
        <RowButton
          does={rule.enabled ? "Turn off" : "Turn on"}
          of={rule.name}
          disabled={busy}
          onPress={() =>
            act(
              () => changeRule(rule.name, { enabled: !rule.enabled }),
              `${rule.name} is ${rule.enabled ? "off" : "on"}`,
            )}
        />
      ),
    },
  ];
  return (
    <EventsArea
      title="Event rules"
      lead="What follows from what happens"
      actions={
        <Link className="button button-primary" to="/events/rules/new">
          <Icon name="plus" />
          <span>New rule</span>
        </Link>
      }
    >
      <ListCard
        pages={pages}
        one="rule"
        empty={
          <Empty icon="filter" title="No rule yet">
            A rule looks at each event; what it matches starts a workflow, asks an agent, tells
            people, posts to a webhook, or becomes another event.
          </Empty>
        }
      >
        <DataTable
          label="Event rules"
          rows={pages.items}
          columns={columns}
          id={idOf}
          to={(rule) => ruleScreen(rule.name)}
        />
      </ListCard>
    </EventsArea>
  );
}

function inShort(pattern: unknown): string {
  const text = JSON.stringify(pattern);
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}
