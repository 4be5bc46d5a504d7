import { useState } from "react";
import { file, Problem } from "../api/client";

/** Saves the loading sheet as PDF: paper needs no network and no battery. */
export function PrintButton({ booking, reference }: { booking: string; reference: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const print = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await file(`/api/loads/${booking}/sheet.pdf`));
      link.download = `loading-sheet-${reference}.pdf`;
      link.click();
      // The download has its own hold on the content by then.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : "No network: print it later.");
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="loader-print">
      <button type="button" className="button" disabled={busy} aria-busy={busy} onClick={print}>
        {busy ? "Printing…" : "Print"}
      </button>
      {problem && <p className="loader-small loader-problems" role="alert">{problem}</p>}
    </div>
  );
}
