import { JsonTree } from "../runs/JsonTree";
import { Link } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { Dialog } from "../ui/Dialog";
import { count, dateTime } from "../ui/format";
import type { DeadLetter } from "./api";
import { nameOf } from "./DeadLettersPage";
import { ruleScreen } from "./RulesPage";

/** A dead letter with its event. */
export function LetterDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  return (
    <Dialog
      title={nameOf(letter)}
      wide
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <p className="notice notice-wrong">{letter.reason}</p>
      <Facts
        facts={[
          ["Rule", <Link key="rule" to={ruleScreen(letter.rule)}>{letter.rule}</Link>],
          ["Tried", `${count(letter.attempts)} times, last ${dateTime(letter.at)}`],
          ["In the log", count(letter.eventSeq)],
        ]}
      />
      {letter.event
        ? <JsonTree value={letter.event} label="Event" />
        : <p className="faint">The event itself is not kept with it.</p>}
    </Dialog>
  );
}
