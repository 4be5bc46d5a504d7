import { type ReactNode, useEffect, useId } from "react";
import type { Sending } from "./action";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";

interface Props {
  title: string;
  wide?: boolean;
  sending: Sending;
  /** The button that sends it. */
  submit: string;
  /** The button that does not; without, only the corner closes it. */
  leave?: string;
  danger?: boolean;
  disabled?: boolean;
  /** More to press, before the two. */
  buttons?: ReactNode;
  onSubmit: () => unknown;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog; sent with mistakes, it goes to the first field that is wrong. */
export function FormDialog(props: Props) {
  const { title, wide, sending, submit, leave, danger, disabled, buttons, onClose } = props;
  const form = useId();
  useEffect(() => {
    if (Object.keys(sending.wrong.fields).length === 0) return;
    document.getElementById(form)?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [sending.wrong]);
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      footer={
        <>
          {buttons}
          {leave && <Button onClick={onClose}>{leave}</Button>}
          <Button
            kind={danger ? "danger" : "primary"}
            type="submit"
            form={form}
            busy={sending.busy}
            disabled={disabled}
          >
            {submit}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        {props.children}
        <FormError>{sending.wrong.rest}</FormError>
      </form>
    </Dialog>
  );
}

/** What is wrong with a form and belongs to no field of it; null is nothing. */
export function FormError({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p className="form-error" role="alert">
      <Icon name="alarm" />
      {children}
    </p>
  );
}

interface ShownOnceProps {
  title: string;
  label: string;
  text: string;
  /** The button that closes it. */
  done?: string;
  /** What it is for, above it. */
  children: ReactNode;
  below?: ReactNode;
  onClose: () => void;
}

/** A secret that is shown now and never again, to be carried elsewhere. */
export function ShownOnce(props: ShownOnceProps) {
  const { title, label, text, done = "I have kept it", children, below, onClose } = props;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>{done}</Button>}
    >
      <p>{children}</p>
      <Copy label={label} text={text} />
      {below}
    </Dialog>
  );
}
