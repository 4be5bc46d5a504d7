import { useId, useState } from "react";
import { call, patch, post } from "../api/client";
import { type AlarmRule, type MetricName, STATISTICS } from "../api/kernel";
import { invalidate, useQuery } from "../api/query";
import type { Page } from "../api/types";
import { useAction, useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Check, SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { humanise } from "../ui/format";
import { toast } from "../ui/Toast";
import { SeverityField } from "./severity";
import { condition, span } from "./words";

type Draft = Omit<AlarmRule, "id" | "isDefault">;

const FRESH: Draft = {
  name: "",
  metric: "",
  labels: {},
  statistic: "average",
  kind: "threshold",
  comparison: ">",
  threshold: null,
  band: null,
  periodSeconds: 60,
  periods: 3,
  datapointsToAlarm: 2,
  missing: "missing",
  holdPeriods: 2,
  severity: "warning",
  enabled: true,
};

const MISSING: [Draft["missing"], string][] = [
  ["missing", "stay as it is"],
  ["ignore", "count only what came"],
  ["breaching", "count it as breaching"],
  ["notBreaching", "count it as fine"],
];

const PERIODS = [10, 60, 300, 900, 3600];

const FIELDS = [
  "/name",
  "/metric",
  "/labels",
  "/statistic",
  "/kind",
  "/comparison",
  "/threshold",
  "/band",
  "/periodSeconds",
  "/periods",
  "/datapointsToAlarm",
  "/missing",
  "/holdPeriods",
  "/severity",
];

/** Makes or changes a rule; the sentence above the fields says what it will do. */
export function RuleDialog({ rule, onClose }: { rule: AlarmRule | null; onClose: () => void }) {
  const metricNames = useId();
  const found = useQuery<Page<MetricName>>("/api/metrics").data;
  const [draft, setDraft] = useState<Draft>(() => rule ? { ...FRESH, ...rule } : FRESH);
  const [labels, setLabels] = useState(() => labelsText(rule?.labels));
  const sending = useSending(...FIELDS);
  const { busy: removing, act } = useAction();
  const metrics = found?.items ?? [];
  const chosen = metrics.find((each) => each.name === draft.metric);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const { errorAt } = sending;
  const submit = () =>
    sending.send(async () => {
      const body = wire(draft, labels);
      if (rule) await patch(`/api/alarm-rules/${encodeURIComponent(rule.id)}`, body);
      else await post("/api/alarm-rules", body);
      invalidate("/api/alarm-rules", "/api/alarms");
      toast(rule ? `${draft.name} is changed` : `${draft.name} is made`);
      onClose();
    }, check(draft, labels));
  const remove = async () => {
    const gone = await act(
      () => call(`/api/alarm-rules/${encodeURIComponent(rule!.id)}`, { method: "DELETE" }),
      `${rule!.name} is removed`,
    );
    if (!gone) return;
    invalidate("/api/alarm-rules");
    onClose();
  };
  const number = (text: string) => text.trim() === "" ? null : Number(text.replace(",", "."));
  return (
    <FormDialog
      title={rule ? rule.name : "New alarm rule"}
      wide
      sending={sending}
      submit={rule ? "Save" : "Make the rule"}
      leave="Leave it"
      buttons={rule && !rule.isDefault && (
        <Button className="at-start" icon="trash" busy={removing} onClick={remove}>
          Remove
        </Button>
      )}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="notice" role="status">
        {condition({ ...draft, labels: labelsOf(labels) ?? {} })}.
      </p>
      <TextField
        label="Name"
        autoFocus
        maxLength={120}
        value={draft.name}
        error={errorAt("/name")}
        onChange={(event) => set({ name: event.target.value })}
      />
      <div className="grid-2">
        <TextField
          label="Metric"
          list={metricNames}
          value={draft.metric}
          error={errorAt("/metric")}
          hint={chosen?.help ?? "As in the list of metrics"}
          onChange={(event) => set({ metric: event.target.value })}
        />
        <TextField
          label="Only where (optional)"
          placeholder="route=/api/orders, status=500"
          value={labels}
          error={errorAt("/labels")}
          hint={chosen?.labels?.length ? `It has ${chosen.labels.join(", ")}` : "label=value, …"}
          onChange={(event) => setLabels(event.target.value)}
        />
      </div>
      <datalist id={metricNames}>
        {metrics.map((each) => <option key={each.name} value={each.name}>{each.help}</option>)}
      </datalist>
      <div className="grid-4">
        <SelectField
          label="Statistic"
          value={draft.statistic}
          error={errorAt("/statistic")}
          onChange={(event) => set({ statistic: event.target.value as Draft["statistic"] })}
        >
          {STATISTICS.map((each) => <option key={each} value={each}>{humanise(each)}</option>)}
        </SelectField>
        <SelectField
          label="Measured against"
          value={draft.kind}
          error={errorAt("/kind")}
          onChange={(event) => set({ kind: event.target.value as Draft["kind"] })}
        >
          <option value="threshold">a limit</option>
          <option value="anomaly">what is usual</option>
        </SelectField>
        <SelectField
          label="Is"
          value={draft.comparison}
          error={errorAt("/comparison")}
          onChange={(event) => set({ comparison: event.target.value as Draft["comparison"] })}
        >
          <option value=">">above</option>
          <option value=">=">at or above</option>
          <option value="<">below</option>
          <option value="<=">at or below</option>
        </SelectField>
        {draft.kind === "threshold"
          ? (
            <TextField
              label="Limit"
              type="number"
              step="any"
              value={draft.threshold ?? ""}
              error={errorAt("/threshold")}
              onChange={(event) => set({ threshold: number(event.target.value) })}
            />
          )
          : (
            <TextField
              label="Deviations"
              type="number"
              step="any"
              value={draft.band ?? ""}
              error={errorAt("/band")}
              onChange={(event) => set({ band: number(event.target.value) })}
            />
          )}
        <SelectField
          label="Period"
          value={draft.periodSeconds}
          error={errorAt("/periodSeconds")}
          onChange={(event) => set({ periodSeconds: Number(event.target.value) })}
        >
          {[...new Set([...PERIODS, draft.periodSeconds])].sort((a, b) => a - b).map((each) => (
            <option key={each} value={each}>{span(each)}</option>
          ))}
        </SelectField>
        <TextField
          label="Breached in"
          type="number"
          min={1}
          value={draft.datapointsToAlarm}
          error={errorAt("/datapointsToAlarm")}
          onChange={(event) => set({ datapointsToAlarm: number(event.target.value) ?? 0 })}
        />
        <TextField
          label="of periods"
          type="number"
          min={1}
          value={draft.periods}
          error={errorAt("/periods")}
          onChange={(event) => set({ periods: number(event.target.value) ?? 0 })}
        />
        <SeverityField
          label="Severity"
          value={draft.severity}
          error={errorAt("/severity")}
          onChange={(severity) => set({ severity })}
        />
      </div>
      <div className="grid-2">
        <SelectField
          label="When nothing was measured"
          value={draft.missing}
          error={errorAt("/missing")}
          onChange={(event) => set({ missing: event.target.value as Draft["missing"] })}
        >
          {MISSING.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </SelectField>
        <TextField
          label="Clears after periods that are fine"
          type="number"
          min={1}
          value={draft.holdPeriods ?? ""}
          error={errorAt("/holdPeriods")}
          onChange={(event) => set({ holdPeriods: number(event.target.value) ?? undefined })}
        />
        <Check
          label="This rule is on"
          checked={draft.enabled}
          onChange={(event) => set({ enabled: event.target.checked })}
        />
      </div>
    </FormDialog>
  );
}

function check(draft: Draft, labels: string): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (!draft.name.trim()) wrong["/name"] = "A rule needs a name; alarms carry it.";
  if (!draft.metric.trim()) wrong["/metric"] = "Say which metric.";
  if (labelsOf(labels) === null) wrong["/labels"] = "Write label=value, with commas between.";
  if (draft.kind === "threshold" && !Number.isFinite(draft.threshold)) {
    wrong["/threshold"] = "Give the limit as a number.";
  }
  if (draft.kind === "anomaly" && !(Number(draft.band) > 0)) {
    wrong["/band"] = "Give a number above 0; 3 is usual.";
  }
  if (!(draft.periods >= 1)) wrong["/periods"] = "At least one.";
  if (!(draft.datapointsToAlarm >= 1)) wrong["/datapointsToAlarm"] = "At least one.";
  else if (draft.datapointsToAlarm > draft.periods) {
    wrong["/datapointsToAlarm"] = `No more than the ${draft.periods} periods.`;
  }
  return wrong;
}

function wire(draft: Draft, labels: string): Record<string, unknown> {
  const {
    name,
    metric,
    statistic,
    kind,
    comparison,
    threshold,
    band,
    periodSeconds,
    periods,
    datapointsToAlarm,
    missing,
    holdPeriods,
    severity,
    enabled,
  } = draft;
  return {
    name: name.trim(),
    metric: metric.trim(),
    labels: labelsOf(labels) ?? {},
    statistic,
    kind,
    comparison,
    ...(kind === "threshold" ? { threshold } : { band }),
    periodSeconds,
    periods,
    datapointsToAlarm,
    missing,
    ...(holdPeriods === undefined ? {} : { holdPeriods }),
    severity,
    enabled,
  };
}

function labelsText(labels: Record<string, string> | undefined): string {
  return Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).join(", ");
}

/** null when the text is no list of labels. */
function labelsOf(text: string): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const part of text.split(",").map((each) => each.trim()).filter(Boolean)) {
    const at = part.indexOf("=");
    if (at < 1) return null;
    found[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return found;
}
