import { session } from "../api/session";

/**
 * What was written in a form and not sent yet, while the tab is open: whoever leaves the form, by Esc
 * or by a link, finds it there again. It is gone with the sign-out, and is never stored.
 */

const kept = new Map<string, unknown>();

session.subscribe(() => {
  if (session.state === "out") kept.clear();
});

export const unsaved = {
  read: <T>(form: string) => kept.get(form) as T | undefined,
  keep: (form: string, draft: unknown) => void kept.set(form, draft),
  drop: (form: string) => void kept.delete(form),
};
