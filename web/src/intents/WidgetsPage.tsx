import { useState } from "react";
import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Copy } from "../ui/Copy";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog, ShownOnce } from "../ui/FormDialog";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton } from "../ui/RowButton";
import { Empty, Failure, Skeleton } from "../ui/States";
import { INTENTS, intentScreen, makeWidget, WIDGETS } from "./api";
import { IntentsArea } from "./IntentsArea";
import type { Intent, NewWidget, Widget } from "./types";

const KINDS: Record<Widget["kind"], string> = {
  uptime: "Share of the time that it held",
  state: "Whether it holds now",
};

/** Figures for pages outside: made, copied once, and revoked. */
export function IntentWidgetsPage() {
  const { query } = useLocation();
  const found = useQuery<{ items: Widget[] }>(WIDGETS);
  const intents = useQuery<ListOf<Intent>>(`${INTENTS}?limit=200`);
  const [made, setMade] = useState<NewWidget | null>(null);
  const items = found.data?.items ?? [];
  const revoked = items.find((each) => each.id === query.get("revoke"));
  const make = () => setQuery({ edit: "new" });
  usePageActions([
    { id: "new", label: "Make a widget", icon: "plus", key: "a", run: make },
  ]);
  const outcomes = new Map(
    (intents.data?.items ?? []).map((each) => [each.intent_id, each.desired_outcome]),
  );
  const columns: Column<Widget>[] = [
    {
      key: "name",
      label: "Widget",
      place: "main",
      sort: "name",
      value: (each) => each.name,
      cell: (each) => <span className="strong wrap">{each.name}</span>,
    },
    { key: "kind", label: "Shows", cell: (each) => KINDS[each.kind] },
    {
      key: "intent",
      label: "Of",
      cell: (each) =>
        each.intentId
          ? (
            <Link to={intentScreen(each.intentId)}>
              {outcomes.get(each.intentId) ?? "an intent"}
            </Link>
          )
          : "all intents",
    },
    { key: "by", label: "Made by", cell: (each) => each.createdBy },
    {
      key: "at",
      label: "Made",
      right: true,
      className: "faint",
      sort: "at",
      value: (each) => Date.parse(each.at),
      cell: (each) => <Ago at={each.at} />,
    },
    {
      key: "revoke",
      label: "Revoke",
      quiet: true,
      place: "more",
      className: "right",
      cell: (each) => (
        <RowButton
          does="Revoke…"
          of={each.name}
          onPress={() => setQuery({ revoke: each.id })}
        />
      ),
    },
  ];
  return (
    <IntentsArea
      title="Widgets"
      lead="Figures for pages outside: whoever has the address sees them"
      actions={<Button kind="primary" icon="plus" onClick={make}>Make a widget</Button>}
    >
      <div className="card card-flush">
        {found.loading && <Skeleton lines={4} />}
        {found.error !== null && <Failure error={found.error} retry={found.refresh} />}
        {found.data && items.length === 0 && (
          <Empty icon="link" title="No widget yet">
            A widget is a picture with an uptime or a state, for a page of your own. It shows public
            intents only, and nothing else of them.
          </Empty>
        )}
        {items.length > 0 && (
          <DataTable
            label="Widgets"
            rows={items}
            columns={columns}
            id={(each) => each.id}
          />
        )}
      </div>
      {query.get("edit") === "new" && !made && (
        <MakeDialog
          intents={intents.data?.items ?? []}
          onMade={setMade}
          onClose={() => setQuery({ edit: null })}
        />
      )}
      {made && (
        <ShownOnce
          title={`The widget ${made.name}`}
          label="Code to embed"
          text={embedded(made)}
          below={
            <>
              <p>Its address alone:</p>
              <Copy label="Address" text={location.origin + made.path} />
              <p>
                <img
                  className="widget-shown"
                  src={made.path}
                  alt={`${made.name} as others see it`}
                />
              </p>
            </>
          }
          onClose={() => {
            setMade(null);
            setQuery({ edit: null });
          }}
        >
          <p>Put this into a page. It is told only now: who has it, sees the figure.</p>
        </ShownOnce>
      )}
      {revoked && (
        <RemoveDialog
          row={revoked}
          list={WIDGETS}
          onClose={() => setQuery({ revoke: null })}
        >
          Its address shows nothing any more, on whatever page it is.
        </RemoveDialog>
      )}
    </IntentsArea>
  );
}

/** The code with a whole address, where the server knows none of its own. */
const embedded = (made: NewWidget) =>
  made.html.replace(`src="${made.path}"`, `src="${location.origin}${made.path}"`);

function MakeDialog({ intents, onMade, onClose }: {
  intents: Intent[];
  onMade: (made: NewWidget) => void;
  onClose: () => void;
}) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Widget["kind"]>("uptime");
  const [intent, setIntent] = useState("");
  const sending = useSending("/name", "/kind", "/intentId");
  return (
    <FormDialog
      title="Make a widget"
      sending={sending}
      submit="Make it"
      leave="Leave it"
      onSubmit={() =>
        sending.send(
          async () =>
            onMade(
              await makeWidget({
                name: name.trim(),
                kind,
                ...(intent ? { intentId: intent } : {}),
              }),
            ),
          name.trim() ? {} : { "/name": "It stands on the widget's left side." },
        )}
      onClose={onClose}
    >
      <TextField
        label="Name"
        autoFocus
        maxLength={60}
        placeholder="On time"
        value={name}
        error={sending.errorAt("/name")}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField
        label="Shows"
        value={kind}
        onChange={(event) => setKind(event.target.value as Widget["kind"])}
      >
        {Object.entries(KINDS).map(([value, word]) => (
          <option key={value} value={value}>{word}</option>
        ))}
      </SelectField>
      <SelectField
        label="Of"
        value={intent}
        error={sending.errorAt("/intentId")}
        onChange={(event) => setIntent(event.target.value)}
      >
        <option value="">all intents</option>
        {intents.filter((each) => each.constraints.sensitivity === "public").map((each) => (
          <option key={each.intent_id} value={each.intent_id}>{each.desired_outcome}</option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
