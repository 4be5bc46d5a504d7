import type { ReactNode } from "react";
import { explain, Problem } from "../api/client";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

/** Grey lines where the content will be, so that nothing jumps when it arrives. */
export function Skeleton({ lines = 3, tall = false }: { lines?: number; tall?: boolean }) {
  return (
    <div className="skeleton" role="status" aria-label="Loading">
      {Array.from(
        { length: lines },
        (_, index) => <span key={index} className={tall ? "bone bone-tall" : "bone"} />,
      )}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What went wrong, in a sentence, with the way out. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const missing = error instanceof Problem && error.status === 404;
  const title = missing
    ? "Not found"
    : error instanceof Problem && error.status === 403
    ? "Not allowed"
    : "This could not be loaded";
  return (
    <div className="empty" role="alert">
      <span className="empty-icon empty-icon-wrong">
        <Icon name={missing ? "search" : "alarm"} size={26} />
      </span>
      <h2>{title}</h2>
      <p>{explain(error)}</p>
      {retry && !missing && <Button icon="retry" onClick={retry}>Try again</Button>}
    </div>
  );
}
