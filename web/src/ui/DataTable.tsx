import type { MouseEvent, ReactNode } from "react";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { Icon } from "./Icon";
import { useRowKeys } from "./rows";
import type { Selection } from "./selection";

export interface Column<T> {
  key: string;
  label: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  right?: boolean;
  className?: string;
  /** The name it is sorted by, if it can be. */
  sort?: string;
  /** What it is sorted by, where the console sorts. */
  value?: (row: T) => string | number | null | undefined;
  /** The first column names the row, "status" stands beside it on the phone, "more" below. */
  place?: "main" | "status" | "more";
  /** The head is only read out. */
  quiet?: boolean;
}

interface Props<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  id: (row: T) => string;
  /** Where a press on the row leads. */
  to?: (row: T) => string;
  selection?: Selection;
  /** What a row is called when it is selected. */
  name?: (row: T) => string;
  className?: string;
  rowClass?: (row: T) => string;
  /** The list comes sorted from the server. */
  sorted?: boolean;
}

/** A table on wide screens, cards on the phone; arrows move over the rows, heads sort. */
export function DataTable<T>(props: Props<T>) {
  const { label, rows, columns, id, to, selection, name, className, rowClass } = props;
  const keys = useRowKeys();
  const { query } = useLocation();
  const sort = query.get("sort") ?? "";
  const shown = props.sorted ? rows : order(rows, columns, sort);
  const names = ["table", to ? "" : "table-plain", className ?? ""].filter(Boolean).join(" ");
  return (
    <div
      className="scroll-x"
      tabIndex={to || selection ? undefined : 0}
      role="group"
      aria-label={label}
    >
      <table className={names} onKeyDown={keys} aria-label={label}>
        <thead>
          <tr>
            {selection && (
              <th scope="col" className="cell-check">
                <input
                  type="checkbox"
                  aria-label="Select all that are shown"
                  checked={rows.length > 0 && rows.every((row) => selection.has(id(row)))}
                  onChange={(event) => selection.setAll(rows.map(id), event.target.checked)}
                />
              </th>
            )}
            {columns.map((column) => <Head key={column.key} column={column} sort={sort} />)}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const target = to?.(row);
            const press = (event: MouseEvent) => {
              const on = event.target as HTMLElement;
              if (!target || on.closest("a, button, input, label")) return;
              if (!getSelection()?.toString()) navigate(target);
            };
            return (
              <tr key={id(row)} data-row="" className={rowClass?.(row)} onClick={press}>
                {selection && (
                  <td className="cell-check">
                    <input
                      type="checkbox"
                      aria-label={`Select ${name?.(row) ?? id(row)}`}
                      checked={selection.has(id(row))}
                      onChange={(event) => selection.set(id(row), event.target.checked)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <Cell key={column.key} column={column} row={row} to={target} />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head<T>({ column, sort }: { column: Column<T>; sort: string }) {
  const by = column.sort;
  const at = by === undefined
    ? undefined
    : sort === by
    ? "ascending"
    : sort === `-${by}`
    ? "descending"
    : "none";
  return (
    <th scope="col" className={column.right ? "right" : undefined} aria-sort={at}>
      {column.quiet
        ? <span className="sr-only">{column.label}</span>
        : by === undefined
        ? column.label
        : (
          <button
            type="button"
            className="sort"
            onClick={() =>
              setQuery({ sort: at === "ascending" ? `-${by}` : at === "descending" ? null : by })}
          >
            {column.label}
            <span className={at === "none" ? "sort-mark" : "sort-mark sort-mark-on"}>
              <Icon name={at === "ascending" ? "up" : "down"} size={13} />
            </span>
          </button>
        )}
    </th>
  );
}

function Cell<T>({ column, row, to }: { column: Column<T>; row: T; to: string | undefined }) {
  const content = column.cell(row);
  const placed = column.place ? `cell-${column.place}` : "";
  const aligned = column.right ? "num right" : "";
  const className = [placed, aligned, column.className ?? ""].filter(Boolean).join(" ");
  return (
    <td data-label={column.place ? undefined : column.label} className={className || undefined}>
      {to && column.place === "main"
        ? <Link to={to} className="row-link">{content}</Link>
        : content}
    </td>
  );
}

function order<T>(rows: T[], columns: Column<T>[], sort: string): T[] {
  const down = sort.startsWith("-");
  const by = down ? sort.slice(1) : sort;
  const value = columns.find((each) => each.sort === by)?.value;
  if (!by || !value) return rows;
  return [...rows].sort((a, b) => {
    const one = value(a) ?? "";
    const two = value(b) ?? "";
    const less = typeof one === "number" && typeof two === "number"
      ? one - two
      : String(one).localeCompare(String(two), undefined, { numeric: true });
    return down ? -less : less;
  });
}
