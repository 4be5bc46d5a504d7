import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

interface Shared {
  label: string;
  error?: string | undefined;
  hint?: string;
  unit?: string;
  /** The label is only read out, as in a table whose head shows it. */
  hiddenLabel?: boolean;
}

function Frame(
  { id, label, error, hint, unit, hiddenLabel, children }: Shared & {
    id: string;
    children: ReactNode;
  },
) {
  return (
    <div className={`field${error ? " field-wrong" : ""}`}>
      <label className={hiddenLabel ? "sr-only" : "field-label"} htmlFor={id}>{label}</label>
      <div className={unit ? "field-box field-unit" : "field-box"}>
        {children}
        {unit && <span className="unit" aria-hidden="true">{unit}</span>}
      </div>
      {error && <p className="field-error" id={`${id}-error`}>{error}</p>}
      {!error && hint && <p className="field-hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

function described(id: string, error?: string, hint?: string): string | undefined {
  return error ? `${id}-error` : hint ? `${id}-hint` : undefined;
}

type InputProps = Shared & InputHTMLAttributes<HTMLInputElement>;

export function TextField({ label, error, hint, unit, hiddenLabel, ...rest }: InputProps) {
  const own = useId();
  const id = rest.id ?? own;
  return (
    <Frame {...{ id, label, error, hint, unit, hiddenLabel }}>
      <input
        autoComplete="off"
        {...rest}
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, error, hint)}
      />
    </Frame>
  );
}

type SelectProps = Shared & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField({ label, error, hint, unit, hiddenLabel, ...rest }: SelectProps) {
  const own = useId();
  const id = rest.id ?? own;
  return (
    <Frame {...{ id, label, error, hint, unit, hiddenLabel }}>
      <select
        {...rest}
        id={id}
        className="input select"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, error, hint)}
      />
    </Frame>
  );
}

type AreaProps = Shared & TextareaHTMLAttributes<HTMLTextAreaElement>;

export function AreaField({ label, error, hint, unit, hiddenLabel, ...rest }: AreaProps) {
  const own = useId();
  const id = rest.id ?? own;
  return (
    <Frame {...{ id, label, error, hint, unit, hiddenLabel }}>
      <textarea
        rows={3}
        {...rest}
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, error, hint)}
      />
    </Frame>
  );
}

type CheckProps = Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode };

export function Check({ label, ...rest }: CheckProps) {
  return (
    <label className="check">
      <input {...rest} type="checkbox" />
      <span>{label}</span>
    </label>
  );
}
