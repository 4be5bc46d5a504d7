import { connection } from "./connection";
import { session } from "./session";

/**
 * The live channel: one WebSocket for the whole console. Each topic is followed by cursor, so that a
 * reconnect is a replay; whoever reads a topic is told that something happened and reads anew.
 */

export interface LiveEvent {
  id: string;
  type: string;
  subject?: string | null;
  time: string;
  data?: unknown;
}

export interface Present {
  id: string;
  name: string;
  state: "viewing" | "editing" | "typing";
  since: string;
}

export type LiveState = "off" | "connecting" | "ready" | "down";

/** Called with the event, or with null for a hint that names none. */
type Listener = (event: LiveEvent | null) => void;

/** Called with what is said and kept nowhere, or with null after some of it may have been missed. */
type Hearer = (words: unknown) => void;

interface Topic {
  name: string;
  id: string;
  listeners: Set<Listener>;
  hearers: Set<Hearer>;
  watchers: Set<(people: Present[]) => void>;
  people: Present[];
  /** What this tab says it does there. */
  state: Present["state"] | null;
  /** The last seq seen, to go on from after a reconnect. */
  after: number | null;
  covered: boolean;
  /** The server refused it: asking again would not help until the next sign-in. */
  refused: boolean;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A try that is not answered by then is given up. */
const PATIENCE = 12_000;

const topics = new Map<string, Topic>();
const listeners = new Set<() => void>();
let socket: WebSocket | null = null;
let state: LiveState = "off";
let pause = FIRST_PAUSE;
let timer = 0;
let patience = 0;
let serial = 0;
let version = 0;

function tell() {
  version += 1;
  for (const listener of listeners) listener();
}

function become(next: LiveState) {
  if (state === next) return;
  state = next;
  tell();
}

function send(frame: Record<string, unknown>) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function subscribe(topic: Topic) {
  const after = topic.after === null ? {} : { after: topic.after };
  send({ type: "subscribe", id: topic.id, topic: topic.name, ...after });
}

function announce(topic: Topic) {
  send({ type: "presence", topic: topic.name, state: topic.state });
}

async function authenticate() {
  const token = await session.token().catch(() => null);
  if (token) send({ type: "authenticate", token });
  else socket?.close(1000);
}

function open() {
  clearTimeout(timer);
  // Without a network a try only fails; its return is told.
  if (socket || session.state !== "in" || !navigator.onLine) return;
  if (state !== "down") become("connecting");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}/live`, ["weft.live.v1"]);
  socket = mine;
  patience = setTimeout(() => mine.close(), PATIENCE);
  mine.addEventListener("open", () => void authenticate());
  mine.addEventListener("message", (message) => {
    if (socket === mine && typeof message.data === "string") receive(message.data);
  });
  mine.addEventListener("close", (event) => {
    if (socket !== mine) return;
    void closed(event.code);
  });
}

async function closed(code: number) {
  clearTimeout(patience);
  const was = state;
  socket = null;
  for (const topic of topics.values()) topic.covered = false;
  if (session.state !== "in") return become("off");
  become("down");
  if (was !== "ready") pause = Math.min(LONGEST_PAUSE, pause * 2);
  // 4401: the token ended before a new one was shown.
  if (code === 4401) {
    session.expire();
    if (!await session.refresh().catch(() => true)) return;
  }
  // Spread, so that a restarted server is not met by everybody at once.
  timer = setTimeout(open, pause * (0.5 + Math.random()));
}

function receive(text: string) {
  let frame: Record<string, unknown>;
  try {
    frame = JSON.parse(text);
  } catch {
    return;
  }
  switch (frame.type) {
    case "ready":
      clearTimeout(patience);
      connection.works();
      if (state === "ready") return;
      pause = FIRST_PAUSE;
      become("ready");
      for (const topic of topics.values()) {
        topic.refused = false;
        subscribe(topic);
        if (topic.state) announce(topic);
      }
      break;
    case "subscribed": {
      const topic = named(frame.id);
      if (!topic) return;
      const first = topic.after === null;
      if (first && typeof frame.seq === "number") topic.after = frame.seq;
      topic.covered = true;
      tell();
      // What happened between the first look and the subscription is in no replay.
      if (first) { for (const listener of topic.listeners) listener(null); }
      for (const hearer of topic.hearers) hearer(null);
      break;
    }
    case "event": {
      const event = frame.event as LiveEvent;
      for (const topic of all(frame.ids)) {
        if (typeof frame.seq === "number") topic.after = Math.max(topic.after ?? 0, frame.seq);
        for (const listener of topic.listeners) listener(event);
      }
      break;
    }
    case "changed":
      for (const topic of all(frame.ids)) {
        for (const listener of topic.listeners) listener(null);
      }
      break;
    case "said":
      for (const topic of all(frame.ids)) {
        for (const hearer of topic.hearers) hearer(frame.said);
      }
      break;
    case "presence": {
      const topic = topics.get(String(frame.topic));
      if (!topic) return;
      topic.people = Array.isArray(frame.people) ? frame.people as Present[] : [];
      for (const watcher of topic.watchers) watcher(topic.people);
      break;
    }
    case "expiring":
      session.expire();
      void authenticate();
      break;
    case "error": {
      const topic = named(frame.id);
      if (!topic) return;
      topic.covered = false;
      topic.refused = true;
      // A cursor that the log no longer holds: begin anew, and read everything again.
      if (frame.code === "cursor-expired" && topic.after !== null) {
        topic.after = null;
        topic.refused = false;
        subscribe(topic);
      }
      tell();
      break;
    }
  }
}

function named(id: unknown): Topic | undefined {
  return [...topics.values()].find((each) => each.id === id);
}

function all(ids: unknown): Topic[] {
  return Array.isArray(ids) ? [...topics.values()].filter((each) => ids.includes(each.id)) : [];
}

function topic(name: string): Topic {
  let found = topics.get(name);
  if (!found) {
    found = {
      name,
      id: `s${++serial}`,
      listeners: new Set(),
      hearers: new Set(),
      watchers: new Set(),
      people: [],
      state: null,
      after: null,
      covered: false,
      refused: false,
    };
    topics.set(name, found);
    if (state === "ready") subscribe(found);
  }
  return found;
}

/** A topic that nobody reads is kept for a moment: the next page often asks for it again. */
function release(each: Topic) {
  setTimeout(() => {
    if (each.listeners.size > 0 || each.hearers.size > 0 || each.watchers.size > 0) return;
    if (topics.get(each.name) !== each) return;
    topics.delete(each.name);
    send({ type: "unsubscribe", id: each.id });
  }, 2000);
}

export const live = {
  get state(): LiveState {
    return state;
  },

  /** Counts changes of state and of what is covered, for `useSyncExternalStore`. */
  get version(): number {
    return version;
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },

  /** Whether every change of these topics arrives by itself now. */
  covers(names: readonly string[]): boolean {
    return state === "ready" && names.length > 0 &&
      names.every((name) => topics.get(name)?.covered === true);
  },

  /** Calls `listener` for each event of a topic; the answer ends it. */
  follow(name: string, listener: Listener): () => void {
    const found = topic(name);
    found.listeners.add(listener);
    return () => {
      found.listeners.delete(listener);
      release(found);
    };
  },

  /** Calls `hearer` with what is said at a topic and kept nowhere; the answer ends it. */
  hear(name: string, hearer: Hearer): () => void {
    const found = topic(name);
    found.hearers.add(hearer);
    return () => {
      found.hearers.delete(hearer);
      release(found);
    };
  },

  /** Says that this person is at a topic, and tells who else is. */
  attend(
    name: string,
    doing: Present["state"],
    watcher: (people: Present[]) => void,
  ): () => void {
    const found = topic(name);
    found.watchers.add(watcher);
    found.state = doing;
    announce(found);
    watcher(found.people);
    return () => {
      found.watchers.delete(watcher);
      // What one does changes without leaving: then somebody attends again at once.
      setTimeout(() => {
        if (found.watchers.size > 0 || found.state === null) return;
        found.state = null;
        announce(found);
      });
      release(found);
    };
  },
};

session.subscribe(() => {
  if (session.state === "in") {
    pause = FIRST_PAUSE;
    open();
    return;
  }
  clearTimeout(timer);
  topics.clear();
  socket?.close(1000);
  become("off");
});
session.onRenew(() => {
  if (state === "ready") void authenticate();
});
connection.onReturn(() => {
  pause = FIRST_PAUSE;
  open();
});
// A network that went away leaves a socket that looks open for minutes.
addEventListener("offline", () => socket?.close());
addEventListener("online", () => {
  pause = FIRST_PAUSE;
  open();
});
