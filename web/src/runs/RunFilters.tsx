import { useState } from "react";
import { RUN_STATUSES } from "../orders/status";
import { setQuery, useLocation } from "../shell/router";
import { IconButton } from "../ui/Button";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";

/** Status, workflow and subject; all of it lives in the address. */
export function RunFilters({ seen }: { seen: string[] }) {
  const { query } = useLocation();
  const status = query.get("status");
  const workflow = query.get("workflow");
  const subject = query.get("subject");
  // What was seen once stays to be chosen, whatever the filters leave.
  const [known] = useState(() => new Set<string>());
  for (const each of seen) known.add(each);
  if (workflow) known.add(workflow);
  return (
    <div className="filters">
      <div className="chips" role="group" aria-label="Status">
        <button
          type="button"
          className="chip"
          aria-pressed={!status}
          onClick={() => setQuery({ status: null })}
        >
          All
        </button>
        {RUN_STATUSES.map((each) => (
          <button
            key={each}
            type="button"
            className="chip"
            aria-pressed={status === each}
            onClick={() => setQuery({ status: status === each ? null : each })}
          >
            {humanise(each)}
          </button>
        ))}
      </div>
      <div className="filter-fields">
        <label className="inline-field">
          <span>Workflow</span>
          <select
            className="input select"
            value={workflow ?? ""}
            onChange={(event) => setQuery({ workflow: event.target.value })}
          >
            <option value="">any</option>
            {[...known].sort().map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        {subject && (
          <span className="token">
            <Icon name="search" size={16} />
            {subject}
            <IconButton
              icon="close"
              label="About anything"
              onClick={() => setQuery({ subject: null })}
            />
          </span>
        )}
      </div>
    </div>
  );
}
