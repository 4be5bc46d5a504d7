import { useSyncExternalStore } from "react";

const NARROW = matchMedia("(max-width: 700px)");
const subscribe = (listener: () => void) => {
  NARROW.addEventListener("change", listener);
  return () => NARROW.removeEventListener("change", listener);
};

/** Whether the screen is a phone's: a list takes the place of what needs width. */
export const useNarrow = () => useSyncExternalStore(subscribe, () => NARROW.matches);
