/** The part of `csstype` that React's types lean on; Debian 12 does not install it beside them. */
export type Properties<Length = string | number> =
  & { [K in Exclude<keyof CSSStyleDeclaration, number>]?: Length }
  & { [custom: `--${string}`]: Length | undefined };
