import { explain } from "../api/client";
import { useQuery } from "../api/query";
import { JsonTree } from "../runs/JsonTree";
import { Link } from "../shell/router";
import { Button } from "../ui/Button";
import { Facts } from "../ui/Data";
import { Dialog } from "../ui/Dialog";
import { count, dateTime } from "../ui/format";
import { Skeleton } from "../ui/States";
import { type DeadLetter, letterPath } from "./api";
import { nameOf } from "./DeadLettersPage";
import { ruleScreen } from "./RulesPage";

/** A dead letter with its event. */
export function LetterDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const whole = useQuery<DeadLetter>(letterPath(letter.id));
  const rule = letter.rule.split("#")[0] ?? letter.rule;
  return (
    <Dialog
      title={nameOf(whole.data ?? letter)}
      wide
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <p className="notice notice-wrong">{letter.reason}</p>
      <Facts
        facts={[
          ["Rule", <Link key="rule" to={ruleScreen(rule)}>{letter.rule}</Link>],
          ["Tried", `${count(letter.attempts)} times, last ${dateTime(letter.at)}`],
          ["In the log", count(letter.eventSeq)],
        ]}
      />
      {whole.loading && <Skeleton lines={6} />}
      {whole.error !== null && <p className="wrong">{explain(whole.error)}</p>}
      {whole.data?.event && <JsonTree value={whole.data.event} label="Event" />}
    </Dialog>
  );
}
