import type { RoleInfo } from "../api/kernel";
import { useQuery } from "../api/query";
import type { Page } from "../api/types";
import { Check } from "../ui/Field";
import { humanise } from "../ui/format";

interface Props {
  chosen: string[];
  error?: string;
  /** Roles that are not to be given here. */
  without?: string[];
  onChange: (roles: string[]) => void;
}

/** Which roles, each with what it is for. */
export function RoleChoice({ chosen, error, without = [], onChange }: Props) {
  const roles = useQuery<Page<RoleInfo>>("/api/roles");
  const known = (roles.data?.items ?? []).filter((each) => !without.includes(each.name));
  // Roles of a solution that is gone are still shown where they are held.
  const lost = chosen.filter((name) => !known.some((each) => each.name === name));
  const all: RoleInfo[] = [...known, ...lost.map((name) => ({ name }))];
  const toggle = (name: string, on: boolean) =>
    onChange(on ? [...chosen, name] : chosen.filter((each) => each !== name));
  return (
    <fieldset className={error ? "field field-wrong roles" : "field roles"}>
      <legend className="field-label">Roles</legend>
      {roles.loading && <span className="faint">Loading the roles…</span>}
      {roles.error !== null && <p className="field-error">The roles could not be loaded.</p>}
      <div className="role-list">
        {all.map((each) => (
          <Check
            key={each.name}
            label={
              <>
                {humanise(each.name)}
                {each.purpose && <span className="faint role-purpose">{each.purpose}</span>}
              </>
            }
            checked={chosen.includes(each.name)}
            onChange={(event) => toggle(each.name, event.target.checked)}
          />
        ))}
      </div>
      {error && <p className="field-error" role="alert">{error}</p>}
    </fieldset>
  );
}
