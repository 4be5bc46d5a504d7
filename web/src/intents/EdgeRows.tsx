import { Button, IconButton } from "../ui/Button";
import type { Draft } from "./draft";
import { EndFields } from "./Edges";

/** What an intent hangs on, while it is written. */
export function EdgeRows({ edges, error, onChange }: {
  edges: Draft["edges"];
  error: string | undefined;
  onChange: (edges: Draft["edges"]) => void;
}) {
  return (
    <>
      {edges.map((each, index) => (
        <div key={index} className="edge-row" role="group" aria-label={`Edge ${index + 1}`}>
          <EndFields
            relation={each.relation}
            to={each.to}
            onChange={(relation, to) =>
              onChange(edges.map((old, at) =>
                at === index ? { relation, to } : old
              ))}
          />
          <IconButton
            icon="trash"
            label={`Remove edge ${index + 1}`}
            onClick={() =>
              onChange(edges.filter((_, at) =>
                at !== index
              ))}
          />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      {edges.length === 0 && (
        <p className="faint">The goal that it serves, other intents, and what it works on.</p>
      )}
      <div>
        <Button
          small
          icon="plus"
          onClick={() => onChange([...edges, { relation: "serves", to: "" }])}
        >
          Add an edge
        </Button>
      </div>
    </>
  );
}
