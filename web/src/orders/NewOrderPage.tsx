import { type FormEvent, useEffect, useRef, useState } from "react";
import { explain, post, Problem } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { Customer, Depot, Order, Page as ListOf } from "../api/types";
import { useEscape } from "../shell/keys";
import { navigate } from "../shell/router";
import { Button } from "../ui/Button";
import { Finder } from "../ui/Finder";
import { AreaField, SelectField, TextField } from "../ui/Field";
import { counted, cubic, kg, place, today } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Page, Section } from "../ui/Page";
import { toast } from "../ui/Toast";
import { body, type Draft, type Errors, newDraft, newItem, newStop, totals } from "./draft";
import { ItemFields } from "./ItemFields";
import { StopFields } from "./StopFields";

/** Placing an order; what the server finds wrong is shown at the field it points to. */
export function NewOrderPage() {
  const [draft, setDraft] = useState<Draft>(() => newDraft(today()));
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // One key for one order, so that sending it again after a lost answer places it once.
  const key = useRef(newKey());
  const depots = useQuery<ListOf<Depot>>("/api/depots").data?.items;
  useEscape(() => navigate("/orders"), 0);

  const change = (part: Partial<Draft>, ...pointers: string[]) => {
    setDraft((before) => ({ ...before, ...part }));
    if (pointers.length > 0) clear(...pointers);
  };
  const clear = (...pointers: string[]) =>
    setErrors((before) => {
      const after = { ...before };
      for (const pointer of pointers) delete after[pointer];
      return after;
    });
  useEffect(() => {
    const only = depots?.[0];
    if (only && !draft.depotId) change({ depotId: only.id });
  }, [depots]);
  useEffect(() => {
    if (Object.keys(errors).length > 0) {
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }, [busy]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = body(draft);
    setFailure(null);
    setErrors(sent.errors);
    if (Object.keys(sent.errors).length > 0) {
      setFailure(wrong(Object.keys(sent.errors).length));
      setBusy(true);
      setTimeout(() => setBusy(false));
      return;
    }
    setBusy(true);
    try {
      const order = await post<Order>("/api/orders", sent.body, { "Idempotency-Key": key.current });
      invalidate("/api/orders?");
      toast(`${order.reference} is placed`);
      navigate(`/orders/${order.id}`, { replace: true });
    } catch (reason) {
      // A lost connection says nothing about the order: only an answer makes the next try another.
      if (reason instanceof Problem) key.current = newKey();
      if (reason instanceof Problem && reason.errors.length > 0) {
        setErrors(Object.fromEntries(reason.errors.map((each) => [each.pointer, each.detail])));
        setFailure(`${reason.title}. ${wrong(reason.errors.length)}`);
      } else setFailure(explain(reason));
      setBusy(false);
    }
  };
  const sum = totals(draft.items);
  const stray = Object.entries(errors).filter(([pointer]) => !SHOWN.test(pointer));
  return (
    <Page title="New order" back={{ to: "/orders", label: "Orders" }}>
      <form ref={form} className="order-form" onSubmit={submit} noValidate>
        <Section title="Who and when">
          <div className="grid-2">
            <Finder
              label="Customer"
              autoFocus
              placeholder="Type a name"
              value={draft.customer}
              error={errors["/customerId"]}
              source={(text) => `/api/customers?q=${encodeURIComponent(text)}`}
              read={(data) =>
                (data as ListOf<Customer>).items.slice(0, 8).map((each) => ({
                  id: each.id,
                  name: each.name,
                  note: place(each.address),
                }))}
              onChange={(customer) => change({ customer }, "/customerId")}
            />
            <TextField
              label="Requested date"
              type="date"
              value={draft.requestedDate}
              error={errors["/requestedDate"]}
              onChange={(event) => change({ requestedDate: event.target.value }, "/requestedDate")}
            />
            <SelectField
              label="Pick up at"
              value={draft.depotId}
              error={errors["/pickup/depotId"] ?? errors["/pickup"]}
              onChange={(event) => change({ depotId: event.target.value }, "/pickup/depotId")}
            >
              <option value="">Choose a depot</option>
              {depots?.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            </SelectField>
            <TextField
              label="Reference"
              hint="Left empty, the next number is given."
              value={draft.reference}
              error={errors["/reference"]}
              onChange={(event) => change({ reference: event.target.value }, "/reference")}
            />
          </div>
        </Section>
        <Section
          title="Deliver to"
          aside={
            <Button
              small
              icon="plus"
              onClick={() => change({ stops: [...draft.stops, newStop()] })}
            >
              {draft.stops.length === 0 ? "Other address" : "Another stop"}
            </Button>
          }
        >
          {draft.stops.length === 0 && (
            <p className="faint with-icon">
              <Icon name="pin" /> The customer’s own address
            </p>
          )}
          {draft.stops.map((stop, index) => (
            <StopFields
              key={stop.key}
              stop={stop}
              index={index}
              errors={errors}
              onChange={(changed, field) => {
                change({ stops: draft.stops.map((each) => each === stop ? changed : each) });
                clear(`/deliveries/${index}/address/${field}`);
              }}
              onRemove={() => change({ stops: draft.stops.filter((each) => each !== stop) })}
            />
          ))}
        </Section>
        <Section title="Items">
          {draft.items.map((item, index) => (
            <ItemFields
              key={item.key}
              item={item}
              index={index}
              stops={Math.max(1, draft.stops.length)}
              errors={errors}
              onChange={(changed, pointer) => {
                change({ items: draft.items.map((each) => each === item ? changed : each) });
                clear(`/items/${index}/${pointer}`);
              }}
              onRemove={draft.items.length > 1
                ? () => {
                  change({ items: draft.items.filter((each) => each !== item) });
                  setErrors({});
                }
                : undefined}
            />
          ))}
          <Button icon="plus" onClick={() => change({ items: [...draft.items, newItem()] })}>
            Add an item
          </Button>
        </Section>
        <Section title="Notes">
          <AreaField
            label="For the loader and the driver"
            value={draft.notes}
            error={errors["/notes"]}
            onChange={(event) => change({ notes: event.target.value }, "/notes")}
          />
        </Section>
        <footer className="form-foot">
          {failure && (
            <div className="form-error" role="alert">
              <Icon name="alarm" />
              <div>
                {failure}
                {stray.map(([pointer, detail]) => (
                  <div key={pointer}>
                    <code>{pointer}</code> {detail}
                  </div>
                ))}
              </div>
            </div>
          )}
          <p className="num form-sum">
            <strong>{counted(sum.pieces, "piece")}</strong> · <strong>{kg(sum.grams)}</strong> ·
            {" "}
            <strong>{cubic(sum.mm3)}</strong>
          </p>
          <Button onClick={() => navigate("/orders")}>Discard</Button>
          <Button kind="primary" type="submit" busy={busy}>Place the order</Button>
        </footer>
      </form>
    </Page>
  );
}

const SHOWN =
  /^\/(customerId|requestedDate|reference|notes|pickup(\/depotId)?|items\/\d+\/\w+|deliveries\/\d+\/address\/\w+)$/;

function wrong(fields: number): string {
  return fields === 1 ? "One field needs another look." : `${fields} fields need another look.`;
}

/** Random enough to name one order of one person; works without a secure context too. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
