import { type DragEvent, useRef, useState } from "react";
import { call, explain, Problem } from "../api/client";
import { invalidate } from "../api/query";
import type { ImportReport } from "../api/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { count, counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { toast } from "../ui/Toast";

/** Sends a CSV or JSON file; shows what is wrong row by row and asks before taking the rest. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const send = async (chosen: { name: string; text: string }, partial: boolean) => {
    setBusy(true);
    setError(null);
    try {
      const json = /^\s*[[{]/.test(chosen.text);
      const { data } = await call(`/api/orders/import?partial=${partial}`, {
        method: "POST",
        body: chosen.text,
        contentType: json ? "application/json" : "text/csv",
      });
      const done = data as ImportReport;
      invalidate("/api/orders");
      setReport(done);
      if (done.rejected === 0) {
        toast(`${counted(done.imported, "order")} imported`);
        onClose();
      }
    } catch (reason) {
      const body = reason instanceof Problem ? reason.body as ImportReport | null : null;
      if (body && Array.isArray(body.errors) && body.errors.some((each) => "row" in each)) {
        setReport(body);
      } else setError(explain(reason));
    } finally {
      setBusy(false);
    }
  };
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    const read = { name: chosen.name, text: await chosen.text() };
    setFile(read);
    setReport(null);
    await send(read, false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const errors = report?.errors ?? [];
  const bad = new Set(errors.map((each) => each.row)).size;
  const refused = report !== null && report.imported === 0 && errors.length > 0;
  return (
    <Dialog
      title="Import orders"
      onClose={onClose}
      wide
      footer={report && file
        ? (
          <>
            <Button onClick={() => input.current?.click()}>Choose another file</Button>
            {refused && (
              <Button kind="primary" busy={busy} onClick={() => send(file, true)}>
                Import the good rows anyway
              </Button>
            )}
            {!refused && <Button kind="primary" onClick={onClose}>Done</Button>}
          </>
        )
        : undefined}
    >
      <input
        ref={input}
        type="file"
        className="sr-only"
        accept=".csv,.json,text/csv,application/json"
        aria-label="File to import"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      {!report && (
        <div
          className={over ? "drop drop-over" : "drop"}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <Icon name="upload" size={28} />
          <p>Drop a CSV or JSON file here</p>
          <Button busy={busy} onClick={() => input.current?.click()}>Choose a file</Button>
          <p className="faint">
            One row per item, the first row names the columns. Nothing is imported while any row is
            wrong, unless you say so.
          </p>
        </div>
      )}
      {error && (
        <p className="form-error" role="alert">
          <Icon name="alarm" />
          {error}
        </p>
      )}
      {report && (
        <>
          <p className={refused ? "form-error" : "form-done"} role="status">
            <Icon name={refused ? "alarm" : "check"} />
            <span>
              {refused
                ? `Nothing was imported: ${count(bad)} ${
                  bad === 1 ? "row is" : "rows are"
                } wrong in ${file?.name ?? "the file"}.`
                : `${count(report.imported)} imported, ${count(report.rejected)} left out.`}
            </span>
          </p>
          <div className="report">
            <table className="table table-plain table-kept">
              <thead>
                <tr>
                  <th scope="col" className="right">Row</th>
                  <th scope="col">Field</th>
                  <th scope="col">What is wrong</th>
                </tr>
              </thead>
              <tbody>
                {errors.map((each, index) => (
                  <tr key={index}>
                    <td className="num right">{each.row}</td>
                    <td>
                      <code>{each.field ?? "–"}</code>
                    </td>
                    <td>{each.message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Dialog>
  );
}
