import type { ReactNode } from "react";
import type { Page } from "../api/types";
import { Button } from "./Button";
import { counted } from "./format";
import type { Pages } from "./pages";
import { Failure, Skeleton } from "./States";

interface Props<T, P extends Page<T>> {
  pages: Pages<T, P>;
  /** What one is called, for the line below. */
  one: string;
  many?: string;
  empty: ReactNode;
  children: ReactNode;
  foot?: ReactNode;
}

/** A list with its states: grey lines first, what went wrong, nothing, or rows and the way on. */
export function ListCard<T, P extends Page<T>>(props: Props<T, P>) {
  const { pages, one, many, empty, children, foot } = props;
  const { first, items } = pages;
  return (
    <>
      <div className="card card-flush">
        {first.loading && <Skeleton lines={8} />}
        {first.error !== null && <Failure error={first.error} retry={first.refresh} />}
        {first.error === null && first.data && items.length === 0 && empty}
        {first.error === null && items.length > 0 && children}
      </div>
      {(items.length > 0 || foot) && first.error === null && (
        <footer className="list-foot">
          {items.length > 0 && (
            <span className="faint" role="status">
              {counted(items.length, one, many)} shown{pages.more ? ", there are more" : ""}
            </span>
          )}
          {pages.more && <Button busy={pages.busy} onClick={pages.loadMore}>Load more</Button>}
          {foot}
        </footer>
      )}
    </>
  );
}
