import type { AlarmRule } from "../api/kernel";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { navigate } from "../shell/router";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { useEdited } from "../ui/edited";
import { OnOff } from "../ui/OnOff";
import { ListCard } from "../ui/ListCard";
import { Page } from "../ui/Page";
import { usePages } from "../ui/pages";
import { TurnButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { RuleDialog } from "./RuleDialog";
import { rank, SeverityLegend, SeverityWord } from "./severity";
import { condition } from "./words";

const LIST = "/api/alarm-rules";
const idOf = (rule: AlarmRule) => rule.id;

/** What raises alarms: each rule as a sentence, to be read before it is changed. */
export function RulesPage() {
  const pages = usePages<AlarmRule>(LIST, idOf);
  const edited = useEdited(pages.items);
  useEscape(() => navigate("/alarms"), 0);
  usePageActions([
    { id: "new", label: "New alarm rule", icon: "plus", key: "a", run: edited.make },
  ]);
  const columns: Column<AlarmRule>[] = [
    {
      key: "name",
      label: "Rule",
      place: "main",
      sort: "name",
      value: (rule) => rule.name,
      cell: (rule) => (
        <button
          type="button"
          className="row-button"
          onClick={() => edited.open(rule.id)}
        >
          <span className="strong">{rule.name}</span>
          <span className="rule-words">{condition(rule)}</span>
        </button>
      ),
    },
    {
      key: "severity",
      label: "Severity",
      place: "status",
      sort: "severity",
      value: (rule) => rank(rule.severity),
      cell: (rule) => <SeverityWord severity={rule.severity} />,
    },
    {
      key: "origin",
      label: "From",
      cell: (rule) => rule.isDefault ? "Weft" : "This organisation",
    },
    {
      key: "state",
      label: "State",
      sort: "enabled",
      value: (rule) => rule.enabled ? 0 : 1,
      cell: (rule) => <OnOff on={rule.enabled} />,
    },
    {
      key: "turn",
      label: "Turn on or off",
      quiet: true,
      place: "more",
      className: "right",
      cell: (rule) => <TurnButton row={rule} list={LIST} />,
    },
  ];
  return (
    <Page
      title="Alarm rules"
      back={{ to: "/alarms", label: "Alarms" }}
      lead="What raises an alarm, as sentences"
      actions={<Button kind="primary" icon="plus" onClick={edited.make}>New rule</Button>}
    >
      <ListCard
        pages={pages}
        one="rule"
        foot={<SeverityLegend />}
        empty={
          <Empty icon="bell" title="No rule yet">Without rules nothing raises an alarm.</Empty>
        }
      >
        <DataTable
          label="Alarm rules"
          className="rule-table"
          rows={pages.items}
          columns={columns}
          id={idOf}
        />
      </ListCard>
      {edited.row !== undefined && <RuleDialog rule={edited.row} onClose={edited.close} />}
    </Page>
  );
}
