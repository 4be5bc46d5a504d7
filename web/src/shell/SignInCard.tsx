import type { FormEvent, ReactNode } from "react";
import { FormError } from "../ui/FormDialog";
import { Mark } from "../ui/Icon";

interface Props {
  lead: string;
  error?: string | null;
  onSubmit?: (event: FormEvent) => void;
  children: ReactNode;
}

/** What stands in front of the console: the cloth, the mark, and one form. */
export function SignInCard({ lead, error, onSubmit, children }: Props) {
  return (
    <main className="sign-in" id="main">
      <svg className="sign-in-cloth" aria-hidden="true">
        <defs>
          <pattern id="cloth" width="56" height="28" patternUnits="userSpaceOnUse">
            <path d="M14 0v28M42 0v28" />
            <path d="M0 14c7 0 7-6 14-6s14 12 28 12 7-6 14-6" />
          </pattern>
        </defs>
        <rect width="100%" height="100%" fill="url(#cloth)" />
      </svg>
      <form
        className="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.(event);
        }}
      >
        <div className="sign-in-brand">
          <Mark size={40} />
          <div>
            <h1>Weft</h1>
            <p>{lead}</p>
          </div>
        </div>
        {children}
        <FormError>{error}</FormError>
      </form>
    </main>
  );
}
