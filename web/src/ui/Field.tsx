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

type InputProps = Shared & InputHTMLAttributes<HTMLInputElement>;

export function TextField(props: InputProps) {
  const { frame, control } = useControl(props);
  return (
    <Frame {...frame}>
      <input autoComplete="off" {...control} className="input" />
    </Frame>
  );
}

type SelectProps = Shared & SelectHTMLAttributes<HTMLSelectElement>;

export function SelectField(props: SelectProps) {
  const { frame, control } = useControl(props);
  return (
    <Frame {...frame}>
      <select {...control} className="input select" />
    </Frame>
  );
}

type AreaProps = Shared & TextareaHTMLAttributes<HTMLTextAreaElement>;

export function AreaField(props: AreaProps) {
  const { frame, control } = useControl(props);
  return (
    <Frame {...frame}>
      <textarea rows={3} {...control} className="input" />
    </Frame>
  );
}

/** What is the frame's of a field, and what its control's, each knowing of the other. */
function useControl<P extends Shared & { id?: string | undefined }>(
  { label, error, hint, unit, hiddenLabel, ...rest }: P,
) {
  const own = useId();
  const id = rest.id ?? own;
  return {
    frame: { id, label, error, hint, unit, hiddenLabel },
    control: {
      ...rest,
      id,
      "aria-invalid": error ? true : undefined,
      "aria-describedby": error ? `${id}-error` : hint ? `${id}-hint` : undefined,
    },
  };
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
