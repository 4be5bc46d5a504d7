import { useEffect, useState } from "react";
import { explain, Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { Page as ListOf, Run } from "../api/types";
import { Changes } from "../runs/DiffList";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/Field";
import { counted, humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { JsonEditor, useJson } from "../ui/JsonEditor";
import { Skeleton } from "../ui/States";
import {
  type Difference,
  replay,
  type ReplayAnswer,
  versionPath,
  versionsPath,
  type WorkflowList,
  WORKFLOWS,
  type WorkflowVersion,
} from "./api";

const WRITTEN = "written";
const SHIPPED = "shipped";

const WORDS: Record<string, string> = {
  entered: "is entered, and was not then",
  left: "is not reached any more",
  input: "gets another input",
  output: "gives another output",
  parameters: "asks its task something else",
  outcome: "ends otherwise",
};

/** What a run would have done under another version; its tasks answer what they answered then. */
export function ReplayDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const versions = useQuery<ListOf<WorkflowVersion>>(
    `${versionsPath(run.workflow)}?limit=100&sort=-version`,
  );
  const list = useQuery<WorkflowList>(`${WORKFLOWS}?limit=200`);
  const shipped = list.data?.program?.find((each) => each.workflow === run.workflow);
  const items = versions.data?.items ?? [];
  const [version, setVersion] = useState<string>();
  const chosen = version ?? (items[0] ? String(items[0].version) : shipped ? SHIPPED : WRITTEN);
  const former = useQuery<WorkflowVersion>(
    Number(chosen) > 0 ? versionPath(run.workflow, Number(chosen)) : null,
  );
  const [text, setText] = useState(() => JSON.stringify(run.definition ?? {}, null, 2));
  const read = useJson(text);
  const definition = chosen === WRITTEN
    ? read.value
    : chosen === SHIPPED
    ? shipped?.definition
    : former.data?.definition;
  const [answer, setAnswer] = useState<ReplayAnswer>();
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    setAnswer(undefined);
    setError(null);
    if (definition === undefined) return;
    let current = true;
    const timer = setTimeout(() => {
      replay(run.id, definition)
        .then((found) => current && setAnswer(found), (wrong) => current && setError(wrong));
    }, chosen === WRITTEN ? 400 : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [run.id, definition, chosen]);
  const places = error instanceof Problem
    ? error.errors.filter((each) => each.pointer.startsWith("/definition"))
    : [];
  return (
    <Dialog
      title="Replay against another version"
      wide
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <p>
        The tasks answer what they answered in this run, waits take no time, and nothing is changed:
        it shows where another version would have led.
      </p>
      <SelectField
        label="Against"
        value={chosen}
        onChange={(event) => setVersion(event.target.value)}
      >
        {items.map((each) => (
          <option key={each.version} value={each.version}>
            version {each.version}
            {each.note && `: ${each.note.slice(0, 80)}`}
          </option>
        ))}
        {shipped && <option value={SHIPPED}>what comes with this program</option>}
        <option value={WRITTEN}>what is written here</option>
      </SelectField>
      {chosen === WRITTEN && (
        <JsonEditor
          label="Definition"
          rows={12}
          text={text}
          problems={places.map((each) => ({
            pointer: each.pointer.slice("/definition".length),
            message: each.detail,
          }))}
          onChange={setText}
        />
      )}
      {error !== null && places.length === 0 && (
        <p className="wrong" role="alert">{explain(error)}</p>
      )}
      {!answer && error === null && (chosen !== WRITTEN || read.error === null) && (
        <Skeleton lines={4} />
      )}
      {answer && <Answer answer={answer} />}
    </Dialog>
  );
}

function Answer({ answer }: { answer: ReplayAnswer }) {
  const { differences, unanswered } = answer;
  return (
    <>
      <p className="notice" role="status">
        {differences.length === 0
          ? (
            <>
              <Icon name="check" size={16} /> It would have gone the same way.
            </>
          )
          : `It would differ in ${counted(differences.length, "place")}, first ${
            place(differences[0])
          }.`}
        {unanswered.length > 0 &&
          ` For ${
            unanswered.map((each) => `“${humanise(each)}”`).join(", ")
          } there is no recorded answer.`}
      </p>
      <ol className="replay" aria-label="Differences of the replay">
        {differences.map((each, index) => (
          <li key={index}>
            <p>
              <strong>{each.state ? humanise(each.state) : "The run"}</strong>{" "}
              {WORDS[each.kind] ?? each.kind}
              {each.occurrence > 1 && <span className="faint">, time {each.occurrence}</span>}
            </p>
            {each.kind !== "entered" && each.kind !== "left" && (
              <Changes before={each.recorded} after={each.replayed} names={["then", "now"]} />
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

const place = (each: Difference | undefined) =>
  each?.state ? `in “${humanise(each.state)}”` : "in how it ends";
