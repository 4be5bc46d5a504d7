import { type AnchorHTMLAttributes, type MouseEvent, useMemo, useSyncExternalStore } from "react";

/** The address bar is the console's state; this is the whole router. */

export const BASE = "/console";
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() {
  for (const listener of listeners) listener();
}

addEventListener("popstate", tell);

const current = () => location.pathname + location.search;

/** Goes to a console path such as `/orders?q=lille`. */
export function navigate(to: string, options: { replace?: boolean } = {}) {
  const url = BASE + to;
  if (url === current()) return;
  const samePage = url.split("?")[0] === location.pathname;
  if (options.replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  tell();
  if (!samePage) scrollTo(0, 0);
}

/** The path below the base (`/orders/…`) and its query. */
export function useLocation(): { path: string; query: URLSearchParams } {
  const url = useSyncExternalStore(subscribe, current);
  return useMemo(() => {
    const [pathname = "", search = ""] = url.split("?");
    const below = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
    return { path: below.replace(/\/+$/, "") || "/", query: new URLSearchParams(search) };
  }, [url]);
}

/** Which of a few values stands in the address; the first of them, where none does. */
export const oneOf = <T extends string>(value: string | null, first: T, ...others: T[]): T =>
  others.find((each) => each === value) ?? first;

/** Changes parts of the query in place; null and empty take a part out. */
export function setQuery(
  changes: Record<string, string | null>,
  options: { push?: boolean } = {},
) {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString().replace(/%2C/g, ",");
  const path = location.pathname.slice(BASE.length) || "/";
  navigate(text ? `${path}?${text}` : path, { replace: !options.push });
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

/** A real link, so that it opens in a new tab too. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={BASE + to} onClick={follow} />;
}

/** Where a link the server gave (`/console/orders/1`) leads within the console; null if outside. */
export function within(link: string | null | undefined): string | null {
  if (!link || !link.startsWith(`${BASE}/`)) return null;
  return link.slice(BASE.length);
}
