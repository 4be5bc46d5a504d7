/** A tool's input as a form, where its schema is simple enough: flat, with plain values. */

export interface InputField {
  key: string;
  type: "text" | "integer" | "number" | "flag" | "choice";
  choices: (string | number)[];
  required: boolean;
  hint?: string | undefined;
}

/** More fields than these are easier to change as JSON. */
const MOST = 12;

type Plain = Record<string, unknown>;

const isObject = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The fields of a form for `value`; null where the schema or the value needs JSON. */
export function inputFields(schema: unknown, value: unknown): InputField[] | null {
  if (!isObject(schema) || !isObject(value) || schema.type !== "object") return null;
  if (!isObject(schema.properties)) return null;
  const properties = Object.entries(schema.properties);
  if (properties.length === 0 || properties.length > MOST) return null;
  // What no field stands for would be out of sight.
  if (Object.keys(value).some((key) => !(key in (schema.properties as Plain)))) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields: InputField[] = [];
  for (const [key, property] of properties) {
    const field = inputField(key, property, required.includes(key));
    if (!field || !fits(field, value[key])) return null;
    fields.push(field);
  }
  return fields;
}

function inputField(key: string, property: unknown, required: boolean): InputField | null {
  if (!isObject(property)) return null;
  const hint = typeof property.description === "string" ? property.description : undefined;
  const base = { key, required, hint, choices: [] };
  if (Array.isArray(property.enum)) {
    const choices = property.enum.filter((each): each is string | number =>
      typeof each === "string" || typeof each === "number"
    );
    return choices.length === property.enum.length ? { ...base, type: "choice", choices } : null;
  }
  switch (property.type) {
    case "string":
      return { ...base, type: "text" };
    case "integer":
      return { ...base, type: "integer" };
    case "number":
      return { ...base, type: "number" };
    case "boolean":
      return { ...base, type: "flag" };
    default:
      return null;
  }
}

/** Whether the form can show what is there now. */
function fits(field: InputField, value: unknown): boolean {
  if (value === undefined) return true;
  switch (field.type) {
    case "text":
      return typeof value === "string" && !value.includes("\n");
    case "integer":
    case "number":
      // Numbers beyond these are not the same after a browser has read them.
      return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    case "flag":
      return typeof value === "boolean";
    case "choice":
      return field.choices.includes(value as string);
  }
}

/** The value with one field set to what was typed; an empty one that may be absent is taken out. */
export function withField(value: Plain, field: InputField, typed: string | boolean): Plain {
  const changed = { ...value };
  if (typed === "" && !field.required) delete changed[field.key];
  else changed[field.key] = read(field, typed);
  return changed;
}

function read(field: InputField, typed: string | boolean): unknown {
  if (field.type === "choice") return field.choices.find((each) => String(each) === typed) ?? typed;
  if (field.type !== "integer" && field.type !== "number") return typed;
  const text = String(typed).trim();
  const number = Number(text);
  // What is no number goes as it is: the server says what it expected.
  return text !== "" && Number.isFinite(number) ? number : text;
}

/** Whether two JSON values are the same, whatever the order of their members. */
export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => same(each, other[index]));
  }
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length &&
      keys.every((key) => key in other && same(one[key], other[key]));
  }
  return one === other;
}
