import { setQuery, useLocation } from "../shell/router";

interface Edited<T> {
  /** What the dialog is open for: a row, null for a new one; undefined while it is closed. */
  row: T | null | undefined;
  open: (id: string) => void;
  make: () => void;
  close: () => void;
}

/** Which row of a list is being changed, as the address says (`?edit=`). */
export function useEdited<T extends { id: string }>(rows: T[]): Edited<T> {
  const id = useLocation().query.get("edit");
  return {
    row: id === "new" ? null : rows.find((each) => each.id === id),
    open: (id) => setQuery({ edit: id }),
    make: () => setQuery({ edit: "new" }),
    close: () => setQuery({ edit: null }),
  };
}
