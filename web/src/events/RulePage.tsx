import { useState } from "react";
import { useQuery } from "../api/query";
import { usePageActions } from "../shell/actions";
import { useEscape } from "../shell/keys";
import { navigate, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Check, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { JsonEditor, useJson } from "../ui/JsonEditor";
import { Page, Section } from "../ui/Page";
import { ReasonDialog } from "../ui/ReasonDialog";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import {
  changeRule,
  createRule,
  deleteRule,
  type EventRule,
  type LoggedEvent,
  rulePath,
  type RuleTarget,
} from "./api";
import { Preview } from "./Preview";
import { ReplayCounts } from "./ReplayCounts";
import { Replays } from "./Replays";
import { ruleScreen } from "./RulesPage";
import { TargetFields } from "./TargetFields";
import { fresh, lacking } from "./targets";
import { useTested } from "./tested";

/** One rule: what it matches, tried as it is written, and what it then does. */
export function EventRulePage() {
  const name = useLocation().query.get("name");
  const found = useQuery<EventRule>(name === null ? null : rulePath(name));
  useEscape(() => navigate("/events/rules"), 0);
  if (name !== null && !found.data) {
    return (
      <Page title="Rule" back={{ to: "/events/rules", label: "Event rules" }}>
        <div className="card">
          {found.error !== null
            ? <Failure error={found.error} retry={found.refresh} />
            : <Skeleton lines={10} />}
        </div>
      </Page>
    );
  }
  return <Editor key={name ?? "new"} rule={found.data ?? null} />;
}

/** A pattern to begin with: one's own, or what would match the event that one came from. */
function beginning(query: URLSearchParams): string {
  const type = query.get("type") ?? "order.placed";
  return JSON.stringify({ type: [type] }, null, 2);
}

function Editor({ rule }: { rule: EventRule | null }) {
  const { query } = useLocation();
  const [name, setName] = useState(rule?.name ?? "");
  const [description, setDescription] = useState(rule?.description ?? "");
  const [enabled, setEnabled] = useState(rule?.enabled ?? true);
  const [target, setTarget] = useState<RuleTarget>(rule?.target ?? fresh("workflow"));
  const [text, setText] = useState(() =>
    rule ? JSON.stringify(rule.pattern, null, 2) : beginning(query)
  );
  const [sample, setSample] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);
  const read = useJson(text);
  const sampled = useJson(sample ?? "");
  const events = sample === null
    ? null
    : sampled.error
    ? undefined
    : (Array.isArray(sampled.value) ? sampled.value : [sampled.value]) as LoggedEvent[];
  const tested = useTested(read.error ? undefined : read.value, events);
  const sending = useSending("/name", "/description", "/target", "/enabled");
  const mistakes = {
    ...(name.trim() ? {} : { "/name": "A rule needs a name." }),
    ...lacking(target),
  };
  const submit = () =>
    sending.send(async () => {
      const body = {
        description: description.trim(),
        pattern: read.value,
        target,
        enabled,
      };
      if (rule) await changeRule(rule.name, body);
      else await createRule({ name: name.trim(), ...body });
      toast(rule ? `${rule.name} is changed` : `${name.trim()} is made`);
      navigate(rule ? ruleScreen(rule.name) : "/events/rules");
    }, mistakes);
  usePageActions([
    { id: "save", label: "Save the rule", icon: "check", run: () => void submit() },
  ]);
  return (
    <Page
      title={rule?.name ?? "New rule"}
      back={{ to: "/events/rules", label: "Event rules" }}
      lead={rule ? `Version ${rule.version}` : "What is to follow from what happens"}
      actions={
        <>
          {rule && <Button icon="trash" onClick={() => setRemoving(true)}>Remove…</Button>}
          <Button
            kind="primary"
            icon="check"
            busy={sending.busy}
            disabled={read.error !== null || tested.problems.length > 0}
            onClick={submit}
          >
            {rule ? "Save" : "Make the rule"}
          </Button>
        </>
      }
    >
      <FormError>{sending.wrong.rest}</FormError>
      <div className="editor-split">
        <div className="editor-side">
          <Section title="Rule">
            <TextField
              label="Name"
              maxLength={100}
              placeholder="tell-planners-of-failures"
              readOnly={rule !== null}
              value={name}
              error={sending.errorAt("/name")}
              hint={rule ? undefined : "It stays; a-z, 0-9, dots and hyphens"}
              onChange={(event) => setName(event.target.value)}
            />
            <TextField
              label="What it is for"
              maxLength={500}
              value={description}
              error={sending.errorAt("/description")}
              onChange={(event) => setDescription(event.target.value)}
            />
            <Check
              label="This rule is on"
              checked={enabled}
              onChange={(event) => setEnabled(event.target.checked)}
            />
          </Section>
          <Section title="When">
            <JsonEditor
              label="Pattern"
              rows={12}
              text={text}
              problems={tested.problems}
              hint="As EventBridge writes them: prefix, suffix, wildcard, numeric, cidr, exists, anything-but, $or"
              onChange={setText}
            />
          </Section>
          <Section title="Then">
            <TargetFields target={target} errorAt={sending.errorAt} onChange={setTarget} />
          </Section>
        </div>
        <div className="editor-side">
          <Preview tested={tested} sample={sample} sampled={sampled} onSample={setSample} />
          <ReplayCounts
            pattern={read.error || tested.problems.length > 0 ? undefined : read.value}
          />
          {rule && <Replays rule={rule.name} />}
        </div>
      </div>
      {removing && rule && (
        <ReasonDialog
          title={`Remove ${rule.name}?`}
          confirm="Remove"
          keep="Keep it"
          danger
          onConfirm={async (reason) => {
            await deleteRule(rule.name, reason);
            toast(`${rule.name} is removed`);
            navigate("/events/rules");
          }}
          onClose={() => setRemoving(false)}
        >
          <p>
            What it has started goes on; from now on it matches nothing, and its dead letters can
            only be discarded.
          </p>
        </ReasonDialog>
      )}
    </Page>
  );
}
