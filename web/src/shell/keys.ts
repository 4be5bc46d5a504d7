import { useLayoutEffect, useRef } from "react";

/**
 * One keyboard for the whole console: shortcuts by key, and a stack of what Escape closes. They work
 * from the moment that what they belong to is painted.
 */

type Handler = (event: KeyboardEvent) => void;

const shortcuts = new Map<string, Handler[]>();
const escapes: { close: () => void; level: number }[] = [];
let prefix = "";
let prefixTimer = 0;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape") {
    if (dialogOpen()) return; // The dialog closes itself.
    if (typing(event.target)) {
      (event.target as HTMLElement).blur();
      return;
    }
    const innermost = escapes[escapes.length - 1];
    if (innermost) {
      event.preventDefault();
      innermost.close();
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    run("mod+k", event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || dialogOpen()) return;
  const key = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  clearTimeout(prefixTimer);
  if (run(key, event)) return;
  if (event.key === "g") {
    prefix = "g";
    prefixTimer = setTimeout(() => {
      prefix = "";
    }, 1200);
  }
});

function run(key: string, event: KeyboardEvent): boolean {
  const handlers = shortcuts.get(key);
  const handler = handlers?.[handlers.length - 1];
  if (!handler) return false;
  event.preventDefault();
  handler(event);
  return true;
}

/** Binds keys ("n", "g o", "mod+k") while the component is on screen; the newest binding wins. */
export function useShortcuts(bindings: Record<string, Handler>) {
  const latest = useRef(bindings);
  latest.current = bindings;
  const keys = Object.keys(bindings).join("|");
  useLayoutEffect(() => {
    const added = keys.split("|").filter(Boolean).map((key) => {
      const handler: Handler = (event) => latest.current[key]?.(event);
      shortcuts.set(key, [...shortcuts.get(key) ?? [], handler]);
      return [key, handler] as const;
    });
    return () => {
      for (const [key, handler] of added) {
        shortcuts.set(key, (shortcuts.get(key) ?? []).filter((each) => each !== handler));
      }
    };
  }, [keys]);
}

/**
 * What Escape does while `active`: the innermost level goes first (0 a page, 1 a part of it, 2 what
 * floats above), because effects of a child run before its parent's.
 */
export function useEscape(close: () => void, level: 0 | 1 | 2, active = true) {
  const latest = useRef(close);
  latest.current = close;
  useLayoutEffect(() => {
    if (!active) return;
    const entry = { close: () => latest.current(), level };
    escapes.push(entry);
    escapes.sort((a, b) => a.level - b.level);
    return () => {
      escapes.splice(escapes.indexOf(entry), 1);
    };
  }, [active, level]);
}
