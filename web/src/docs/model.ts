/** The parts of an OpenAPI 3.1 document that the page shows. */

export type Schema = boolean | {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
};

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: Schema;
}

export interface Content {
  [type: string]: { schema: Schema };
}

export interface Answer {
  $ref?: string;
  description?: string;
  headers?: Record<string, unknown>;
  content?: Content;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, Answer>;
  "x-aliases"?: string[];
}

export interface Description {
  info: { title: string; version: string; description: string };
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer> };
}

/** An operation with the place where it is. */
export interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

export function entries(description: Description): Entry[] {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    }))
  );
}

/** The words in which the filter looks. */
export function words(entry: Entry): string {
  const { operation } = entry;
  return [
    entry.method,
    entry.path,
    operation.operationId,
    operation.summary,
    operation.description ?? "",
    ...operation.tags,
    ...operation["x-aliases"] ?? [],
    ...(operation.parameters ?? []).map((parameter) => parameter.name),
  ].join(" ").toLowerCase();
}

/** The name of the schema that a reference leads to. */
export function referenceName(reference: string): string {
  return reference.split("/").pop() ?? reference;
}

/** What a schema is, in a few words. */
export function kind(schema: Schema | undefined): string {
  if (schema === undefined || schema === true) return "anything";
  if (schema === false) return "nothing";
  if (schema.$ref) return referenceName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
  if (schema.allOf) return schema.allOf.map(kind).join(" and ");
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];
  return types.map((type) => {
    if (type === "array") return `list of ${kind(schema.items)}`;
    return schema.format && type !== "null" ? `${type}, ${schema.format}` : type;
  }).join(" or ") || "anything";
}

/** The limits of a schema, in words. */
export function limits(schema: Schema | undefined): string {
  if (typeof schema !== "object") return "";
  const said: string[] = [];
  const range = (low?: number, high?: number, unit = "") => {
    if (low === undefined && high === undefined) return;
    const text = low === undefined
      ? `at most ${high}`
      : high === undefined
      ? `at least ${low}`
      : `${low} to ${high}`;
    said.push(text + unit);
  };
  range(schema.minimum, schema.maximum);
  range(schema.minLength, schema.maxLength, " characters");
  range(schema.minItems, schema.maxItems, " elements");
  if (schema.exclusiveMinimum !== undefined) said.push(`more than ${schema.exclusiveMinimum}`);
  if (schema.exclusiveMaximum !== undefined) said.push(`less than ${schema.exclusiveMaximum}`);
  if (schema.default !== undefined) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.join(", ");
}

const samples: Record<string, unknown> = {
  uuid: "01930000-0000-7000-8000-000000000000",
  date: "2026-11-20",
  "date-time": "2026-11-20T08:30:00Z",
  email: "name@company.example",
};

/** A value that the schema allows, for an example; required members only. */
export function sample(schema: Schema | undefined, description: Description, depth = 0): unknown {
  if (typeof schema !== "object" || depth > 8) return {};
  if (schema.$ref) {
    return sample(
      description.components.schemas[referenceName(schema.$ref)],
      description,
      depth + 1,
    );
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.length) return sample(schema.anyOf[0], description, depth + 1);
  if (schema.allOf?.length) return sample(schema.allOf[0], description, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      return schema.format ? samples[schema.format] ?? "…" : "…";
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return false;
    case "array":
      return [sample(schema.items, description, depth + 1)];
    case "null":
      return null;
    default: {
      const members = Object.entries(schema.properties ?? {});
      const required = members.filter(([name]) => schema.required?.includes(name));
      const shown = required.length ? required : members.slice(0, 1);
      return Object.fromEntries(
        shown.map(([name, member]) => [name, sample(member, description, depth + 1)]),
      );
    }
  }
}

/** The call as it is typed into a shell. */
export function curl(entry: Entry, description: Description): string {
  const { operation } = entry;
  const required = (operation.parameters ?? []).filter((parameter) => parameter.required);
  const path = entry.path.replace(/\{([^}]*)\}/g, "$$$1");
  const query = required.filter((parameter) => parameter.in === "query")
    .map((parameter) =>
      `${parameter.name}=${encodeURIComponent(String(sample(parameter.schema, description)))}`
    );
  const lines = [
    `curl ${entry.method === "GET" ? "" : `-X ${entry.method} `}"$WEFT${path}${
      query.length ? `?${query.join("&")}` : ""
    }"`,
  ];
  if (operation.security === undefined) lines.push('-H "Authorization: Bearer $TOKEN"');
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})
    .find(([name]) => name.includes("json")) ?? [];
  if (type && content) {
    lines.push(`-H "Content-Type: ${type}"`);
    lines.push(
      `-d '${JSON.stringify(sample(content.schema, description)).replace(/'/g, "'\\''")}'`,
    );
  }
  return lines.join(" \\\n  ");
}
