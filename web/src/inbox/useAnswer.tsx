import { type ReactNode, useState } from "react";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { AreaField } from "../ui/Field";
import type { Answer, WholeApproval } from "./approvals";
import { AskedCall } from "./ApprovalFacts";
import { InputEditor } from "./InputEditor";
import { same } from "./inputFields";

/**
 * What is needed to answer: the fields, and how to send. A changed input is agreed to as it was
 * changed; to refuse needs a reason.
 */
export function useAnswer(
  approval: WholeApproval | undefined,
  send: (answer: Answer) => Promise<void>,
) {
  const [comment, setComment] = useState("");
  const [changing, setChanging] = useState(false);
  const [input, setInput] = useState<unknown>(approval?.input);
  const sending = useSending("/comment", "/input");
  const isChanged = changing && !same(input, approval?.input);
  const said = comment.trim();
  const answer = (verdict: "approve" | "reject") =>
    sending.send(
      () =>
        send({
          ...(verdict === "approve" && isChanged ? { verdict: "amend", input } : { verdict }),
          ...(said ? { comment: said } : {}),
        }),
      verdict === "reject" && !said
        ? { "/comment": "Say why not; whoever asked is told." }
        : verdict === "approve" && changing && input === undefined
        ? { "/input": "This is no JSON yet." }
        : {},
    );
  const fields: ReactNode = approval && (
    <>
      {!changing && <AskedCall approval={approval} />}
      {changing && (
        <InputEditor
          schema={approval.inputSchema}
          asked={approval.input}
          problems={Object.entries(sending.wrong.fields)
            .filter(([pointer]) => pointer.startsWith("/input"))
            .map(([pointer, message]) => ({ pointer: pointer.slice("/input".length), message }))}
          onChange={setInput}
        />
      )}
      {approval.inputSchema !== null && (
        <div>
          <Button
            small
            kind="quiet"
            onClick={() => {
              setChanging(!changing);
              setInput(approval.input);
            }}
          >
            {changing ? "Leave it as it was asked" : "Change it…"}
          </Button>
        </div>
      )}
      <AreaField
        label="Comment"
        hint="Needed to reject"
        maxLength={2000}
        value={comment}
        error={sending.errorAt("/comment")}
        onChange={(event) => setComment(event.target.value)}
      />
    </>
  );
  return { fields, answer, sending, agree: isChanged ? "Approve the change" : "Approve" };
}
