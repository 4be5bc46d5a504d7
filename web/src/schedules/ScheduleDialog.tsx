import { useId, useState } from "react";
import { useSending } from "../ui/action";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { JsonEditor, useJson } from "../ui/JsonEditor";
import { toast } from "../ui/Toast";
import { useWorkflowNames } from "../workflows/api";
import { type CatchUp, save, type Schedule, type ScheduleBody } from "./api";
import {
  knownZones,
  ownZone,
  readTiming,
  type Timing,
  type Unit,
  UNITS,
  writeTiming,
} from "./expression";
import { Occurrences, useOccurrences } from "./Occurrences";

const FIELDS = [
  "/name",
  "/expression",
  "/timeZone",
  "/start",
  "/end",
  "/target",
  "/windowSeconds",
  "/catchUp",
];

const CATCH_UP: [CatchUp, string][] = [
  ["once", "make up for the latest"],
  ["all", "make up for each"],
  ["skip", "let them go"],
];

interface Draft {
  name: string;
  timing: Timing;
  timeZone: string;
  start: string;
  end: string;
  starts: "workflow" | "event";
  workflow: string;
  type: string;
  subject: string;
  data: string;
  windowSeconds: string;
  catchUp: CatchUp;
}

function draftOf(schedule: Schedule | null): Draft {
  const target = schedule?.target;
  const event = target && "event" in target ? target.event : null;
  const workflow = target && "workflow" in target ? target : null;
  return {
    name: schedule?.name ?? "",
    timing: schedule
      ? readTiming(schedule.expression)
      : { kind: "cron", fields: "0 8 * * MON-FRI" },
    timeZone: schedule?.timeZone ?? ownZone(),
    start: schedule?.start ?? "",
    end: schedule?.end ?? "",
    starts: event ? "event" : "workflow",
    workflow: workflow?.workflow ?? "",
    type: event?.type ?? "",
    subject: event?.subject ?? "",
    data: JSON.stringify(event?.data ?? workflow?.input ?? {}, null, 2),
    windowSeconds: String(schedule?.windowSeconds ?? 0),
    catchUp: schedule?.catchUp ?? "once",
  };
}

/** Makes or changes a schedule; the next times stand beside what is being written. */
export function ScheduleDialog({ schedule, onClose }: {
  schedule: Schedule | null;
  onClose: () => void;
}) {
  const zones = useId();
  const names = useId();
  const workflows = useWorkflowNames();
  const [draft, setDraft] = useState(() => draftOf(schedule));
  const data = useJson(draft.data);
  const sending = useSending(...FIELDS);
  const { errorAt } = sending;
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const body: ScheduleBody = {
    name: draft.name.trim(),
    expression: writeTiming(draft.timing),
    timeZone: draft.timeZone.trim(),
    ...(draft.start ? { start: draft.start } : schedule?.start ? { start: null } : {}),
    ...(draft.end ? { end: draft.end } : schedule?.end ? { end: null } : {}),
    target: draft.starts === "workflow" ? { workflow: draft.workflow.trim(), input: data.value } : {
      event: {
        type: draft.type.trim(),
        ...(draft.subject.trim() ? { subject: draft.subject.trim() } : {}),
        data: data.value,
      },
    },
    windowSeconds: Number(draft.windowSeconds),
    catchUp: draft.catchUp,
  };
  const next = useOccurrences(body);
  const submit = () =>
    sending.send(async () => {
      await save(schedule?.id ?? null, body);
      toast(schedule ? `${body.name} is changed` : `${body.name} is scheduled`);
      onClose();
    }, check(draft, data.error !== null));
  return (
    <FormDialog
      title={schedule ? schedule.name : "New schedule"}
      wide
      sending={sending}
      submit={schedule ? "Save" : "Schedule it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label="Name"
        autoFocus
        maxLength={100}
        value={draft.name}
        error={errorAt("/name")}
        onChange={(event) => set({ name: event.target.value })}
      />
      <div className="schedule-when">
        <div>
          <TimingFields
            timing={draft.timing}
            error={errorAt("/expression")}
            onChange={(timing) => set({ timing })}
          />
          <TextField
            label="Time zone"
            list={zones}
            maxLength={64}
            value={draft.timeZone}
            error={errorAt("/timeZone")}
            hint="Its clock counts, daylight saving time included"
            onChange={(event) => set({ timeZone: event.target.value })}
          />
          <datalist id={zones}>
            {knownZones().map((each) => <option key={each} value={each} />)}
          </datalist>
          <div className="grid-2">
            <MomentField
              label="Not before (optional)"
              value={draft.start}
              error={errorAt("/start")}
              onChange={(start) => set({ start })}
            />
            <MomentField
              label="Not after (optional)"
              value={draft.end}
              error={errorAt("/end")}
              onChange={(end) => set({ end })}
            />
          </div>
        </div>
        <Occurrences {...next} timeZone={draft.timeZone} />
      </div>
      <div className="grid-2">
        <SelectField
          label="It"
          value={draft.starts}
          onChange={(event) => set({ starts: event.target.value as Draft["starts"] })}
        >
          <option value="workflow">starts a workflow</option>
          <option value="event">publishes an event</option>
        </SelectField>
        {draft.starts === "workflow"
          ? (
            <TextField
              label="Workflow"
              list={names}
              maxLength={200}
              value={draft.workflow}
              error={errorAt("/target/workflow") ?? errorAt("/target")}
              hint="name, name:alias or name:version"
              onChange={(event) => set({ workflow: event.target.value })}
            />
          )
          : (
            <TextField
              label="Event type"
              maxLength={200}
              placeholder="stock.count-due"
              value={draft.type}
              error={errorAt("/target/event/type") ?? errorAt("/target")}
              onChange={(event) => set({ type: event.target.value })}
            />
          )}
      </div>
      <datalist id={names}>
        {workflows.map((each) => <option key={each} value={each} />)}
      </datalist>
      {draft.starts === "event" && (
        <TextField
          label="Subject (optional)"
          maxLength={200}
          value={draft.subject}
          error={errorAt("/target/event/subject")}
          onChange={(event) => set({ subject: event.target.value })}
        />
      )}
      <JsonEditor
        label={draft.starts === "workflow" ? "Input" : "Data"}
        rows={6}
        text={draft.data}
        hint="<aws.scheduler.scheduled-time> in a text becomes the due time"
        onChange={(text) => set({ data: text })}
      />
      <div className="grid-2">
        <TextField
          label="Fires within"
          type="number"
          min={0}
          max={86400}
          unit="s"
          value={draft.windowSeconds}
          error={errorAt("/windowSeconds")}
          hint="0 is on time; more spreads the load"
          onChange={(event) => set({ windowSeconds: event.target.value })}
        />
        <SelectField
          label="Times that passed while nothing ran"
          value={draft.catchUp}
          error={errorAt("/catchUp")}
          onChange={(event) => set({ catchUp: event.target.value as CatchUp })}
        >
          {CATCH_UP.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
        </SelectField>
      </div>
    </FormDialog>
  );
}

function check(draft: Draft, badData: boolean): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (!draft.name.trim()) wrong["/name"] = "A schedule needs a name.";
  if (draft.timing.kind === "at" && !draft.timing.moment) wrong["/expression"] = "Say when.";
  if (draft.timing.kind === "cron" && !draft.timing.fields.trim()) {
    wrong["/expression"] = "Write the fields.";
  }
  if (!draft.timeZone.trim()) wrong["/timeZone"] = "Name a zone; UTC is one.";
  if (draft.starts === "workflow" && !draft.workflow.trim()) {
    wrong["/target/workflow"] = "Say which workflow.";
  }
  if (draft.starts === "event" && !draft.type.trim()) {
    wrong["/target/event/type"] = "Say which event.";
  }
  if (badData) wrong["/target/input"] = "";
  const window = Number(draft.windowSeconds);
  if (!Number.isInteger(window) || window < 0 || window > 86_400) {
    wrong["/windowSeconds"] = "A whole number from 0 to 86400.";
  }
  return wrong;
}

function TimingFields({ timing, error, onChange }: {
  timing: Timing;
  error: string | undefined;
  onChange: (timing: Timing) => void;
}) {
  const turn = (kind: string) =>
    onChange(
      kind === "rate"
        ? { kind: "rate", every: "5", unit: "minutes" }
        : kind === "at"
        ? { kind: "at", moment: "" }
        : { kind: "cron", fields: "0 8 * * MON-FRI" },
    );
  return (
    <div className="grid-2">
      <SelectField
        label="When"
        value={timing.kind}
        onChange={(event) => turn(event.target.value)}
      >
        <option value="cron">by the calendar (cron)</option>
        <option value="rate">again and again</option>
        <option value="at">once</option>
      </SelectField>
      {timing.kind === "cron" && (
        <TextField
          label="Cron fields"
          maxLength={180}
          value={timing.fields}
          error={error}
          hint="minute hour day month weekday (year)"
          onChange={(event) => onChange({ ...timing, fields: event.target.value })}
        />
      )}
      {timing.kind === "rate" && (
        <div className="rate-fields">
          <TextField
            label="Every"
            type="number"
            min={1}
            value={timing.every}
            error={error}
            onChange={(event) => onChange({ ...timing, every: event.target.value })}
          />
          <SelectField
            label="Unit"
            value={timing.unit}
            onChange={(event) => onChange({ ...timing, unit: event.target.value as Unit })}
          >
            {UNITS.map((each) => <option key={each} value={each}>{each}</option>)}
          </SelectField>
        </div>
      )}
      {timing.kind === "at" && (
        <TextField
          label="At"
          type="datetime-local"
          value={timing.moment}
          error={error}
          onChange={(event) => onChange({ ...timing, moment: event.target.value })}
        />
      )}
    </div>
  );
}

/** A moment, kept as the API writes it, shown by one's own clock. */
function MomentField({ label, value, error, onChange }: {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (moment: string) => void;
}) {
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={local(value)}
      error={error}
      onChange={(event) =>
        onChange(event.target.value ? new Date(event.target.value).toISOString() : "")}
    />
  );
}

function local(moment: string): string {
  const at = new Date(moment);
  if (!moment || Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
