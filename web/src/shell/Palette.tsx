import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { session } from "../api/session";
import { Dialog } from "../ui/Dialog";
import { Icon, type IconName } from "../ui/Icon";
import { pageActions } from "./actions";
import { destinations } from "./destinations";
import { find, type Found } from "./find";
import { useMe } from "./me";
import { recents } from "./recent";
import { navigate } from "./router";
import { setTheme } from "./theme";

interface Choice {
  id: string;
  icon: ReactNode;
  label: string;
  note?: string;
  keys?: string;
  run: () => void;
}

interface Group {
  title: string;
  choices: Choice[];
}

interface Props {
  onClose: () => void;
  onShortcuts: () => void;
}

/** Type to do what the page can do, go anywhere, or find an order, a customer, a vehicle, a run. */
export function Palette({ onClose, onShortcuts }: Props) {
  const me = useMe();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [found, setFound] = useState<Found[]>([]);
  const [searching, setSearching] = useState(false);
  const actions = useMemo(pageActions, []);
  const opened = useMemo(recents, []);
  const words = text.trim().toLowerCase();
  useEffect(() => {
    if (!words) return setFound([]);
    const abort = new AbortController();
    setSearching(true);
    const timer = setTimeout(async () => {
      const all = await find(words, abort.signal);
      if (abort.signal.aborted) return;
      setFound(all);
      setSearching(false);
    }, 140);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [words]);

  const fits = (label: string) =>
    words.split(/\s+/).every((word) => label.toLowerCase().includes(word));
  const go = (path: string) => () => {
    onClose();
    navigate(path);
  };
  const theme = (to: "dark" | "light" | "system") => () => {
    setTheme(to);
    onClose();
  };
  const icon = (name: IconName) => <Icon name={name} />;
  const groups: Group[] = [
    {
      title: "On this page",
      choices: actions.filter((each) => !each.keyOnly && fits(each.label)).map((each) => ({
        id: `page-${each.id}`,
        icon: icon(each.icon),
        label: each.label,
        keys: each.key,
        run: () => {
          onClose();
          each.run();
        },
      })),
    },
    {
      title: "Opened before",
      choices: words ? [] : opened.slice(0, 4).map((each) => ({
        id: `recent-${each.path}`,
        icon: icon(each.icon),
        label: each.label,
        run: go(each.path),
      })),
    },
    {
      title: "Go to",
      choices: destinations(me?.roles ?? []).filter((each) => words ? fits(each.label) : !each.part)
        .slice(0, words ? 6 : 10)
        .map((each) => ({
          id: each.path,
          icon: icon(each.icon),
          label: each.label,
          keys: `g ${each.key}`,
          run: go(each.path),
        })),
    },
    {
      title: "Do",
      choices: [
        { id: "new", label: "New order", icon: icon("plus"), keys: "n", run: go("/orders/new") },
        {
          id: "import",
          label: "Import orders",
          icon: icon("upload"),
          run: go("/orders?import=1"),
        },
        {
          id: "failed",
          label: "Orders that failed",
          icon: icon("alarm"),
          run: go("/orders?status=failed"),
        },
        { id: "me", label: "My profile and notifications", icon: icon("gear"), run: go("/me") },
        { id: "wall", label: "Wall screen", icon: icon("wall"), run: go("/wall") },
        { id: "dark", label: "Dark theme", icon: icon("moon"), run: theme("dark") },
        { id: "light", label: "Light theme", icon: icon("sun"), run: theme("light") },
        { id: "system", label: "Theme of the system", icon: icon("screen"), run: theme("system") },
        {
          id: "keys",
          label: "Keyboard shortcuts",
          icon: icon("keyboard"),
          keys: "?",
          run: onShortcuts,
        },
        {
          id: "out",
          label: "Sign out",
          icon: icon("out"),
          run: () => void session.signOut(),
        },
      ].filter((each) => fits(each.label)),
    },
    ...kinds(found).map(([title, each]) => ({
      title,
      choices: each.map((one) => ({
        id: one.path,
        icon: icon(one.icon),
        label: one.label,
        note: one.note,
        run: go(one.path),
      })),
    })),
  ].filter((group) => group.choices.length > 0);
  // What was typed to find a thing is mostly a name or a number: things come before pages then.
  if (/\d/.test(words)) groups.sort((a, b) => Number(isFound(b)) - Number(isFound(a)));

  const choices = groups.flatMap((group) => group.choices);
  const selected = Math.min(at, Math.max(0, choices.length - 1));
  const key = (event: KeyboardEvent) => {
    const to = step(event.key, selected, choices.length);
    if (to !== null && choices.length > 0) {
      event.preventDefault();
      setAt(to);
      document.getElementById(`palette-${to}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      choices[selected]?.run();
    }
  };
  let index = -1;
  return (
    <Dialog title="Search and go to" onClose={onClose} bare>
      <div className="palette">
        <div className="palette-input">
          <Icon name="search" />
          <input
            autoFocus
            role="combobox"
            aria-label="Search orders, decisions, customers, vehicles and runs, or go to"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-autocomplete="list"
            aria-activedescendant={choices.length > 0 ? `palette-${selected}` : undefined}
            placeholder="Search, go to, do…"
            maxLength={200}
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
          {groups.map((group) => (
            <div key={group.title} role="group" aria-label={group.title}>
              <p aria-hidden="true">{group.title}</p>
              {group.choices.map((each) => {
                index += 1;
                const mine = index;
                return (
                  <div
                    key={each.id}
                    id={`palette-${mine}`}
                    role="option"
                    aria-selected={mine === selected}
                    onPointerMove={() => setAt(mine)}
                    onClick={each.run}
                  >
                    {each.icon}
                    <span className="clip grow">{each.label}</span>
                    {each.note && <span className="faint clip">{each.note}</span>}
                    {each.keys && (
                      <span className="palette-keys">
                        {each.keys.split(" ").map((one) => <kbd key={one}>{one}</kbd>)}
                      </span>
                    )}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
        <p className="palette-said" role="status">
          {choices.length === 0 && (searching ? "Searching…" : `Nothing matches “${text}”.`)}
        </p>
      </div>
    </Dialog>
  );
}

function step(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowDown":
      return (at + 1) % length;
    case "ArrowUp":
      return (at - 1 + length) % length;
    case "PageDown":
      return Math.min(length - 1, at + 6);
    case "PageUp":
      return Math.max(0, at - 6);
    default:
      return null;
  }
}

function kinds(found: Found[]): [string, Found[]][] {
  const titles = [...new Set(found.map((each) => each.kind))];
  return titles.map((title) => [title, found.filter((each) => each.kind === title)]);
}

const isFound = (group: Group) =>
  [
    "Orders",
    "Decisions",
    "Agents",
    "Intents",
    "Customers",
    "Vehicles",
    "Workflows",
    "Runs",
  ].includes(group.title);
