import { useState } from "react";
import { call } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Check, TextField } from "../ui/Field";
import { FormError } from "../ui/FormDialog";
import { Section } from "../ui/Page";
import { Failure, Skeleton } from "../ui/States";
import { toast } from "../ui/Toast";
import type { ModelPolicy } from "./types";

/** Where prompts may go, in which currency is counted, and what happens without a model. */
export function PolicyCard() {
  const policy = useQuery<ModelPolicy>("/api/models/policy");
  return (
    <div className="columns">
      <Section title="Where prompts may go">
        {policy.loading && <Skeleton lines={4} />}
        {policy.error !== null && <Failure error={policy.error} retry={policy.refresh} />}
        {policy.data && <PolicyForm key={JSON.stringify(policy.data)} policy={policy.data} />}
      </Section>
      <Section title="When no model answers">
        <p>
          An agent that is set to models asks them in its order. It decides by its rules instead
          when none can be reached, when a budget or a limit is used up, when the data policy does
          not allow it, and when an answer keeps the wrong form. The decision then says so, and why.
        </p>
        <p className="faint">
          So nothing waits for a model, and nothing fails for the want of one.
        </p>
      </Section>
    </div>
  );
}

function PolicyForm({ policy }: { policy: ModelPolicy }) {
  const [currency, setCurrency] = useState(policy.currency);
  const [region, setRegion] = useState(policy.homeRegion ?? "");
  const [abroad, setAbroad] = useState(policy.restrictedAbroad);
  const sending = useSending("/currency", "/homeRegion", "/restrictedAbroad");
  const submit = () =>
    sending.send(async () => {
      await call("/api/models/policy", {
        method: "PUT",
        body: {
          currency: currency.trim().toUpperCase(),
          homeRegion: region.trim() || null,
          restrictedAbroad: abroad,
        },
      });
      invalidate("/api/models");
      toast("The policy is set");
    }, /^[a-zA-Z]{3}$/.test(currency.trim()) ? {} : { "/currency": "Three letters, as EUR." });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="grid-2">
        <TextField
          label="Home region (optional)"
          maxLength={32}
          placeholder="eu-central-1"
          hint="Where your data belongs; empty is anywhere"
          value={region}
          error={sending.errorAt("/homeRegion")}
          onChange={(event) => setRegion(event.target.value)}
        />
        <TextField
          label="Currency of prices and budgets"
          maxLength={3}
          value={currency}
          error={sending.errorAt("/currency")}
          onChange={(event) => setCurrency(event.target.value)}
        />
      </div>
      <Check
        label="Restricted data may also go to providers in other regions"
        checked={abroad}
        onChange={(event) => setAbroad(event.target.checked)}
      />
      <FormError>{sending.wrong.rest}</FormError>
      <p>
        <Button kind="primary" type="submit" busy={sending.busy}>Save</Button>
      </p>
    </form>
  );
}
