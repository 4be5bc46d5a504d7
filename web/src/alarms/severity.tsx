import type { Severity } from "../api/kernel";
import { SelectField } from "../ui/Field";
import { Icon, type IconName } from "../ui/Icon";

/** Each severity has a shape and a word of its own, so that colour only helps. */
export const SEVERITY: Record<Severity, { word: string; icon: IconName; meaning: string }> = {
  alarm: { word: "Alarm", icon: "octagon", meaning: "Somebody must act now" },
  warning: { word: "Warning", icon: "alarm", meaning: "It will get worse; look at it this shift" },
  info: { word: "Information", icon: "info", meaning: "Good to know" },
};

export const SEVERITIES = Object.keys(SEVERITY) as Severity[];

/** The most serious first. */
export const rank = (severity: Severity | undefined) => SEVERITIES.indexOf(severity ?? "info");

interface Props {
  severity: Severity | undefined;
  /** What it tells of is over: the shape stays, the colour goes. */
  over?: boolean;
}

/** The shape; its word is read out, and shown on a touch. */
export function SeverityMark({ severity = "info", over }: Props) {
  const look = SEVERITY[severity] ?? SEVERITY.info;
  return (
    <span
      className={`severity severity-${over ? "over" : severity}`}
      role="img"
      aria-label={look.word}
      title={look.word}
    >
      <Icon name={look.icon} size={20} />
    </span>
  );
}

export function SeverityWord({ severity = "info" }: Props) {
  const look = SEVERITY[severity] ?? SEVERITY.info;
  return (
    <span className={`status status-severity-${severity}`}>
      <Icon name={look.icon} size={15} />
      {look.word}
    </span>
  );
}

/** What each shape means, folded away. */
export function SeverityLegend() {
  return (
    <details className="legend">
      <summary>What the shapes mean</summary>
      <ul>
        {SEVERITIES.map((each) => (
          <li key={each}>
            <SeverityWord severity={each} />
            <span>{SEVERITY[each].meaning}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface FieldProps {
  label: string;
  value: Severity;
  error?: string;
  onChange: (severity: Severity) => void;
}

/** Chooses one. */
export function SeverityField({ label, value, error, onChange }: FieldProps) {
  return (
    <SelectField
      label={label}
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value as Severity)}
    >
      {SEVERITIES.map((each) => <option key={each} value={each}>{SEVERITY[each].word}</option>)}
    </SelectField>
  );
}
