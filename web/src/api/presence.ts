import { useEffect, useState } from "react";
import { live, type Present } from "./live";

/** Who else is at a topic, while this person is there too; `self` is left out. */
export function usePresence(
  topic: string | null,
  doing: Present["state"],
  self: string | undefined,
): Present[] {
  const [people, setPeople] = useState<Present[]>([]);
  useEffect(() => {
    if (topic === null) return;
    return live.attend(topic, doing, setPeople);
  }, [topic, doing]);
  return people.filter((each) => each.id !== self);
}
