import { useState } from "react";
import { file } from "../api/client";

/** Saves the loading sheet as PDF: paper needs no network and no battery. */
export function PrintButton({ booking, reference }: { booking: string; reference: string }) {
  const [state, setState] = useState<"idle" | "busy" | string>("idle");
  const print = async () => {
    setState("busy");
    try {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await file(`/api/loads/${booking}/sheet.pdf`));
      link.download = `loading-sheet-${reference}.pdf`;
      link.click();
      // The download has its own hold on the content by then.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      setState("idle");
    } catch (error) {
      setState(error instanceof Error ? error.message : "The sheet could not be made.");
    }
  };
  const failed = state !== "idle" && state !== "busy";
  return (
    <div className="loader-print">
      <button
        type="button"
        className="button"
        disabled={state === "busy"}
        aria-busy={state === "busy"}
        onClick={print}
      >
        {state === "busy" ? "Printing…" : "Print"}
      </button>
      {failed && <p className="loader-small loader-problems" role="alert">{state}</p>}
    </div>
  );
}
