import { connection } from "./connection";
import { session } from "./session";

/** What the server says is wrong, as RFC 9457 problem details. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: { pointer: string; detail: string }[],
    readonly allowed: string[] | null,
    readonly body: unknown,
  ) {
    super(detail || title);
  }
}

export interface Reply {
  text: string;
  data: unknown;
}

interface Call {
  method?: string;
  body?: unknown;
  contentType?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends one request as the signed-in person; renews the token once when it is refused. */
export async function call(path: string, options: Call = {}): Promise<Reply> {
  const text = await (await answered(path, options)).text();
  return { text, data: parse(text) };
}

/** A file; a plain link would not be signed in. */
export async function file(path: string): Promise<Blob> {
  return (await answered(path, { headers: { Accept: "*/*" } })).blob();
}

async function answered(path: string, options: Call): Promise<Response> {
  for (let attempt = 0;; attempt++) {
    const response = await send(path, options);
    if (response.status === 401 && attempt === 0) {
      session.expire();
      if (await session.refresh().catch(lost)) continue;
      throw new Problem(401, "unauthenticated", "Signed out", "Sign in again.", [], null, null);
    }
    if (!response.ok) throw problemOf(response.status, parse(await response.text()));
    return response;
  }
}

async function send(path: string, options: Call): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  let body: string | undefined;
  if (options.body !== undefined) {
    headers["Content-Type"] = options.contentType ?? "application/json";
    body = typeof options.body === "string" ? options.body : JSON.stringify(options.body);
  }
  try {
    const token = await session.token();
    if (token) headers.Authorization = `Bearer ${token}`;
    const response = await fetch(path, {
      method: options.method ?? "GET",
      headers,
      body,
      signal: options.signal,
    });
    // A proxy answers these for a server that is away.
    if (response.status === 502 || response.status === 503 || response.status === 504) {
      throw new TypeError(`The server answered ${response.status}`);
    }
    connection.works();
    return response;
  } catch (error) {
    throw lost(error);
  }
}

function lost(error: unknown): never {
  if (error instanceof TypeError) connection.fails();
  throw error;
}

function parse(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a refusal says. */
export function problemOf(status: number, data: unknown): Problem {
  const body = (data ?? {}) as Record<string, unknown>;
  const text = (key: string) => typeof body[key] === "string" ? body[key] as string : "";
  const errors = Array.isArray(body.errors)
    ? (body.errors as { pointer?: string; detail?: string; message?: string }[])
      .filter((each) => typeof each.pointer === "string")
      .map((each) => ({ pointer: each.pointer!, detail: each.detail ?? each.message ?? "" }))
    : [];
  if (errors.length === 0 && text("pointer")) {
    errors.push({ pointer: text("pointer"), detail: text("detail") || text("title") });
  }
  return new Problem(
    status,
    text("code"),
    text("title") || `The server answered ${status}`,
    text("detail"),
    errors,
    Array.isArray(body.allowed) ? body.allowed as string[] : null,
    data,
  );
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call(path, { signal })).data as T;
}

export async function post<T>(
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<T> {
  return (await call(path, { method: "POST", body: body ?? {}, headers })).data as T;
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return (await call(path, { method: "PATCH", body })).data as T;
}

/** The sentence to show for an error. */
export function explain(error: unknown): string {
  if (error instanceof Problem) {
    const allowed = error.allowed
      ? error.allowed.length > 0
        ? ` Possible now: ${error.allowed.join(", ")}.`
        : " Its state is final."
      : "";
    return (error.detail || error.title) + allowed;
  }
  if (error instanceof TypeError) return "The server cannot be reached.";
  return error instanceof Error ? error.message : String(error);
}
