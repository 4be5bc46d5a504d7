import { useState } from "react";
import { RUN_STATUSES } from "../orders/status";
import { setQuery, useLocation } from "../shell/router";
import { IconButton } from "../ui/Button";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Choice, ChoiceChips, Search } from "../ui/Search";
import { TimeRange } from "../observe/TimeRange";

const STATUSES: [string, string][] = [
  ["", "All"],
  ...RUN_STATUSES.map((each): [string, string] => [each, humanise(each)]),
];

/** Filters that are come to from elsewhere, with what is there without them. */
const TOKENS: [string, string][] = [
  ["subject", "About anything"],
  ["error", "Any error"],
  ["version", "Any version"],
];

/** Status, workflow and subject; all of it lives in the address. */
export function RunFilters({ seen }: { seen: string[] }) {
  const { query } = useLocation();
  const workflow = query.get("workflow");
  // What was seen once stays to be chosen, whatever the filters leave.
  const [known] = useState(() => new Set<string>());
  for (const each of seen) known.add(each);
  if (workflow) known.add(workflow);
  return (
    <div className="filters">
      <ChoiceChips label="Status" name="status" choices={STATUSES} toggles />
      <div className="filter-fields">
        <Search
          id="run-search"
          name="name"
          label="Runs whose name begins with"
          placeholder="Name begins with…"
        />
        <label className="inline-field inline-wide">
          <span>Workflow</span>
          <select
            className="input select"
            aria-label="Workflow"
            value={workflow ?? ""}
            onChange={(event) => setQuery({ workflow: event.target.value })}
          >
            <option value="">any</option>
            {[...known].sort().map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <Choice
          label="Held"
          name="paused"
          choices={[["", "any"], ["true", "paused"], ["false", "not paused"]]}
        />
        <TimeRange />
        {TOKENS.map(([name, every]) => {
          const value = query.get(name);
          return value && (
            <span key={name} className="token">
              <Icon name="filter" size={16} />
              {value}
              <IconButton
                icon="close"
                label={every}
                onClick={() => setQuery({ [name]: null })}
              />
            </span>
          );
        })}
      </div>
    </div>
  );
}
