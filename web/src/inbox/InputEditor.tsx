import { useEffect, useMemo, useState } from "react";
import { Check, SelectField, TextField } from "../ui/Field";
import { humanise } from "../ui/format";
import { JsonEditor, type Problem, useJson } from "../ui/JsonEditor";
import { inputFields, withField } from "./inputFields";

interface Props {
  schema: unknown;
  /** What was asked for. */
  asked: unknown;
  /** What is wrong with the input, by pointers that begin at it. */
  problems: readonly Problem[];
  /** What it is now; undefined while it is no JSON. */
  onChange: (value: unknown) => void;
}

/** Changes what an agent asked for: in a form where the tool's schema is simple, as JSON otherwise. */
export function InputEditor({ schema, asked, problems, onChange }: Props) {
  const fields = useMemo(() => inputFields(schema, asked), [schema, asked]);
  const [value, setValue] = useState(asked as Record<string, unknown>);
  if (!fields) return <AsText asked={asked} problems={problems} onChange={onChange} />;
  const set = (changed: Record<string, unknown>) => {
    setValue(changed);
    onChange(changed);
  };
  const wrong = (key: string) =>
    problems.find((each) => each.pointer.split("/")[1] === key)?.message;
  return (
    <fieldset className="approval-fields">
      <legend className="field-label">What shall be done instead</legend>
      {fields.map((field) => {
        const shared = {
          label: humanise(field.key) + (field.required ? "" : " (optional)"),
          error: wrong(field.key),
          ...(field.hint ? { hint: field.hint } : {}),
        };
        const now = value[field.key];
        if (field.type === "flag") {
          return (
            <Check
              key={field.key}
              label={humanise(field.key)}
              checked={now === true}
              onChange={(event) => set(withField(value, field, event.target.checked))}
            />
          );
        }
        if (field.type === "choice") {
          return (
            <SelectField
              key={field.key}
              {...shared}
              value={now === undefined ? "" : String(now)}
              onChange={(event) => set(withField(value, field, event.target.value))}
            >
              {!field.required && <option value="">None</option>}
              {field.choices.map((each) => <option key={String(each)}>{String(each)}</option>)}
            </SelectField>
          );
        }
        return (
          <TextField
            key={field.key}
            {...shared}
            inputMode={field.type === "text" ? "text" : "decimal"}
            value={now === undefined ? "" : String(now)}
            onChange={(event) => set(withField(value, field, event.target.value))}
          />
        );
      })}
    </fieldset>
  );
}

function AsText({ asked, problems, onChange }: Omit<Props, "schema">) {
  const [text, setText] = useState(() => JSON.stringify(asked, null, 2));
  const read = useJson(text);
  useEffect(() => onChange(read.error ? undefined : read.value), [read]);
  return (
    <JsonEditor
      label="What shall be done instead"
      text={text}
      onChange={setText}
      problems={problems}
      rows={Math.min(14, Math.max(4, text.split("\n").length + 1))}
    />
  );
}
