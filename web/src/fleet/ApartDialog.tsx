import { useState } from "react";
import { call } from "../api/client";
import { invalidate } from "../api/query";
import { GOODS_CLASSES } from "../orders/draft";
import { useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/Toast";
import { APART, type ApartRule } from "./apart";

interface Row {
  /** A name of its own for drawing; rules have none on the wire. */
  key: number;
  one: string;
  other: string;
  never: boolean;
  distance: string;
}

/** As ADR 7.5.4 has it. */
const USUAL_MM = "800";
const CLASSES = "apart-classes";

interface Props {
  rules: ApartRule[];
  onClose: () => void;
}

/** Sets all rules at once, as the server keeps them. */
export function ApartDialog({ rules, onClose }: Props) {
  const sending = useSending("/rules");
  const [rows, setRows] = useState<Row[]>(() =>
    rules.map(({ classes: [one, other], distanceMm }, key) => ({
      key,
      one,
      other,
      never: distanceMm === null,
      distance: String(distanceMm ?? USUAL_MM),
    }))
  );
  const change = (key: number, to: Partial<Row>) =>
    setRows(rows.map((each) => each.key === key ? { ...each, ...to } : each));
  const submit = () => {
    const mistakes: Record<string, string> = {};
    rows.forEach((row, index) => {
      const at = `/rules/${index}`;
      if (!row.one.trim()) mistakes[`${at}/classes/0`] = "Name a class, such as food.";
      if (!row.other.trim()) mistakes[`${at}/classes/1`] = "Name a class, such as chemicals.";
      if (!row.never && !/^\d+$/.test(row.distance.trim())) {
        mistakes[`${at}/distanceMm`] = "Whole millimetres, 0 or more.";
      }
    });
    return sending.send(async () => {
      await call(APART, {
        method: "PUT",
        body: {
          rules: rows.map((row) => ({
            classes: [row.one.trim(), row.other.trim()],
            distanceMm: row.never ? null : Number(row.distance),
          })),
        },
      });
      invalidate(APART);
      toast("The rules hold for what is packed from now on");
      onClose();
    }, mistakes);
  };
  return (
    <FormDialog
      title="Goods kept apart"
      wide
      sending={sending}
      submit="Save the rules"
      leave="Leave them"
      onSubmit={submit}
      onClose={onClose}
    >
      <datalist id={CLASSES}>
        {GOODS_CLASSES.map((each) => <option key={each} value={each} />)}
      </datalist>
      <div className="steps">
        {rows.map((row, index) => {
          // What is wrong with a rule as a whole is told at its first field.
          const whole = sending.wrong.fields[`/rules/${index}`];
          return (
            <fieldset key={row.key} className="apart-row">
              <legend className="sr-only">Rule {index + 1}</legend>
              <TextField
                label="Goods"
                list={CLASSES}
                value={row.one}
                error={sending.errorAt(`/rules/${index}/classes/0`) ?? whole}
                onChange={(event) => change(row.key, { one: event.target.value })}
              />
              <TextField
                label="and"
                list={CLASSES}
                value={row.other}
                error={sending.errorAt(`/rules/${index}/classes/1`)}
                onChange={(event) => change(row.key, { other: event.target.value })}
              />
              <SelectField
                label="In one vehicle"
                value={row.never ? "never" : "apart"}
                onChange={(event) => change(row.key, { never: event.target.value === "never" })}
              >
                <option value="apart">Apart by</option>
                <option value="never">Never</option>
              </SelectField>
              <TextField
                label="At least"
                unit="mm"
                inputMode="numeric"
                disabled={row.never}
                value={row.never ? "" : row.distance}
                error={sending.errorAt(`/rules/${index}/distanceMm`)}
                onChange={(event) => change(row.key, { distance: event.target.value })}
              />
              <IconButton
                icon="trash"
                label={`Remove rule ${index + 1}`}
                onClick={() => setRows(rows.filter((each) => each !== row))}
              />
            </fieldset>
          );
        })}
        {rows.length === 0 && <p>Without a rule everything may stand beside everything.</p>}
        <Button
          small
          icon="plus"
          onClick={() => {
            const key = Math.max(-1, ...rows.map((each) => each.key)) + 1;
            setRows([...rows, { key, one: "", other: "", never: false, distance: USUAL_MM }]);
          }}
        >
          Another rule
        </Button>
      </div>
    </FormDialog>
  );
}
