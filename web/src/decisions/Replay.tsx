import { useCallback, useEffect, useState } from "react";
import { post } from "../api/client";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { type Difference, Differences } from "./Differences";

interface Outcome {
  id: string;
  outcome: "same" | "different" | "not-replayable";
  differences: Difference[];
  code: string | null;
  reason: string | null;
}

/** The decision made again from its journal: what came of it, in words. */
export function Replay({ id, onClose }: { id: string; onClose: () => void }) {
  const [found, setFound] = useState<Outcome | null>(null);
  const [error, setError] = useState<unknown>(null);
  const start = useCallback(async () => {
    setFound(null);
    setError(null);
    try {
      setFound(await post<Outcome>(`/api/decisions/${encodeURIComponent(id)}/replay`));
    } catch (reason) {
      setError(reason);
    }
  }, [id]);
  useEffect(() => void start(), [start]);
  return (
    <Section
      title="Replay"
      className="decision-tool"
      aside={<IconButton icon="close" label="Close the replay" onClick={onClose} />}
    >
      {!found && error === null && <Skeleton lines={2} />}
      {error !== null && <Failure error={error} retry={start} />}
      {found?.outcome === "same" && (
        <p className="outcome outcome-good" role="status">
          <Icon name="check" /> <strong>The same, byte for byte.</strong>{" "}
          The policy was run again on what the journal kept; no tool and no model was asked. Inputs,
          options, scores, choice, reasons and confidence are what they were.
        </p>
      )}
      {found?.outcome === "different" && (
        <>
          <p className="outcome outcome-wrong" role="status">
            <Icon name="diamond" /> <strong>It came out differently.</strong>{" "}
            The same policy on the same answers decides otherwise now.
          </p>
          <Differences items={found.differences} names={["then", "now"]} />
        </>
      )}
      {found?.outcome === "not-replayable" && (
        <p className="outcome" role="status">
          <Icon name="info" /> <strong>It cannot be replayed:</strong> {found.reason}.
        </p>
      )}
    </Section>
  );
}
