import { useQuery } from "../api/query";
import type { Named, Page as ListOf } from "../api/types";
import { useMe } from "../shell/me";
import { SelectField } from "../ui/Field";

/** Whom drift is told first; who may not list accounts can own it, or leave it as it is. */
export function Owner({ value, known, onChange }: {
  value: string;
  known: Named | undefined;
  onChange: (id: string) => void;
}) {
  const me = useMe();
  const admin = me?.roles.includes("admin") ?? false;
  const people = useQuery<ListOf<Named & { kind: string; disabled: boolean }>>(
    admin ? "/api/accounts?limit=200" : null,
  );
  const choices = new Map<string, string>();
  if (me) choices.set(me.account.id, `${me.account.name} (you)`);
  if (known && !choices.has(known.id)) choices.set(known.id, known.name);
  for (const each of people.data?.items ?? []) {
    if (each.kind === "person" && !each.disabled && !choices.has(each.id)) {
      choices.set(each.id, each.name);
    }
  }
  return (
    <SelectField
      label="Owner"
      value={value || me?.account.id || ""}
      onChange={(event) => onChange(event.target.value)}
    >
      {[...choices].map(([id, name]) => <option key={id} value={id}>{name}</option>)}
    </SelectField>
  );
}
