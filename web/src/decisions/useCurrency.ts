import { useQuery } from "../api/query";
import { useMe } from "../shell/me";

/** The currency of models' prices, for those who may know it; others see bare numbers. */
export function useCurrency(): string | null {
  const me = useMe();
  const may = me?.roles.some((role) => role === "admin" || role === "manager") ?? false;
  const policy = useQuery<{ currency: string }>(may ? "/api/models/policy" : null);
  return policy.data?.currency ?? null;
}
