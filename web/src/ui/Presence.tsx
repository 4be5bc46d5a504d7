import type { Present } from "../api/live";
import { Icon } from "./Icon";

const DOING = { viewing: "viewing", editing: "changing it", typing: "typing" };

/** Who else is here: names in words, so that two people do not do the same at once. */
export function Presence({ people }: { people: Present[] }) {
  if (people.length === 0) return <span role="status" />;
  const [first, ...rest] = [...new Map(people.map((each) => [each.id, each])).values()];
  const more = rest.length > 0 ? ` and ${rest.length} more` : "";
  const all = people.map((each) => `${each.name} is ${DOING[each.state] ?? each.state}`).join(", ");
  return (
    <span className="presence" role="status" title={all}>
      <Icon name="eye" size={15} />
      {first?.name}
      {more} {rest.length > 0 ? "are" : "is"} {rest.length > 0 ? "here" : DOING[first!.state]}
    </span>
  );
}
