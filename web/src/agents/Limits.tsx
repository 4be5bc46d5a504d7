import { useCurrency } from "../decisions/useCurrency";
import { TextField } from "../ui/Field";
import { Section } from "../ui/Page";
import { LIMITS, type SettingsDraft } from "./settings";

interface Props {
  draft: SettingsDraft;
  errorAt: (pointer: string) => string | undefined;
  onChange: (limits: SettingsDraft["limits"]) => void;
}

/** How far a run of a model's may go. */
export function Limits({ draft, errorAt, onChange }: Props) {
  const currency = useCurrency();
  return (
    <Section
      title="Limits of a run"
      aside={<span className="faint">Above one of them the rules decide</span>}
    >
      <div className="grid-3">
        {LIMITS.map((each) => (
          <TextField
            key={each.name}
            label={each.label}
            unit={each.name === "costMicros" ? currency ?? "" : each.unit}
            inputMode="decimal"
            hint={each.hint}
            value={draft.limits[each.name]}
            error={errorAt(`/limits/${each.name}`)}
            onChange={(event) => onChange({ ...draft.limits, [each.name]: event.target.value })}
          />
        ))}
      </div>
    </Section>
  );
}
