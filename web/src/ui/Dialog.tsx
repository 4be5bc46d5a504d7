import { type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./Button";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** No header of its own; the title is only read out. */
  bare?: boolean;
}

/** A modal dialog on the platform's own: it holds the focus, gives it back, and Escape closes it. */
export function Dialog({ title, onClose, children, footer, wide, bare }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (!dialog.open) dialog.showModal();
    if (!dialog.contains(document.activeElement) || closes(document.activeElement)) {
      start(dialog)?.focus();
    }
    const cancel = (event: Event) => {
      event.preventDefault();
      close.current();
    };
    // A press on the backdrop is a press on the dialog itself, outside its content.
    const press = (event: MouseEvent) => {
      if (event.target === dialog) close.current();
    };
    dialog.addEventListener("cancel", cancel);
    dialog.addEventListener("mousedown", press);
    return () => {
      dialog.removeEventListener("cancel", cancel);
      dialog.removeEventListener("mousedown", press);
      dialog.close();
    };
  }, []);
  const className = `dialog${wide ? " dialog-wide" : ""}${bare ? " dialog-bare" : ""}`;
  return (
    <dialog
      ref={ref}
      className={className}
      aria-labelledby={bare ? undefined : heading}
      aria-label={bare ? title : undefined}
    >
      <div className="dialog-sheet">
        {!bare && (
          <header className="dialog-head">
            <h2 id={heading}>{title}</h2>
            <IconButton icon="close" label="Close" onClick={onClose} />
          </header>
        )}
        <div className="dialog-body">{children}</div>
        {footer && <footer className="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

const closes = (element: Element | null) => element?.closest(".dialog-head") !== null;

/** Where the work in a dialog begins: its first field, or the first thing to press. */
function start(dialog: HTMLElement): HTMLElement | null {
  const fields = "input:not([type=checkbox]):not([readonly]), select, textarea, input";
  return dialog.querySelector<HTMLElement>(
    fields.split(", ").map((each) => `.dialog-body ${each}`).join(", "),
  ) ?? dialog.querySelector<HTMLElement>(".dialog-body button, .dialog-body a[href]") ??
    dialog.querySelector<HTMLElement>(".dialog-foot button");
}
