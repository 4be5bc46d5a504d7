import { useQuery } from "../api/query";
import type { Me } from "../api/types";

/** Who is signed in, and as what. */
export function useMe(): Me | undefined {
  return useQuery<Me>("/api/me").data;
}

export const isAdmin = (me: Me | undefined) => me?.roles.includes("admin") ?? false;
