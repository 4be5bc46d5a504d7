import { useState } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { AreaField } from "../ui/Field";
import { type Reason, REASONS } from "./types";

interface Props {
  sequence: number;
  onReport: (reason: Reason, note: string) => void;
  onClose: () => void;
}

/** Why a piece cannot be placed; it goes to the planners. */
export function ProblemDialog({ sequence, onReport, onClose }: Props) {
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState("");
  const short = reason === "other" && note.trim() === "";
  return (
    <Dialog
      title={`What is wrong with piece ${sequence}?`}
      onClose={onClose}
      footer={
        <Button
          kind="primary"
          className="loader-big"
          disabled={reason === null || short}
          onClick={() => reason && onReport(reason, note.trim())}
        >
          Report and go on
        </Button>
      }
    >
      <fieldset className="problem-choices">
        <legend className="sr-only">Reason</legend>
        {REASONS.map(([key, label, means]) => (
          <label key={key} className="problem-choice">
            <input
              type="radio"
              name="reason"
              checked={reason === key}
              onChange={() => setReason(key)}
            />
            <span>
              <strong>{label}</strong>
              <span>{means}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <AreaField
        label={reason === "other" ? "What is it?" : "Anything to add"}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <p className="faint loader-small">The planners get a message at once.</p>
    </Dialog>
  );
}
