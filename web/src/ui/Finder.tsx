import { useEffect, useRef, useState } from "react";
import { get } from "../api/client";
import { Combobox } from "./Combobox";

interface Choice {
  id: string;
  name: string;
  note?: string;
}

interface Props {
  label: string;
  value: Choice | null;
  error?: string | undefined;
  placeholder?: string;
  autoFocus?: boolean;
  /** Where the choices for a text come from. */
  source: (text: string) => string;
  read: (data: unknown) => Choice[];
  onChange: (choice: Choice | null) => void;
}

/** A text field that finds: choices come from the server as one types. */
export function Finder({ value, source, read, onChange, ...rest }: Props) {
  const [text, setText] = useState<string | null>(null);
  const [choices, setChoices] = useState<Choice[]>([]);
  const latest = useRef({ source, read });
  latest.current = { source, read };
  useEffect(() => {
    if (text === null) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<unknown>(latest.current.source(text), abort.signal)
        .then((data) => setChoices(latest.current.read(data)))
        .catch(() => undefined);
    }, text ? 120 : 0);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return (
    <Combobox
      {...rest}
      value={value?.name ?? ""}
      text={text}
      choices={choices}
      keyOf={(choice) => choice.id}
      show={(choice) => (
        <>
          <span>{choice.name}</span>
          {choice.note && <span className="faint">{choice.note}</span>}
        </>
      )}
      onText={setText}
      onChoose={onChange}
    />
  );
}
