import { useEffect, useRef } from "react";
import type { IconName } from "../ui/Icon";
import { useShortcuts } from "./keys";

export interface PageAction {
  id: string;
  label: string;
  icon: IconName;
  /** A key that does it too; it is then listed among the shortcuts. */
  key?: string;
  /** Only the key does it; the palette does not show it. */
  keyOnly?: boolean;
  run: () => void;
}

const registered: { current: PageAction[] }[] = [];

/** What can be done on the pages that are open now, the innermost first. */
export function pageActions(): PageAction[] {
  return [...registered].reverse().flatMap((each) => each.current);
}

/** Offers the page's actions in the palette, on the keyboard and in the list of shortcuts. */
export function usePageActions(actions: PageAction[]) {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    registered.push(latest);
    return () => {
      registered.splice(registered.indexOf(latest), 1);
    };
  }, []);
  useShortcuts(
    Object.fromEntries(
      actions.flatMap((each) => each.key ? [[each.key, () => each.run()] as const] : []),
    ),
  );
}
