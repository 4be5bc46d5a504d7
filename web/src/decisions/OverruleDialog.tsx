import { useState } from "react";
import { post, Problem } from "../api/client";
import { invalidate } from "../api/query";
import type { Decision } from "../api/types";
import { useSending } from "../ui/action";
import { AreaField, SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import { ranked } from "./words";

const OTHER = "\u0000other";

interface Props {
  decision: Decision;
  onDone: () => void;
  onClose: () => void;
}

/** Puts a person's choice in the place of an agent's, with the reason. */
export function OverruleDialog({ decision, onDone, onClose }: Props) {
  const { possible, ruledOut } = ranked(decision);
  const labels = [...possible, ...ruledOut].map((each) => each.label)
    .filter((label, index, all) => label !== decision.choice && all.indexOf(label) === index);
  const [picked, setPicked] = useState(labels[0] ?? OTHER);
  const [own, setOwn] = useState("");
  const [reason, setReason] = useState("");
  const sending = useSending("/choice", "/reason");
  const choice = picked === OTHER ? own.trim() : picked;
  const submit = () =>
    sending.send(async () => {
      try {
        await post(`/api/decisions/${encodeURIComponent(decision.id)}/overrule`, {
          choice,
          reason: reason.trim(),
        });
      } catch (error) {
        // Somebody was quicker: what they said is on the page then.
        if (error instanceof Problem && error.status === 409) onDone();
        throw error;
      }
      invalidate("/api/decisions", "/api/agents");
      toast("Overruled; the workflow is told");
      onDone();
      onClose();
    }, {
      ...(choice ? {} : { "/choice": "Say what is to be done instead." }),
      ...(reason.trim() ? {} : { "/reason": "Say why; it is kept." }),
    });
  return (
    <FormDialog
      title="Overrule this decision?"
      sending={sending}
      submit="Overrule it"
      leave="Keep the decision"
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        The agent chose{" "}
        <strong>{decision.choice}</strong>. Your choice is put in its place, and the event{" "}
        <code>decision.overruled</code> tells workflows of it. Both stay to be seen. This is final.
      </p>
      {labels.length > 0 && (
        <SelectField
          label="Instead"
          value={picked}
          error={picked === OTHER ? undefined : sending.errorAt("/choice")}
          onChange={(event) => setPicked(event.target.value)}
        >
          {labels.map((each) => <option key={each} value={each}>{each}</option>)}
          <option value={OTHER}>something else…</option>
        </SelectField>
      )}
      {picked === OTHER && (
        <TextField
          label="What is to be done instead"
          maxLength={300}
          value={own}
          error={sending.errorAt("/choice")}
          onChange={(event) => setOwn(event.target.value)}
        />
      )}
      <AreaField
        label="Reason"
        maxLength={2000}
        value={reason}
        error={sending.errorAt("/reason")}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
