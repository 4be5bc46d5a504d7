import { useState } from "react";
import { Button } from "./Button";
import { toast } from "./Toast";

/** A text that is to be carried elsewhere, with the button that copies it. */
export function Copy({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast("The browser does not let this be copied; select it instead.", "wrong");
    }
  };
  return (
    <div className="copy">
      <code className="wrap" aria-label={label} role="textbox" aria-readonly tabIndex={0}>
        {text}
      </code>
      <Button small icon={copied ? "check" : "copy"} onClick={copy}>
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
