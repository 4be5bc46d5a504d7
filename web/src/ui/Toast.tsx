import { useSyncExternalStore } from "react";
import { Icon } from "./Icon";

interface Message {
  id: number;
  text: string;
  wrong: boolean;
}

let messages: Message[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(to: Message[]) {
  messages = to;
  for (const listener of listeners) listener();
}

/** Says something in passing; errors stay longer. */
export function toast(text: string, kind: "done" | "wrong" = "done") {
  const id = next++;
  change([...messages.slice(-2), { id, text, wrong: kind === "wrong" }]);
  setTimeout(
    () => change(messages.filter((each) => each.id !== id)),
    kind === "wrong" ? 9000 : 4500,
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => messages);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((each) => (
        <div key={each.id} className={each.wrong ? "toast toast-wrong" : "toast"}>
          <Icon name={each.wrong ? "alarm" : "check"} />
          <span>{each.text}</span>
        </div>
      ))}
    </div>
  );
}
