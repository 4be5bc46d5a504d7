import { Fragment } from "react";
import { Dialog } from "../ui/Dialog";
import { pageActions } from "./actions";
import { destinations } from "./destinations";
import { useMe } from "./me";
import { COMMAND } from "./platform";

type Keys = [string, string][];

/** Every key and what it does: those of the page that is open come from the page itself. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const here = pageActions().flatMap((each): Keys => each.key ? [[each.key, each.label]] : []);
  const all: [string, Keys][] = [
    ["On this page", here],
    ["Anywhere", [
      [`${COMMAND} K`, "Search, go to, do"],
      ["?", "This list"],
      ["n", "New order"],
      ["Esc", "One level back"],
    ]],
    ["In lists", [
      ["↓ ↑", "Move (also j, k)"],
      ["Home End", "First, last"],
      ["Enter", "Open"],
    ]],
    ["In a load", [
      ["]", "Next box"],
      ["[", "Previous box"],
      ["← →", "Turn the view, when it has the focus"],
    ]],
    ["Go to", destinations(me?.roles ?? []).map((each) => [`g ${each.key}`, each.label])],
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} wide>
      <div className="shortcuts">
        {all.filter(([, keys]) => keys.length > 0).map(([title, keys]) => (
          <section key={title} className={title === "Go to" ? "shortcuts-go" : undefined}>
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
