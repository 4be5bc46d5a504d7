import { useState } from "react";
import { useQuery } from "../api/query";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { type Column, DataTable } from "../ui/DataTable";
import { useEdited } from "../ui/edited";
import { ListCard } from "../ui/ListCard";
import { OnOff } from "../ui/OnOff";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton, RowOpener, TurnButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { CheckDialog } from "./CheckDialog";
import { ModelDialog } from "./ModelDialog";
import { ProviderDialog } from "./ProviderDialog";
import { KINDS } from "./providers";
import type { ConfiguredModel, ModelPolicy, ModelProvider } from "./types";
import { amount } from "./usage";

const PROVIDERS = "/api/models/providers";
const MODELS = "/api/models";
const idOf = (row: { id: string }) => row.id;

/** Who is asked, and what of theirs. */
export function Models() {
  const { query } = useLocation();
  const providers = usePages<ModelProvider>(PROVIDERS, idOf);
  const models = usePages<ConfiguredModel>(MODELS, idOf);
  const edited = useEdited<ModelProvider | ConfiguredModel>([...providers.items, ...models.items]);
  const policy = useQuery<ModelPolicy>("/api/models/policy");
  const currency = policy.data?.currency ?? "EUR";
  const [removing, setRemoving] = useState<[string, { id: string; name: string }] | null>(null);
  const dialog = query.get("dialog");
  const close = () => setQuery({ dialog: null, edit: null, check: null });
  const checked = models.items.find((each) => each.id === query.get("check"));
  const name = (id: string) => providers.items.find((each) => each.id === id)?.name ?? "–";
  const row = edited.row;
  const columns: Column<ModelProvider>[] = [
    {
      key: "name",
      label: "Provider",
      place: "main",
      cell: (each) => (
        <RowOpener onClick={() => edited.open(each.id)} title={each.name}>
          <span className="faint">{KINDS[each.kind].label}</span>
        </RowOpener>
      ),
    },
    { key: "state", label: "State", place: "status", cell: (each) => <OnOff on={each.enabled} /> },
    {
      key: "where",
      label: "Address",
      cell: (each) => each.url ? <code className="wrap">{each.url}</code> : "its own",
    },
    { key: "region", label: "Region", cell: (each) => each.region ?? "–" },
    {
      key: "sensitivity",
      label: "May be sent",
      cell: (each) => each.sensitivity === "restricted" ? "restricted data" : "public data only",
    },
    {
      key: "key",
      label: "Key",
      cell: (each) =>
        each.credentials === null ? "none" : each.credentials.length > 1
          ? (
            <>
              kept: <code>{each.credentials}</code>
            </>
          )
          : "kept",
    },
    {
      key: "do",
      label: "Do",
      quiet: true,
      place: "more",
      className: "right",
      cell: (each) => (
        <span className="row-buttons">
          <TurnButton row={each} list={PROVIDERS} />
          <RowButton
            does="Remove…"
            of={each.name}
            onPress={() => setRemoving([PROVIDERS, each])}
          />
        </span>
      ),
    },
  ];
  const price = (each: ConfiguredModel) =>
    Number(each.prices.input) + Number(each.prices.output) > 0
      ? each.purpose === "embedding"
        ? amount(each.prices.input, currency)
        : `${amount(each.prices.input, currency)} in, ${amount(each.prices.output, currency)} out`
      : "no prices";
  const modelColumns: Column<ConfiguredModel>[] = [
    {
      key: "name",
      label: "Model",
      place: "main",
      cell: (each) => (
        <RowOpener onClick={() => edited.open(each.id)} title={each.name}>
          <code className="faint wrap">{each.model}</code>
        </RowOpener>
      ),
    },
    { key: "state", label: "State", place: "status", cell: (each) => <OnOff on={each.enabled} /> },
    { key: "provider", label: "Provider", cell: (each) => name(each.provider) },
    {
      key: "purpose",
      label: "For",
      cell: (each) =>
        each.purpose === "chat"
          ? "deciding"
          : `vectors${each.dimensions ? ` of ${each.dimensions}` : ""}`,
    },
    { key: "price", label: "A million tokens", right: true, cell: price },
    {
      key: "limit",
      label: "Writes at most",
      right: true,
      cell: (each) => each.outputLimit ? `${each.outputLimit.toLocaleString()} tokens` : "–",
    },
    {
      key: "do",
      label: "Do",
      quiet: true,
      place: "more",
      className: "right",
      cell: (each) => (
        <span className="row-buttons">
          <RowButton does="Test" of={each.name} onPress={() => setQuery({ check: each.id })} />
          <TurnButton row={each} list={MODELS} />
          <RowButton does="Remove…" of={each.name} onPress={() => setRemoving([MODELS, each])} />
        </span>
      ),
    },
  ];
  return (
    <>
      <h2 className="part-title">Providers</h2>
      <ListCard
        pages={providers}
        one="provider"
        empty={
          <Empty
            icon="link"
            title="No provider yet"
            action={
              <Button kind="primary" onClick={() => setQuery({ dialog: "provider" })}>
                Add the first
              </Button>
            }
          >
            Amazon Bedrock, Anthropic, or any server that speaks OpenAI's protocol, your own too.
            Until there is one, agents decide by their rules.
          </Empty>
        }
      >
        <DataTable label="Providers" rows={providers.items} columns={columns} id={idOf} />
      </ListCard>
      <h2 className="part-title">Models</h2>
      <ListCard
        pages={models}
        one="model"
        empty={
          <Empty
            icon="agents"
            title="No models yet"
            action={providers.items.length > 0 && (
              <Button
                kind="primary"
                onClick={() => setQuery({ dialog: "model" })}
              >
                Add the first
              </Button>
            )}
          >
            {providers.items.length > 0
              ? "Name a model of a provider's; then test it, and set an agent to ask it."
              : "A provider comes first."}
          </Empty>
        }
      >
        <DataTable label="Models" rows={models.items} columns={modelColumns} id={idOf} />
      </ListCard>
      {dialog === "provider" && <ProviderDialog provider={null} onClose={close} />}
      {dialog === "model" && (
        <ModelDialog
          model={null}
          providers={providers.items}
          currency={currency}
          onMade={(id) => setQuery({ dialog: null, edit: null, check: id })}
          onClose={close}
        />
      )}
      {row && "kind" in row && <ProviderDialog key={row.id} provider={row} onClose={close} />}
      {row && "purpose" in row && (
        <ModelDialog
          key={row.id}
          model={row}
          providers={providers.items}
          currency={currency}
          onClose={close}
        />
      )}
      {checked && (
        <CheckDialog key={checked.id} model={checked} currency={currency} onClose={close} />
      )}
      {removing && (
        <RemoveDialog
          row={removing[1]}
          list={removing[0]}
          onClose={() => setRemoving(null)}
        >
          {removing[0] === MODELS
            ? "Agents that prefer it ask the next of theirs, and without one they decide by rules."
            : "Its key is forgotten. Its models must be removed before."}
        </RemoveDialog>
      )}
    </>
  );
}
