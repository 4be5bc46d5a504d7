import { useCallback, useEffect, useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon, type IconName } from "../ui/Icon";
import { Failure, Skeleton } from "../ui/States";
import { STEPS } from "./providers";
import type { ConfiguredModel, ModelCheck } from "./types";
import { amount } from "./usage";

const LOOK: Record<string, [IconName, string]> = {
  ok: ["check", "works"],
  failed: ["alarm", "does not work"],
  skipped: ["minus", "not tried"],
};

interface Props {
  model: ConfiguredModel;
  currency: string;
  onClose: () => void;
}

/** Asks a model a few small questions, and tells step by step what works and what to do. */
export function CheckDialog({ model, currency, onClose }: Props) {
  const [found, setFound] = useState<ModelCheck | null>(null);
  const [error, setError] = useState<unknown>(null);
  const start = useCallback(async () => {
    setFound(null);
    setError(null);
    try {
      setFound(await post<ModelCheck>(`/api/models/${model.id}/check`));
      invalidate("/api/models/usage", "/api/models/budgets");
    } catch (reason) {
      setError(reason);
    }
  }, [model.id]);
  useEffect(() => void start(), [start]);
  return (
    <Dialog
      title={`Test of ${model.name}`}
      onClose={onClose}
      footer={
        <>
          <Button icon="retry" disabled={!found && error === null} onClick={() => void start()}>
            Test again
          </Button>
          <Button kind="primary" onClick={onClose}>Done</Button>
        </>
      }
    >
      {!found && error === null && (
        <>
          <p className="faint">It is asked a few small questions. This takes some seconds.</p>
          <Skeleton lines={5} />
        </>
      )}
      {error !== null && <Failure error={error} retry={start} />}
      {found && (
        <>
          <p
            className={found.works ? "outcome outcome-good" : "outcome outcome-wrong"}
            role="status"
          >
            <Icon name={found.works ? "check" : "alarm"} />{" "}
            <strong>{found.works ? "It works." : "It does not work yet."}</strong>
            {found.latencyMs !== null && ` It answered in ${found.latencyMs} ms.`}
          </p>
          <ol className="check-steps">
            {found.findings.map((each) => {
              const [icon, word] = LOOK[each.outcome] ?? LOOK.skipped!;
              return (
                <li key={each.step} className={`check-${each.outcome}`}>
                  <Icon name={icon} size={16} />
                  <div>
                    <p>
                      <strong>{STEPS[each.step] ?? each.step}</strong>{" "}
                      <span className="faint">{word}</span>
                    </p>
                    <p className="wrap">{each.message}</p>
                    {each.advice && <p className="advice wrap">What to do: {each.advice}</p>}
                  </div>
                </li>
              );
            })}
          </ol>
          <p className="faint">The test cost {amount(found.cost, currency)}.</p>
        </>
      )}
    </Dialog>
  );
}
