import { useState } from "react";
import { patch, post } from "../api/client";
import { invalidate } from "../api/query";
import { useSending } from "../ui/action";
import { Check, SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import type { ConfiguredModel, ModelProvider, Prices } from "./types";

interface Props {
  model: ConfiguredModel | null;
  providers: ModelProvider[];
  currency: string;
  onMade?: (id: string) => void;
  onClose: () => void;
}

const PRICES: [keyof Prices, string][] = [
  ["input", "Read"],
  ["output", "Written"],
  ["cacheRead", "Read from cache"],
  ["cacheWrite", "Written to cache"],
];

/** A model of a provider's: what agents call it, what it costs, how it answers. */
export function ModelDialog({ model, providers, currency, onMade, onClose }: Props) {
  const [provider, setProvider] = useState(model?.provider ?? providers[0]?.id ?? "");
  const [purpose, setPurpose] = useState(model?.purpose ?? "chat");
  const [name, setName] = useState(model?.name ?? "");
  const [id, setID] = useState(model?.model ?? "");
  const [prices, setPrices] = useState<Record<string, string>>(
    model ? { ...model.prices } : {},
  );
  const [answers, setAnswers] = useState(model?.answers ?? "native");
  const [limit, setLimit] = useState(model?.outputLimit ? String(model.outputLimit) : "");
  const [dimensions, setDimensions] = useState(model?.dimensions ? String(model.dimensions) : "");
  const [warm, setWarm] = useState(model?.takesTemperature ?? true);
  const [streams, setStreams] = useState(model?.streams ?? true);
  const sending = useSending(
    "/name",
    "/model",
    "/provider",
    "/outputLimit",
    "/dimensions",
    ...PRICES.map(([each]) => `/prices/${each}`),
    "/answers",
  );
  const submit = () => {
    const wrong: Record<string, string> = {};
    if (!/^[a-z][a-z0-9._-]*$/.test(name.trim())) {
      wrong["/name"] = "It begins with a letter: a-z, 0-9, dots, hyphens and underscores.";
    }
    if (!id.trim()) wrong["/model"] = "The id that the provider gives it.";
    if (!provider) wrong["/provider"] = "Add a provider before.";
    for (const [each] of PRICES) {
      const price = (prices[each] ?? "").trim();
      if (price && !/^\d{1,12}(\.\d{1,6})?$/.test(price)) {
        wrong[`/prices/${each}`] = "An amount such as 3.00";
      }
    }
    for (
      const [pointer, value] of [["/outputLimit", limit], ["/dimensions", dimensions]] as const
    ) {
      if (value.trim() && !/^[1-9]\d{0,7}$/.test(value.trim())) wrong[pointer] = "A whole number";
    }
    return sending.send(async () => {
      const given = Object.fromEntries(
        PRICES.filter(([each]) => prices[each]?.trim()).map((
          [each],
        ) => [each, prices[each]?.trim()]),
      );
      const body = {
        name: name.trim(),
        model: id.trim(),
        prices: given,
        enabled: model?.enabled ?? true,
        ...(purpose === "chat"
          ? {
            answers,
            takesTemperature: warm,
            streams,
            outputLimit: limit.trim() ? Number(limit) : null,
          }
          : { dimensions: dimensions.trim() ? Number(dimensions) : null }),
      };
      if (model) {
        await patch(`/api/models/${model.id}`, body);
        invalidate("/api/models");
        toast(`${body.name} is changed`);
        return onClose();
      }
      const made = await post<ConfiguredModel>("/api/models", { provider, purpose, ...body });
      invalidate("/api/models");
      toast(`${body.name} is added`);
      if (onMade) onMade(made.id);
      else onClose();
    }, wrong);
  };
  return (
    <FormDialog
      title={model ? model.name : "New model"}
      wide
      sending={sending}
      submit={model ? "Save" : "Add and test it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      {!model && (
        <div className="grid-2">
          <SelectField
            label="Provider"
            value={provider}
            error={sending.errorAt("/provider")}
            onChange={(event) => setProvider(event.target.value)}
          >
            {providers.length === 0 && <option value="">none yet</option>}
            {providers.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
          </SelectField>
          <SelectField
            label="For"
            value={purpose}
            onChange={(event) => setPurpose(event.target.value as "chat" | "embedding")}
          >
            <option value="chat">deciding and talking</option>
            <option value="embedding">vectors, for search</option>
          </SelectField>
        </div>
      )}
      <div className="grid-2">
        <TextField
          label="Name"
          autoFocus
          maxLength={64}
          placeholder="careful"
          hint="What agents call it"
          value={name}
          error={sending.errorAt("/name")}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="The provider's id"
          maxLength={2048}
          placeholder="claude-sonnet-4-5"
          value={id}
          error={sending.errorAt("/model")}
          onChange={(event) => setID(event.target.value)}
        />
      </div>
      <fieldset className="field">
        <legend className="field-label">Prices of a million tokens</legend>
        <div className="grid-4">
          {PRICES.filter(([each]) => purpose === "chat" || each === "input").map((
            [each, label],
          ) => (
            <TextField
              key={each}
              label={label}
              unit={currency}
              inputMode="decimal"
              placeholder="0.00"
              value={prices[each] ?? ""}
              error={sending.errorAt(`/prices/${each}`)}
              onChange={(event) => setPrices({ ...prices, [each]: event.target.value })}
            />
          ))}
        </div>
        <p className="field-hint">Budgets and costs are counted with them.</p>
      </fieldset>
      {purpose === "chat"
        ? (
          <>
            <div className="grid-2">
              <SelectField
                label="Held to a schema"
                value={answers}
                error={sending.errorAt("/answers")}
                onChange={(event) =>
                  setAnswers(event.target.value as "native" | "tool" | "instruction")}
              >
                <option value="native">by the provider itself</option>
                <option value="tool">by a tool that it must call</option>
                <option value="instruction">by being told</option>
              </SelectField>
              <TextField
                label="Writes at most (optional)"
                unit="tokens"
                inputMode="numeric"
                value={limit}
                error={sending.errorAt("/outputLimit")}
                onChange={(event) => setLimit(event.target.value)}
              />
            </div>
            <Check
              label="It takes a temperature"
              checked={warm}
              onChange={(event) => setWarm(event.target.checked)}
            />
            <Check
              label="It answers in pieces"
              checked={streams}
              onChange={(event) => setStreams(event.target.checked)}
            />
          </>
        )
        : (
          <TextField
            label="Length of its vectors (optional)"
            inputMode="numeric"
            value={dimensions}
            error={sending.errorAt("/dimensions")}
            onChange={(event) => setDimensions(event.target.value)}
          />
        )}
    </FormDialog>
  );
}
