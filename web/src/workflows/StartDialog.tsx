import { useState } from "react";
import { navigate } from "../shell/router";
import { useSending } from "../ui/action";
import { TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { JsonEditor, useJson } from "../ui/JsonEditor";
import { toast } from "../ui/Toast";
import { start } from "./api";

/** Starts a run by hand. */
export function StartDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [workflow, setWorkflow] = useState(name);
  const [text, setText] = useState("{}");
  const read = useJson(text);
  const sending = useSending("/workflow", "/input");
  return (
    <FormDialog
      title="Start a run"
      sending={sending}
      submit="Start"
      leave="Leave it"
      disabled={read.error !== null}
      onSubmit={() =>
        sending.send(async () => {
          const id = await start(workflow.trim(), read.value);
          toast("It runs");
          navigate(`/runs/${id}`);
        })}
      onClose={onClose}
    >
      <TextField
        label="Workflow"
        maxLength={200}
        value={workflow}
        error={sending.errorAt("/workflow")}
        hint="name, name:alias or name:version"
        onChange={(event) => setWorkflow(event.target.value)}
      />
      <JsonEditor label="Input" rows={8} text={text} onChange={setText} />
    </FormDialog>
  );
}
