import { useState } from "react";
import { useQuery } from "../api/query";
import { useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { Ago } from "../ui/Data";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { ReasonDialog } from "../ui/ReasonDialog";
import { RowButton } from "../ui/RowButton";
import { toast } from "../ui/Toast";
import {
  type Alias,
  aliasesPath,
  point,
  removeAlias,
  type Route,
  type WorkflowVersion,
} from "./api";
import { saidRoutes } from "./marks";

/** Names that lead to versions, or to two of them by shares. */
export function Aliases({ name, versions }: { name: string; versions: WorkflowVersion[] }) {
  const found = useQuery<{ items: Alias[] }>(aliasesPath(name));
  const [edited, setEdited] = useState<Alias | null>();
  const [removing, setRemoving] = useState<Alias | null>(null);
  const items = found.data?.items ?? [];
  return (
    <section className="card" aria-label="Aliases">
      <header className="card-head">
        <h2>Aliases</h2>
        <Button small icon="plus" onClick={() => setEdited(null)}>New alias</Button>
      </header>
      {items.length === 0 && (
        <p className="faint">
          None. Without one, <code>{name}</code> starts the newest version.
        </p>
      )}
      <ul className="aliases">
        {items.map((each) => (
          <li key={each.alias}>
            <div>
              <p>
                <strong>{each.alias}</strong> leads to {saidRoutes(each.routes)}
              </p>
              <p className="faint">
                {each.updatedBy?.name}, <Ago at={each.updatedAt} />
              </p>
            </div>
            <span className="nowrap">
              <RowButton does="Change…" of={each.alias} onPress={() => setEdited(each)} />
              <RowButton
                does="Remove…"
                of={each.alias}
                onPress={() => setRemoving(each)}
              />
            </span>
          </li>
        ))}
      </ul>
      {edited !== undefined && (
        <AliasDialog
          name={name}
          alias={edited}
          versions={versions}
          onClose={() => setEdited(undefined)}
        />
      )}
      {removing && (
        <ReasonDialog
          title={`Remove the alias ${removing.alias}?`}
          confirm="Remove"
          keep="Keep it"
          danger
          reason={null}
          onConfirm={async () => {
            await removeAlias(name, removing.alias);
            toast(`The alias ${removing.alias} is removed`);
            setRemoving(null);
          }}
          onClose={() => setRemoving(null)}
        >
          <p>
            It leads to{" "}
            {saidRoutes(removing.routes)}. What is started by its name is refused from then on.
          </p>
        </ReasonDialog>
      )}
    </section>
  );
}

function AliasDialog({ name, alias, versions, onClose }: {
  name: string;
  alias: Alias | null;
  versions: WorkflowVersion[];
  onClose: () => void;
}) {
  const usable = versions.filter((each) => !each.retiredAt);
  const newest = usable[0]?.version ?? 1;
  const [word, setWord] = useState(alias?.alias ?? "");
  const [routes, setRoutes] = useState<Route[]>(
    alias?.routes ?? [{ version: newest, weight: 100 }],
  );
  const sending = useSending("/alias", "/routes");
  const set = (index: number, change: Partial<Route>) => {
    const next = routes.map((each, at) => at === index ? { ...each, ...change } : each);
    // With two, the other one gets what is left.
    const other = next[1 - index];
    if (change.weight !== undefined && next.length === 2 && other) {
      other.weight = Math.max(0, 100 - change.weight);
    }
    setRoutes(next);
  };
  const total = routes.reduce((sum, each) => sum + each.weight, 0);
  const submit = () =>
    sending.send(async () => {
      await point(name, word.trim(), routes);
      toast(`${word.trim()} leads to ${saidRoutes(routes)}`);
      onClose();
    }, {
      ...(word.trim() ? {} : { "/alias": "An alias needs a name." }),
      ...(total === 100 ? {} : { "/routes": `The shares add up to ${total}, not to 100.` }),
    });
  return (
    <FormDialog
      title={alias ? `Alias ${alias.alias}` : "New alias"}
      sending={sending}
      submit="Save"
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Alias"
        maxLength={60}
        placeholder="live"
        readOnly={alias !== null}
        value={word}
        error={sending.errorAt("/alias")}
        onChange={(event) => setWord(event.target.value)}
      />
      {routes.map((each, index) => (
        <div key={index} className="route-row">
          <SelectField
            label="Version"
            value={each.version}
            error={sending.errorAt(`/routes/${index}/version`)}
            onChange={(event) => set(index, { version: Number(event.target.value) })}
          >
            {usable.map((one) => (
              <option key={one.version} value={one.version}>
                {one.version}
                {one.note && `: ${one.note.slice(0, 60)}`}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Share"
            type="number"
            min={0}
            max={100}
            unit="%"
            value={each.weight}
            error={index === 0 ? sending.errorAt("/routes") : undefined}
            onChange={(event) => set(index, { weight: Number(event.target.value) })}
          />
          {routes.length > 1 && (
            <IconButton
              icon="trash"
              label={`Without version ${each.version}`}
              onClick={() =>
                setRoutes([{ version: routes[1 - index]?.version ?? newest, weight: 100 }])}
            />
          )}
        </div>
      ))}
      {routes.length === 1 && usable.length > 1 && (
        <Button
          small
          icon="plus"
          onClick={() => {
            const other = usable.find((each) => each.version !== routes[0]?.version);
            setRoutes([{ version: routes[0]?.version ?? newest, weight: 90 }, {
              version: other?.version ?? newest,
              weight: 10,
            }]);
          }}
        >
          Share with another version
        </Button>
      )}
    </FormDialog>
  );
}
