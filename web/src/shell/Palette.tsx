import { type KeyboardEvent, useEffect, useState } from "react";
import { get } from "../api/client";
import { session } from "../api/session";
import type { OrderPage } from "../api/types";
import { StatusMark } from "../orders/status";
import { Dialog } from "../ui/Dialog";
import { date, place } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { DESTINATIONS } from "./routes";
import { navigate } from "./router";
import { setTheme } from "./theme";

interface Command {
  id: string;
  label: string;
  icon: IconName;
  run: () => void;
}

/** Type to go anywhere, do the common things, or find an order. */
export function Palette(
  { onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void },
) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [orders, setOrders] = useState<OrderPage["items"]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const path = `/api/orders?limit=7&q=${encodeURIComponent(text.trim())}`;
    const timer = setTimeout(() => {
      get<OrderPage>(path, abort.signal).then((page) => setOrders(page.items)).catch(() =>
        undefined
      );
    }, text ? 140 : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);

  const go = (path: string) => () => {
    onClose();
    navigate(path);
  };
  const commands: Command[] = [
    ...DESTINATIONS.map((each) => ({
      id: each.path,
      label: each.label,
      icon: each.icon,
      run: go(each.path),
    })),
    { id: "new", label: "New order", icon: "plus", run: go("/orders/new") },
    { id: "import", label: "Import orders", icon: "upload", run: go("/orders?import=1") },
    { id: "failed", label: "Orders that failed", icon: "alarm", run: go("/orders?status=failed") },
    { id: "dark", label: "Dark theme", icon: "moon", run: () => (setTheme("dark"), onClose()) },
    { id: "light", label: "Light theme", icon: "sun", run: () => (setTheme("light"), onClose()) },
    { id: "keys", label: "Keyboard shortcuts", icon: "keyboard", run: onShortcuts },
    { id: "out", label: "Sign out", icon: "out", run: () => void session.signOut() },
  ];
  const words = text.trim().toLowerCase();
  const fitting = commands.filter((each) => each.label.toLowerCase().includes(words))
    .slice(0, words ? 5 : 7);
  const choices = [
    ...fitting.map((each) => each.run),
    ...orders.map((each) => go(`/orders/${each.id}`)),
  ];
  const selected = Math.min(at, Math.max(0, choices.length - 1));
  const key = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && choices.length > 0) {
      event.preventDefault();
      const next = (selected + step + choices.length) % choices.length;
      setAt(next);
      document.getElementById(`palette-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      choices[selected]?.();
    }
  };
  const row = (index: number) => ({
    id: `palette-${index}`,
    role: "option",
    "aria-selected": index === selected,
    onPointerMove: () => setAt(index),
    onClick: choices[index],
  });
  return (
    <Dialog title="Search and go to" onClose={onClose} bare>
      <div className="palette">
        <div className="palette-input">
          <Icon name="search" />
          <input
            autoFocus
            role="combobox"
            aria-label="Search orders, go to"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={`palette-${selected}`}
            placeholder="Search orders, go to…"
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={key}
          />
          <kbd>Esc</kbd>
        </div>
        <div className="palette-list" id="palette-list" role="listbox" aria-label="Results">
          {fitting.length > 0 && <p role="presentation">Go to and do</p>}
          {fitting.map((each, index) => (
            <div key={each.id} {...row(index)}>
              <Icon name={each.icon} />
              <span className="grow">{each.label}</span>
            </div>
          ))}
          {orders.length > 0 && <p role="presentation">Orders</p>}
          {orders.map((each, index) => (
            <div key={each.id} {...row(fitting.length + index)}>
              <StatusMark status={each.status} />
              <span className="num strong">{each.reference}</span>
              <span className="grow clip">{each.customer.name}</span>
              <span className="faint clip">
                {place(each.destination)} · {date(each.requestedDate)}
              </span>
            </div>
          ))}
          {choices.length === 0 && <p role="presentation">Nothing matches “{text}”.</p>}
        </div>
      </div>
    </Dialog>
  );
}
