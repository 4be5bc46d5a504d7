import type { Dimension } from "../api/types";
import { IconButton } from "../ui/Button";
import { Check, SelectField, TextField } from "../ui/Field";
import { type DraftItem, type Errors, GOODS_CLASSES } from "./draft";

const UPRIGHT: [Dimension, string][] = [["height", "H"], ["width", "W"], ["length", "L"]];

interface Props {
  item: DraftItem;
  index: number;
  stops: number;
  errors: Errors;
  /** The item as changed, and the member of the sent item that it concerns. */
  onChange: (item: DraftItem, pointer: string) => void;
  onRemove: (() => void) | undefined;
}

/** The fields of one kind of thing to be carried. */
export function ItemFields({ item, index, stops, errors, onChange, onRemove }: Props) {
  const classes = `goods-classes-${item.key}`;
  const error = (member: string) => errors[`/items/${index}/${member}`];
  const field = (
    label: string,
    name: "name" | "length" | "width" | "height" | "weight" | "quantity" | "maxLoad",
    member: string,
    unit?: string,
  ) => (
    <TextField
      label={label}
      unit={unit}
      inputMode={name === "name" ? undefined : unit === "kg" ? "decimal" : "numeric"}
      value={item[name]}
      error={error(member)}
      data-field={`/items/${index}/${member}`}
      onChange={(event) => onChange({ ...item, [name]: event.target.value }, member)}
    />
  );
  const toggle = (dimension: Dimension) =>
    onChange({
      ...item,
      upright: item.upright.includes(dimension)
        ? item.upright.filter((each) => each !== dimension)
        : [...item.upright, dimension],
    }, "upright");
  return (
    <fieldset className="item-fields">
      <legend>Item {index + 1}</legend>
      <div className="item-grid">
        <div className="item-grid-name">{field("Name", "name", "name")}</div>
        {field("Quantity", "quantity", "quantity")}
        {field("Length", "length", "lengthMm", "mm")}
        {field("Width", "width", "widthMm", "mm")}
        {field("Height", "height", "heightMm", "mm")}
        {field("Weight each", "weight", "weightGrams", "kg")}
        {field("May bear", "maxLoad", "maxLoadGrams", "kg")}
      </div>
      <div className="item-more">
        <div role="group" aria-label="Which side may stand upright" className="upright">
          <span className="field-label">Upright</span>
          {UPRIGHT.map(([dimension, letter]) => (
            <button
              key={dimension}
              type="button"
              className="toggle"
              aria-pressed={item.upright.includes(dimension)}
              aria-label={`${dimension} may stand upright`}
              title={`${dimension} may stand upright`}
              onClick={() => toggle(dimension)}
            >
              {letter}
            </button>
          ))}
          {error("upright") && <span className="field-error">{error("upright")}</span>}
        </div>
        <Check
          label="Fragile"
          checked={item.fragile}
          onChange={(event) => onChange({ ...item, fragile: event.target.checked }, "fragile")}
        />
        <div className="item-goods">
          <TextField
            label="Goods class"
            placeholder="any"
            list={classes}
            value={item.goodsClass}
            error={error("goodsClass")}
            data-field={`/items/${index}/goodsClass`}
            title="Some classes are kept apart, such as food and chemicals"
            onChange={(event) =>
              onChange({ ...item, goodsClass: event.target.value }, "goodsClass")}
          />
          <datalist id={classes}>
            {GOODS_CLASSES.map((each) => <option key={each} value={each} />)}
          </datalist>
        </div>
        <div className="item-stop">
          <SelectField
            label="Priority"
            value={item.priority}
            error={error("priority")}
            title="When not everything fits, higher goes first"
            onChange={(event) => onChange({ ...item, priority: event.target.value }, "priority")}
          >
            {Array.from({ length: 10 }, (_, at) => <option key={at} value={at}>{at}</option>)}
          </SelectField>
        </div>
        {stops > 1 && (
          <div className="item-stop">
            <SelectField
              label="For stop"
              value={item.stop}
              error={error("stop")}
              onChange={(event) => onChange({ ...item, stop: event.target.value }, "stop")}
            >
              {Array.from(
                { length: stops },
                (_, at) => <option key={at} value={at + 1}>{at + 1}</option>,
              )}
            </SelectField>
          </div>
        )}
        <span className="grow" />
        {onRemove && (
          <IconButton icon="trash" label={`Remove item ${index + 1}`} onClick={onRemove} />
        )}
      </div>
    </fieldset>
  );
}
