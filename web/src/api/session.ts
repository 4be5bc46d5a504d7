/**
 * Who is signed in: the access token lives in memory, the refresh token in the tab's or the
 * browser's storage, and a refresh happens at most once at a time across all tabs, because each
 * refresh token is good for one use.
 */

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

export type SessionState = "starting" | "in" | "out";

const KEY = "weft.refresh";
let access: string | null = null;
let renewAt = 0;
let state: SessionState = stored() ? "starting" : "out";
let refreshing: Promise<boolean> | null = null;
const listeners = new Set<() => void>();
const renewals = new Set<() => void>();

function stored(): string | null {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

function keep(tokens: Tokens, storage: Storage) {
  access = tokens.accessToken;
  // Renewed a little early, so that a request seldom meets an expired token.
  renewAt = Date.now() + Math.max(5, tokens.expiresIn - 30) * 1000;
  storage.setItem(KEY, tokens.refreshToken);
  for (const listener of renewals) listener();
}

/** The account asks for a code of its authenticator too. */
export class CodeNeeded extends Error {}

function become(next: SessionState) {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

function forget() {
  access = null;
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

export const session = {
  get state(): SessionState {
    return state;
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** A token to send, renewed first if it is about to run out; null when nobody is signed in. */
  async token(): Promise<string | null> {
    if (access !== null && Date.now() < renewAt) return access;
    return await session.refresh() ? access : null;
  },

  /** Calls `listener` each time there is a new access token. */
  onRenew(listener: () => void): () => void {
    renewals.add(listener);
    return () => renewals.delete(listener);
  },

  /** `path` is `/auth/token` with a password, `/auth/oidc/exchange` with another's word. */
  async signIn(path: string, body: Record<string, string>, remember: boolean) {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      if (problem.code === "totp-required") throw new CodeNeeded();
      if (problem.code === "invalid-code") throw new Error("That code is not right, or is over.");
      if (response.status === 429) {
        throw new Error("Too many attempts. Wait a minute, then try again.");
      }
      if (response.status === 401 || response.status === 403 || response.status === 400) {
        throw new Error(problem.detail || "The e-mail address or the password is wrong.");
      }
      throw new Error(`The server answered ${response.status}. Try again in a moment.`);
    }
    forget();
    keep(await response.json() as Tokens, remember ? localStorage : sessionStorage);
    become("in");
  },

  /** Exchanges the refresh token; false (and signed out) when the server refuses it. */
  refresh(): Promise<boolean> {
    refreshing ??= exclusively(exchange).finally(() => {
      refreshing = null;
    });
    return refreshing;
  },

  /** Says that the server refused the access token. */
  expire() {
    renewAt = 0;
  },

  async signOut() {
    const refreshToken = stored();
    forget();
    become("out");
    if (refreshToken) {
      // Signing out works offline too; the server forgets the token when it expires.
      await fetch("/auth/revoke", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ refreshToken }),
      }).catch(() => undefined);
    }
  },
};

async function exchange(): Promise<boolean> {
  const refreshToken = stored();
  if (!refreshToken) {
    become("out");
    return false;
  }
  const response = await fetch("/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refreshToken }),
  });
  if (response.ok) {
    const storage = sessionStorage.getItem(KEY) ? sessionStorage : localStorage;
    keep(await response.json() as Tokens, storage);
    become("in");
    return true;
  }
  if (response.status >= 500 || response.status === 429) {
    throw new TypeError(`The server answered ${response.status}`);
  }
  forget();
  become("out");
  return false;
}

/** Runs `work` while no other tab does; without the Locks API tabs may each have to sign in. */
function exclusively(work: () => Promise<boolean>): Promise<boolean> {
  if (!("locks" in navigator)) return work();
  return (navigator as Navigator & { locks: { request: Locks } }).locks.request(KEY, work);
}

type Locks = (name: string, work: () => Promise<boolean>) => Promise<boolean>;
