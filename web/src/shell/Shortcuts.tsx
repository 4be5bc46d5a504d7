import { Fragment } from "react";
import { Dialog } from "../ui/Dialog";
import { DESTINATIONS } from "./routes";

const KEYS: [string, [string, string][]][] = [
  ["Anywhere", [
    ["Ctrl K", "Search orders, go to"],
    ["?", "This list"],
    ["n", "New order"],
    ["Esc", "One level back"],
  ]],
  ["Go to", DESTINATIONS.map((each) => [`g ${each.key}`, each.label])],
  ["In lists", [
    ["↓ ↑", "Move (also j, k)"],
    ["Enter", "Open"],
    ["/", "Search the orders"],
  ]],
  ["In a load", [
    ["]", "Next box"],
    ["[", "Previous box"],
    ["← →", "Turn the view, when it has the focus"],
  ]],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
      <div className="shortcuts">
        {KEYS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <Fragment key={key}>
                  <dt>{key.split(" ").map((part) => <kbd key={part}>{part}</kbd>)}</dt>
                  <dd>{what}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
