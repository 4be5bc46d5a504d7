import { IconButton } from "../ui/Button";
import { TextField } from "../ui/Field";
import type { DraftStop, Errors } from "./draft";

type Name = Exclude<keyof DraftStop, "key">;

const FIELDS: [Name, string, string?][] = [
  ["name", "Name"],
  ["street", "Street"],
  ["postcode", "Postcode"],
  ["city", "City"],
  ["country", "Country", "Two letters"],
  ["latitude", "Latitude", "51.05"],
  ["longitude", "Longitude", "3.72"],
];

interface Props {
  stop: DraftStop;
  index: number;
  errors: Errors;
  onChange: (stop: DraftStop, field: Name) => void;
  onRemove: () => void;
}

/** One address on the way, in the order of driving. */
export function StopFields({ stop, index, errors, onChange, onRemove }: Props) {
  return (
    <fieldset className="item-fields">
      <legend>Stop {index + 1}</legend>
      <div className="stop-grid">
        {FIELDS.map(([name, label, placeholder]) => (
          <TextField
            key={name}
            label={label}
            placeholder={placeholder}
            value={stop[name]}
            error={errors[`/deliveries/${index}/address/${name}`]}
            inputMode={name === "latitude" || name === "longitude" ? "decimal" : undefined}
            onChange={(event) => onChange({ ...stop, [name]: event.target.value }, name)}
          />
        ))}
        <IconButton icon="trash" label={`Remove stop ${index + 1}`} onClick={onRemove} />
      </div>
    </fieldset>
  );
}
