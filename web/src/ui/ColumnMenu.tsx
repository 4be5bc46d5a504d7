import { useState } from "react";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Check } from "./Field";

/** Which columns the address leaves out (`without=price,volume`); the `usual` ones if it is silent. */
export function useHiddenColumns(usual: string): Set<string> {
  const { query } = useLocation();
  return new Set((query.get("without") ?? usual).split(","));
}

interface Props {
  columns: { key: string; label: string }[];
  /** What is left out when nothing was chosen, as in the address. */
  usual: string;
}

/** Chooses the columns of a table; the choice is part of the address, and so of a saved view. */
export function ColumnMenu({ columns, usual }: Props) {
  const [open, setOpen] = useState(false);
  const hidden = useHiddenColumns(usual);
  const toggle = (key: string, on: boolean) => {
    const next = columns.map((each) => each.key)
      .filter((each) => each === key ? !on : hidden.has(each));
    const without = next.join(",") || "none";
    setQuery({ without: without === usual ? null : without });
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
