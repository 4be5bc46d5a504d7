import { useState } from "react";
import { TextField } from "../ui/Field";

interface Props {
  label: string;
  value: number;
  unit?: string;
  min?: number;
  hiddenLabel?: boolean;
  onNumber: (value: number) => void;
}

/** A field for a number that may be empty, or half a number, while it is being written. */
export function NumberField({ value, onNumber, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextField
      {...rest}
      type="number"
      step="any"
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.target.value);
        const number = event.target.valueAsNumber;
        if (Number.isFinite(number)) onNumber(number);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
