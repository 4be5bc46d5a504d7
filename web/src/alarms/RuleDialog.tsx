import { type FormEvent, useId, useState } from "react";
import { call, patch, post } from "../api/client";
import { type AlarmRule, type MetricName, STATISTICS } from "../api/kernel";
import { invalidate, useQuery } from "../api/query";
import type { Page } from "../api/types";
import { NOTHING_WRONG, type Refusal, refusal, useAction } from "../ui/action";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check, SelectField, TextField } from "../ui/Field";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/Toast";
import { SEVERITIES, SEVERITY } from "./severity";
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
  const form = useId();
  const found = useQuery<Page<MetricName>>("/api/metrics").data;
  const [draft, setDraft] = useState<Draft>(() => rule ? { ...FRESH, ...rule } : FRESH);
  const [labels, setLabels] = useState(() => labelsText(rule?.labels));
  const [wrong, setWrong] = useState<Refusal>(NOTHING_WRONG);
  const [busy, setBusy] = useState(false);
  const { busy: removing, act } = useAction();
  const metrics = found?.items ?? [];
  const chosen = metrics.find((each) => each.name === draft.metric);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const errors = wrong.fields;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const mistakes = check(draft, labels);
    setWrong({ fields: mistakes, rest: null });
    if (Object.keys(mistakes).length > 0) return focusFirst(form);
    setBusy(true);
    const body = wire(draft, labels);
    try {
      if (rule) await patch(`/api/alarm-rules/${encodeURIComponent(rule.id)}`, body);
      else await post("/api/alarm-rules", body);
      invalidate("/api/alarm-rules", "/api/alarms");
      toast(rule ? `${draft.name} is changed` : `${draft.name} is made`);
      onClose();
    } catch (error) {
      setWrong(refusal(error, (pointer) => FIELDS.includes(pointer)));
      focusFirst(form);
    } finally {
      setBusy(false);
    }
  };
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
    <Dialog
      title={rule ? rule.name : "New alarm rule"}
      wide
      onClose={onClose}
      footer={
        <>
          {rule && !rule.isDefault && (
            <Button className="at-start" icon="trash" busy={removing} onClick={remove}>
              Remove
            </Button>
          )}
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {rule ? "Save" : "Make the rule"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <p className="notice" role="status">
          {condition({ ...draft, labels: labelsOf(labels) ?? {} })}.
        </p>
        <TextField
          label="Name"
          autoFocus
          maxLength={120}
          value={draft.name}
          error={errors["/name"]}
          onChange={(event) => set({ name: event.target.value })}
        />
        <div className="grid-2">
          <TextField
            label="Metric"
            list={`${form}-metrics`}
            value={draft.metric}
            error={errors["/metric"]}
            hint={chosen?.help ?? "As in the list of metrics"}
            onChange={(event) => set({ metric: event.target.value })}
          />
          <TextField
            label="Only where (optional)"
            placeholder="route=/api/orders, status=500"
            value={labels}
            error={errors["/labels"]}
            hint={chosen?.labels?.length ? `It has ${chosen.labels.join(", ")}` : "label=value, …"}
            onChange={(event) => setLabels(event.target.value)}
          />
        </div>
        <datalist id={`${form}-metrics`}>
          {metrics.map((each) => <option key={each.name} value={each.name}>{each.help}</option>)}
        </datalist>
        <div className="grid-4">
          <SelectField
            label="Statistic"
            value={draft.statistic}
            error={errors["/statistic"]}
            onChange={(event) => set({ statistic: event.target.value as Draft["statistic"] })}
          >
            {STATISTICS.map((each) => <option key={each} value={each}>{humanise(each)}</option>)}
          </SelectField>
          <SelectField
            label="Measured against"
            value={draft.kind}
            error={errors["/kind"]}
            onChange={(event) => set({ kind: event.target.value as Draft["kind"] })}
          >
            <option value="threshold">a limit</option>
            <option value="anomaly">what is usual</option>
          </SelectField>
          <SelectField
            label="Is"
            value={draft.comparison}
            error={errors["/comparison"]}
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
                error={errors["/threshold"]}
                onChange={(event) => set({ threshold: number(event.target.value) })}
              />
            )
            : (
              <TextField
                label="Deviations"
                type="number"
                step="any"
                value={draft.band ?? ""}
                error={errors["/band"]}
                onChange={(event) => set({ band: number(event.target.value) })}
              />
            )}
          <SelectField
            label="Period"
            value={draft.periodSeconds}
            error={errors["/periodSeconds"]}
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
            error={errors["/datapointsToAlarm"]}
            onChange={(event) => set({ datapointsToAlarm: number(event.target.value) ?? 0 })}
          />
          <TextField
            label="of periods"
            type="number"
            min={1}
            value={draft.periods}
            error={errors["/periods"]}
            onChange={(event) => set({ periods: number(event.target.value) ?? 0 })}
          />
          <SelectField
            label="Severity"
            value={draft.severity}
            error={errors["/severity"]}
            onChange={(event) => set({ severity: event.target.value as Draft["severity"] })}
          >
            {SEVERITIES.map((each) => <option key={each} value={each}>{SEVERITY[each].word}
            </option>)}
          </SelectField>
        </div>
        <div className="grid-2">
          <SelectField
            label="When nothing was measured"
            value={draft.missing}
            error={errors["/missing"]}
            onChange={(event) => set({ missing: event.target.value as Draft["missing"] })}
          >
            {MISSING.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
          </SelectField>
          <TextField
            label="Clears after periods that are fine"
            type="number"
            min={1}
            value={draft.holdPeriods ?? ""}
            error={errors["/holdPeriods"]}
            onChange={(event) => set({ holdPeriods: number(event.target.value) ?? undefined })}
          />
          <Check
            label="This rule is on"
            checked={draft.enabled}
            onChange={(event) => set({ enabled: event.target.checked })}
          />
        </div>
        {wrong.rest && (
          <p className="form-error" role="alert">
            <Icon name="alarm" />
            {wrong.rest}
          </p>
        )}
      </form>
    </Dialog>
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

function focusFirst(form: string) {
  requestAnimationFrame(() => {
    const field = document.getElementById(form)?.querySelector<HTMLElement>("[aria-invalid=true]");
    field?.focus();
  });
}
