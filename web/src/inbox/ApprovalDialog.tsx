import { useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { Link } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Value } from "../ui/Data";
import { AreaField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { dateTime } from "../ui/format";
import { toast } from "../ui/Toast";
import type { Approval } from "./approvals";

/** Agrees or does not; the run that asked goes on with the answer. */
export function ApprovalDialog({ approval, onClose }: {
  approval: Approval;
  onClose: () => void;
}) {
  const [comment, setComment] = useState("");
  const sending = useSending("/comment");
  const decide = (approve: boolean) =>
    sending.send(async () => {
      const said = comment.trim();
      await post(`/api/approvals/${encodeURIComponent(approval.id)}/decide`, {
        approve,
        ...(said ? { comment: said } : {}),
      });
      invalidate("/api/approvals", "/api/executions");
      toast(approve ? "It is approved" : "It is rejected");
      onClose();
    }, !approve && !comment.trim() ? { "/comment": "Say why not; the run is told." } : {});
  return (
    <FormDialog
      title={approval.title}
      sending={sending}
      submit="Approve"
      leave="Not yet"
      buttons={
        <Button kind="danger" busy={sending.busy} onClick={() => void decide(false)}>Reject</Button>
      }
      onSubmit={() => decide(true)}
      onClose={onClose}
    >
      <p className="faint">
        Asked {dateTime(approval.requestedAt)} by{" "}
        <Link to={`/runs/${approval.executionId}`} onClick={onClose}>this run</Link>, which waits
        for the answer.
      </p>
      {approval.details !== undefined && approval.details !== null && (
        <Value value={approval.details} />
      )}
      <AreaField
        label="Comment"
        maxLength={2000}
        value={comment}
        error={sending.errorAt("/comment")}
        onChange={(event) => setComment(event.target.value)}
      />
    </FormDialog>
  );
}
