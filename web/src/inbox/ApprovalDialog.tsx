import { explain, post, Problem } from "../api/client";
import { invalidate } from "../api/query";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { humanise } from "../ui/format";
import { FormDialog } from "../ui/FormDialog";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import { type Answer, useApproval, type WholeApproval } from "./approvals";
import { ApprovalFacts } from "./ApprovalFacts";
import { useAnswer } from "./useAnswer";

const DONE = {
  approve: "It is approved",
  amend: "It is approved as you changed it",
  reject: "It is rejected",
};

/** Agrees, agrees to something else, or does not; whoever asked goes on with the answer. */
export function ApprovalDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const found = useApproval(id);
  if (!found.data) {
    return (
      <Dialog title="To decide" onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
        {found.loading
          ? <Skeleton lines={4} />
          : <Failure error={found.error} retry={found.refresh} />}
      </Dialog>
    );
  }
  if (!found.data.mayDecide) return <Closed approval={found.data} onClose={onClose} />;
  return <Deciding key={id} approval={found.data} onClose={onClose} />;
}

function Deciding({ approval, onClose }: { approval: WholeApproval; onClose: () => void }) {
  const send = async (answer: Answer) => {
    try {
      await post(`/api/approvals/${encodeURIComponent(approval.id)}/decide`, answer);
    } catch (error) {
      // Somebody was quicker, or it is too late: what it is now is shown instead.
      if (error instanceof Problem && error.status === 409) {
        toast(explain(error), "wrong");
        invalidate("/api/approvals");
        return;
      }
      throw error;
    }
    invalidate("/api/approvals", "/api/executions", "/api/inbox");
    toast(DONE[answer.verdict]);
    onClose();
  };
  const { fields, answer, sending, agree } = useAnswer(approval, send);
  return (
    <FormDialog
      title={approval.title}
      wide={approval.input !== null}
      sending={sending}
      submit={agree}
      leave="Not yet"
      buttons={
        <Button kind="danger" busy={sending.busy} onClick={() => void answer("reject")}>
          Reject
        </Button>
      }
      onSubmit={() => answer("approve")}
      onClose={onClose}
    >
      <ApprovalFacts approval={approval} linked onLeave={onClose} />
      {fields}
    </FormDialog>
  );
}

/** What cannot be decided here, and what became of it. */
function Closed({ approval, onClose }: { approval: WholeApproval; onClose: () => void }) {
  return (
    <Dialog
      title={approval.title}
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>Close</Button>}
    >
      <p role="status">
        <strong>{humanise(approval.status)}.</strong> {approval.refusal}
        {approval.comment && <>: “{approval.comment}”</>}
      </p>
      <ApprovalFacts approval={approval} linked onLeave={onClose} />
    </Dialog>
  );
}
