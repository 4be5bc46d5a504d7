import { useCallback, useEffect, useState } from "react";
import { explain, type Problem, problemOf } from "../api/client";
import { navigate } from "../shell/router";
import { Button } from "../ui/Button";
import { FormError } from "../ui/FormDialog";
import { Icon, Mark } from "../ui/Icon";
import { Skeleton } from "../ui/States";
import type { Answer, LinkedApproval } from "./approvals";
import { ApprovalFacts } from "./ApprovalFacts";
import { useAnswer } from "./useAnswer";

/** What stands behind the #: it is never sent in an address. */
const tokenOf = () => location.hash.replace(/^#/, "");

const TITLES: Record<string, string> = {
  "invalid-approval-link": "This link does not work",
  "approval-link-expired": "This link is too old",
  "approval-link-void": "This link is not good any more",
  "approval-not-found": "This link leads nowhere",
  "approval-is-closed": "This is settled",
  "rate-limited": "One moment",
};

/** Where the link in a message leads: what is asked, and the answer, without a sign-in. */
export default function ApprovePage() {
  const [token, setToken] = useState(tokenOf);
  const [approval, setApproval] = useState<LinkedApproval | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState<Answer | null>(null);
  useEffect(() => {
    document.title = "To decide · Weft";
    const changed = () => setToken(tokenOf());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const load = useCallback(async () => {
    setError(null);
    setApproval(null);
    setDone(null);
    try {
      setApproval(await visit("/api/approval-link", { headers: { "Approval-Token": token } }));
    } catch (reason) {
      setError(reason);
    }
  }, [token]);
  useEffect(() => void load(), [load]);
  if (done && approval) {
    const words = {
      approve: "You approved this",
      amend: "You approved your change",
      reject: "You rejected this",
    };
    return (
      <Frame>
        <Outcome icon="check" title={words[done.verdict]}>
          {approval.title}
        </Outcome>
        <p className="faint">Whoever asked has your answer. You can close this page.</p>
      </Frame>
    );
  }
  if (error) {
    const code = (error as Problem).code ?? "";
    return (
      <Frame>
        <Outcome
          icon={code === "approval-is-closed" ? "check" : "alarm"}
          title={TITLES[code] ?? "This cannot be decided here"}
          alert
        >
          {explain(error)}
        </Outcome>
        <div className="approve-buttons">
          {!TITLES[code] && <Button icon="retry" onClick={() => void load()}>Try again</Button>}
          <Button kind="primary" onClick={() => navigate("/inbox", { replace: true })}>
            To the inbox
          </Button>
        </div>
      </Frame>
    );
  }
  if (!approval) {
    return (
      <Frame>
        <Skeleton lines={5} />
      </Frame>
    );
  }
  return (
    <Frame lead={`${approval.account.name} · ${approval.organisation.name}`}>
      <Deciding
        key={approval.id}
        approval={approval}
        token={token}
        onDone={setDone}
        onLost={setError}
      />
    </Frame>
  );
}

function Deciding({ approval, token, onDone, onLost }: {
  approval: LinkedApproval;
  token: string;
  onDone: (answer: Answer) => void;
  onLost: (error: unknown) => void;
}) {
  const { fields, answer, sending, agree } = useAnswer(approval, async (given) => {
    try {
      await visit("/api/approval-link/decide", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token, ...given }),
      });
    } catch (error) {
      const status = (error as Problem).status;
      if (status !== 409 && status !== 403) throw error;
      return onLost(error);
    }
    onDone(given);
  });
  return (
    <form
      className="approve-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void answer("approve");
      }}
    >
      <h1>{approval.title}</h1>
      <ApprovalFacts approval={approval} linked={false} />
      {fields}
      <FormError>{sending.wrong.rest}</FormError>
      <div className="approve-buttons">
        <Button kind="danger" busy={sending.busy} onClick={() => void answer("reject")}>
          Reject
        </Button>
        <Button kind="primary" type="submit" busy={sending.busy}>{agree}</Button>
      </div>
    </form>
  );
}

/** One request of somebody who is not signed in. */
async function visit(path: string, options: RequestInit): Promise<LinkedApproval> {
  const response = await fetch(path, { ...options, credentials: "omit", cache: "no-store" });
  const data = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response.status, data);
  return data as LinkedApproval;
}

function Frame({ lead, children }: { lead?: string; children: React.ReactNode }) {
  return (
    <main className="approve" id="main">
      <div className="approve-card">
        <div className="sign-in-brand">
          <Mark size={36} />
          <div>
            <strong>Weft</strong>
            <p>{lead ?? "To decide"}</p>
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}

function Outcome({ icon, title, alert, children }: {
  icon: "check" | "alarm";
  title: string;
  alert?: boolean;
  children: React.ReactNode;
}) {
  return (
    <div className="empty" role={alert ? "alert" : "status"}>
      <span className={icon === "alarm" ? "empty-icon empty-icon-wrong" : "empty-icon"}>
        <Icon name={icon} size={26} />
      </span>
      <h1>{title}</h1>
      <p>{children}</p>
    </div>
  );
}
