import type { ButtonHTMLAttributes, ReactNode } from "react";
import { patch } from "../api/client";
import { invalidate } from "../api/query";
import { useAction } from "./action";
import { Button } from "./Button";

interface Props {
  /** "Test", "Remove…" */
  does: string;
  /** What the row is called; read out with what the button does. */
  of: string;
  disabled?: boolean;
  onPress: () => unknown;
}

/** A small button at the end of a row. */
export function RowButton({ does, of, disabled, onPress }: Props) {
  return (
    <Button
      small
      kind="quiet"
      disabled={disabled}
      aria-label={`${does.replace("…", "")} ${of}`}
      onClick={() => void onPress()}
    >
      {does}
    </Button>
  );
}

interface OpenerProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "title"> {
  title: ReactNode;
}

/** What a row is called, as the button that opens it; below it what else belongs to the name. */
export function RowOpener({ title, children, ...rest }: OpenerProps) {
  return (
    <button {...rest} type="button" className="row-button">
      <span className="strong wrap">{title}</span>
      {children}
    </button>
  );
}

interface TurnProps {
  row: { id: string; name: string; enabled: boolean };
  /** The list it is in, as `/api/webhooks`. */
  list: string;
}

/** Turns on or off what a row stands for. */
export function TurnButton({ row, list }: TurnProps) {
  const { busy, act } = useAction();
  const to = row.enabled ? "off" : "on";
  const turn = async () => {
    const path = `${list}/${encodeURIComponent(row.id)}`;
    await act(() => patch(path, { enabled: !row.enabled }), `${row.name} is ${to}`);
    invalidate(list);
  };
  return (
    <Button
      small
      kind="quiet"
      disabled={busy}
      aria-label={`Turn ${row.name} ${to}`}
      onClick={() => void turn()}
    >
      {`Turn ${to}`}
    </Button>
  );
}
