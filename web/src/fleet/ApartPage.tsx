import { useQuery } from "../api/query";
import { useMe } from "../shell/me";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { humanise, meters } from "../ui/format";
import { Page } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { ApartDialog } from "./ApartDialog";
import { APART, type Apart, type ApartRule } from "./apart";
import { FleetViews } from "./FleetViews";

const SETTERS = ["admin", "planner"];
const pair = (rule: ApartRule) => rule.classes.join("/");

const COLUMNS: Column<ApartRule>[] = [
  {
    key: "goods",
    label: "Goods",
    place: "main",
    cell: ({ classes: [one, other] }) => (
      <span className="strong">{humanise(one)} and {other.replaceAll("-", " ")}</span>
    ),
  },
  {
    key: "how",
    label: "In one vehicle",
    cell: ({ distanceMm }) =>
      distanceMm === null ? "Never" : `At least ${meters(distanceMm)} apart, along or across`,
  },
];

/** Which goods are kept apart in a vehicle. */
export function ApartPage() {
  const me = useMe();
  const apart = useQuery<Apart>(APART, 15_000);
  const { query } = useLocation();
  const maySet = me?.roles.some((each) => SETTERS.includes(each)) ?? false;
  const { data } = apart;
  return (
    <Page
      title="Goods kept apart"
      lead={data && (data.isStandard
        ? "The standard rules, until somebody sets others (ADR 7.5.4, and stricter)"
        : "Rules of your own; they hold for what is packed from now on")}
      actions={
        <>
          {maySet && data && (
            <Button onClick={() => setQuery({ edit: "rules" }, { push: true })}>
              Change the rules
            </Button>
          )}
          <FleetViews active="apart" />
        </>
      }
    >
      <div className="card card-flush">
        {apart.loading && <Skeleton lines={4} />}
        {apart.error !== null && <Failure error={apart.error} retry={apart.refresh} />}
        {data && data.rules.length === 0 && (
          <Empty icon="vehicles" title="Nothing is kept apart">
            Goods of all classes may stand side by side.
          </Empty>
        )}
        {data && data.rules.length > 0 && (
          <DataTable label="Goods kept apart" rows={data.rules} columns={COLUMNS} id={pair} />
        )}
      </div>
      <p className="faint apart-note">
        Items of orders say their class of goods. Goods without one, and classes that no rule names,
        may stand beside everything. The gap is seen from above; what stands between does not
        shorten it.
      </p>
      {maySet && data && query.get("edit") === "rules" && (
        <ApartDialog
          rules={data.rules}
          onClose={() => setQuery({ edit: null })}
        />
      )}
    </Page>
  );
}
