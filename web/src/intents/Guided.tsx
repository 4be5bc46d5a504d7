import { useId } from "react";
import { Button, IconButton } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { MetricPicker } from "./MetricPicker";
import { NumberField } from "./NumberField";
import {
  beginWith,
  blank,
  COMPARISONS,
  fitted,
  FUNCTIONS,
  functionsOf,
  isShare,
  needsField,
  numbersOf,
  unitOf,
} from "./predicate";
import type { Comparison, Condition, Fn, Measure, Metric } from "./types";

interface Props {
  metrics: Metric[];
  measure: Measure | null;
  onChange: (measure: Measure) => void;
}

const WINDOWS: [string, string][] = [
  ["15m", "15 minutes"],
  ["1h", "hour"],
  ["6h", "6 hours"],
  ["1d", "day"],
  ["7d", "7 days"],
  ["30d", "30 days"],
  ["90d", "90 days"],
];

/** The predicate part by part: what is measured, of which, how it is compared, and over what time. */
export function Guided({ metrics, measure, onChange }: Props) {
  const metric = metrics.find((each) =>
    each.name === measure?.metric ||
    each.name.replace(/^(metric|series):/, "") === measure?.metric
  );
  const set = (change: Partial<Measure>) => {
    if (measure && metric) onChange(fitted({ ...measure, ...change }, metric));
  };
  return (
    <div className="guided">
      <MetricPicker
        metrics={metrics}
        value={metric ?? null}
        onChange={(next) => onChange(beginWith(next))}
      />
      {!metric && measure && (
        <p className="faint">{measure.metric} is not among what can be measured here.</p>
      )}
      {metric && measure && (
        <>
          <div className="grid-2">
            <SelectField
              label="Measured as"
              value={measure.function}
              onChange={(event) => set({ function: event.target.value as Fn })}
            >
              {functionsOf(metric).map((each) => (
                <option key={each} value={each}>{FUNCTIONS[each]}</option>
              ))}
            </SelectField>
            {needsField(metric, measure.function) && (
              <SelectField
                label="Of"
                value={measure.field ?? ""}
                onChange={(event) => set({ field: event.target.value })}
              >
                {numbersOf(metric).map((each) => (
                  <option key={each.name} value={each.name}>{each.name}</option>
                ))}
              </SelectField>
            )}
            <Window value={measure.window} onChange={(window) => set({ window })} />
          </div>
          {metric.fields.length > 0 && (
            <Conditions
              title={measure.function === "share" ? "Good are those where" : "Only those where"}
              metric={metric}
              conditions={measure.conditions ?? []}
              least={measure.function === "share" ? 1 : 0}
              onChange={(conditions) => set({ conditions })}
            />
          )}
          {measure.function === "share" && metric.kind === "records" && (
            <Conditions
              title="Of those where"
              metric={metric}
              conditions={measure.where ?? []}
              least={0}
              onChange={(where) => set({ where })}
            />
          )}
          <div className="grid-2">
            <SelectField
              label="Is to be"
              value={measure.comparison}
              onChange={(event) => set({ comparison: event.target.value as Comparison })}
            >
              {COMPARISONS.map(([value, word]) => (
                <option key={value} value={value}>{word}</option>
              ))}
            </SelectField>
            <Target measure={measure} onChange={(target) => set({ target })} />
          </div>
        </>
      )}
    </div>
  );
}

function Window({ value, onChange }: { value: string; onChange: (window: string) => void }) {
  const known = WINDOWS.some(([each]) => each === value);
  return (
    <SelectField
      label="Over the last"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {!known && <option value={value}>{value}</option>}
      {WINDOWS.map(([each, word]) => <option key={each} value={each}>{word}</option>)}
    </SelectField>
  );
}

/** Shares are written as percentages, as people think of them. */
function Target({ measure, onChange }: { measure: Measure; onChange: (target: number) => void }) {
  const share = isShare(measure);
  const shown = share ? Number((measure.target * 100).toFixed(6)) : measure.target;
  return (
    <NumberField
      label="Target"
      {...(share ? { unit: "%" } : unitOf(measure) ? { unit: unitOf(measure) } : {})}
      value={shown}
      onNumber={(number) => onChange(share ? Number((number / 100).toFixed(8)) : number)}
    />
  );
}

const SIGNS: Record<string, [Condition["comparison"], string][]> = {
  flag: [["=", "is"]],
  // All that a metric can tell by its labels; one that ends in * is all that begin so.
  label: [["=", "is"]],
  number: [["=", "="], ["!=", "≠"], [">=", "≥"], ["<=", "≤"], [">", ">"], ["<", "<"]],
  text: [["=", "is"], ["!=", "is not"], ["in", "is one of"]],
};

interface ConditionsProps {
  title: string;
  metric: Metric;
  conditions: Condition[];
  least: number;
  onChange: (conditions: Condition[]) => void;
}

function Conditions({ title, metric, conditions, least, onChange }: ConditionsProps) {
  const first = metric.fields[0];
  const put = (index: number, next: Condition) =>
    onChange(conditions.map((each, at) => at === index ? next : each));
  return (
    <fieldset className="conditions">
      <legend>{title}</legend>
      {conditions.map((each, index) => (
        <ConditionRow
          key={index}
          title={`${title} ${index + 1}`}
          metric={metric}
          condition={each}
          onChange={(next) => put(index, next)}
          onRemove={conditions.length > least
            ? () => onChange(conditions.filter((_, at) => at !== index))
            : null}
        />
      ))}
      {conditions.length < 10 && first && (
        <Button
          small
          kind="quiet"
          icon="plus"
          onClick={() => onChange([...conditions, blank(first)])}
        >
          Add a condition
        </Button>
      )}
    </fieldset>
  );
}

interface RowProps {
  title: string;
  metric: Metric;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: (() => void) | null;
}

function ConditionRow({ title, metric, condition, onChange, onRemove }: RowProps) {
  const list = useId();
  const field = metric.fields.find((each) => each.name === condition.field);
  const kind = field?.kind ?? "text";
  const signs = SIGNS[metric.kind === "metric" ? "label" : kind] ?? [];
  const { comparison, value } = condition;
  const values = Array.isArray(value) ? value : [value];
  return (
    <div className="condition" role="group" aria-label={title}>
      <SelectField
        label="Field"
        hiddenLabel
        value={condition.field}
        onChange={(event) => {
          const next = metric.fields.find((each) => each.name === event.target.value);
          if (next) onChange(blank(next));
        }}
      >
        {metric.fields.map((each) => (
          <option key={each.name} value={each.name} title={each.help}>{each.name}</option>
        ))}
      </SelectField>
      <SelectField
        label="Comparison"
        hiddenLabel
        value={comparison}
        onChange={(event) => {
          const next = event.target.value as Condition["comparison"];
          onChange({
            ...condition,
            comparison: next,
            value: next === "in" ? values : values[0] ?? "",
          });
        }}
      >
        {signs.map(([each, word]) => <option key={each} value={each}>{word}</option>)}
      </SelectField>
      {kind === "flag" && (
        <SelectField
          label="Value"
          hiddenLabel
          value={String(value)}
          onChange={(event) => onChange({ ...condition, value: event.target.value === "true" })}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </SelectField>
      )}
      {kind === "number" && (
        <NumberField
          label="Value"
          hiddenLabel
          value={Number(value)}
          onNumber={(number) => onChange({ ...condition, value: number })}
        />
      )}
      {kind === "text" && comparison !== "in" && (field?.values.length ?? 0) > 0 && (
        <SelectField
          label="Value"
          hiddenLabel
          value={String(value)}
          onChange={(event) => onChange({ ...condition, value: event.target.value })}
        >
          {[...new Set([...field?.values ?? [], String(value)])].map((each) => (
            <option key={each} value={each}>{each}</option>
          ))}
        </SelectField>
      )}
      {kind === "text" && (comparison === "in" || field?.values.length === 0) && (
        <>
          <TextField
            label="Value"
            hiddenLabel
            list={list}
            placeholder={comparison === "in"
              ? "one, another"
              : metric.kind === "metric"
              ? "value, or begins*"
              : "value"}
            value={values.join(", ")}
            onChange={(event) =>
              onChange({
                ...condition,
                value: comparison === "in" ? event.target.value.split(/,\s*/) : event.target.value,
              })}
          />
          <datalist id={list}>
            {field?.values.map((each) => <option key={each} value={each} />)}
          </datalist>
        </>
      )}
      {onRemove
        ? <IconButton icon="close" label={`Remove ${title}`} onClick={onRemove} />
        : (
          <span className="condition-kept" title="A share needs one">
            <Icon name="check" />
          </span>
        )}
    </div>
  );
}
