import { useState } from "react";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Check } from "./Field";

/** Which columns the address leaves out (`without=price,volume`). */
export function useHiddenColumns(): Set<string> {
  const { query } = useLocation();
  return new Set((query.get("without") ?? "").split(",").filter(Boolean));
}

/** Chooses the columns of a table; the choice is part of the address, and so of a saved view. */
export function ColumnMenu({ columns }: { columns: { key: string; label: string }[] }) {
  const [open, setOpen] = useState(false);
  const hidden = useHiddenColumns();
  const toggle = (key: string, on: boolean) => {
    const next = columns.map((each) => each.key)
      .filter((each) => each === key ? !on : hidden.has(each));
    setQuery({ without: next.join(",") });
  };
  return (
    <>
      <Button className="only-wide" icon="columns" onClick={() => setOpen(true)}>Columns</Button>
      {open && (
        <Dialog title="Columns" onClose={() => setOpen(false)}>
          <div className="column-list">
            {columns.map((each) => (
              <Check
                key={each.key}
                label={each.label}
                checked={!hidden.has(each.key)}
                onChange={(event) => toggle(each.key, event.target.checked)}
              />
            ))}
          </div>
        </Dialog>
      )}
    </>
  );
}
