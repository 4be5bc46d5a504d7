import { useState } from "react";
import { post } from "../api/client";
import { invalidate } from "../api/query";
import type { Named } from "../api/types";
import { useSending } from "../ui/action";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { today } from "../ui/format";
import type { TripPlan } from "./types";

interface Props {
  depots: Named[];
  depot: string;
  date: string;
  onPlanned: (plan: TripPlan) => void;
  onClose: () => void;
}

const words = (text: string) => text.split(/[\s,;]+/).filter(Boolean);

/** Asks for the trips of a day and depot, of all orders or of those of a region. */
export function PlanDialog({ depots, onPlanned, onClose, ...first }: Props) {
  const [date, setDate] = useState(first.date);
  const [depot, setDepot] = useState(first.depot);
  const [countries, setCountries] = useState("");
  const [postcodes, setPostcodes] = useState("");
  const [kilometres, setKilometres] = useState("");
  const [detour, setDetour] = useState("50");
  const sending = useSending("/date", "/depotId", "/region", "/limits");
  const submit = () =>
    sending.send(async () => {
      const plan = await post<TripPlan>("/api/trips/plans", {
        date,
        depotId: depot,
        region: {
          countries: words(countries).map((each) => each.toUpperCase()),
          postcodes: words(postcodes),
          ...(kilometres ? { kilometres: Number(kilometres) } : {}),
        },
        limits: { detourPercent: Number(detour) },
      });
      invalidate("/api/trips");
      onPlanned(plan);
    });
  return (
    <FormDialog
      title="Plan shared trips"
      sending={sending}
      submit="Plan"
      disabled={!date || !depot || detour === ""}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>
        The consolidator looks which booked orders go together in fewer vehicles. Nothing changes
        before you accept a trip; earlier proposals for the day are withdrawn.
      </p>
      <div className="away-fields">
        <TextField
          label="Day"
          type="date"
          min={today()}
          value={date}
          error={sending.errorAt("/date")}
          onChange={(event) => setDate(event.target.value)}
        />
        <SelectField
          label="Depot"
          value={depot}
          error={sending.errorAt("/depotId")}
          onChange={(event) => setDepot(event.target.value)}
        >
          {depots.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </SelectField>
      </div>
      <details className="trip-region">
        <summary>Only a region, other limits</summary>
        <div className="away-fields">
          <TextField
            label="Countries"
            placeholder="DE, DK"
            value={countries}
            error={sending.errorAt("/region/countries")}
            onChange={(event) => setCountries(event.target.value)}
          />
          <TextField
            label="Postcodes beginning with"
            placeholder="20, 21, 22"
            value={postcodes}
            error={sending.errorAt("/region/postcodes")}
            onChange={(event) => setPostcodes(event.target.value)}
          />
        </div>
        <div className="away-fields">
          <TextField
            label="Within, of the depot"
            unit="km"
            type="number"
            min={1}
            max={10000}
            value={kilometres}
            error={sending.errorAt("/region/kilometres")}
            onChange={(event) => setKilometres(event.target.value)}
          />
          <TextField
            label="Farther than alone, at most"
            unit="%"
            type="number"
            min={0}
            max={1000}
            value={detour}
            error={sending.errorAt("/limits")}
            onChange={(event) => setDetour(event.target.value)}
          />
        </div>
      </details>
    </FormDialog>
  );
}
