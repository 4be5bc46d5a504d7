import { type ComponentProps, useState } from "react";
import { TextField } from "../ui/Field";

/** A password that can be looked at while it is typed. */
export function PasswordField(props: ComponentProps<typeof TextField>) {
  const [shown, setShown] = useState(false);
  return (
    <div className="password">
      <TextField {...props} type={shown ? "text" : "password"} />
      <button
        type="button"
        className="link-button"
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
      >
        Show
      </button>
    </div>
  );
}
