import { Fragment, type ReactNode } from "react";
import type { Money } from "../api/types";
import { ago, dateTime, humanise, money } from "./format";

/** A JSON value as people read it: short objects as a list of facts, the rest as text. */
export function Value({ value }: { value: unknown }) {
  if (isPlain(value)) {
    return (
      <Facts
        facts={Object.entries(value).map((
          [key, each],
        ) => [humanise(key), <Leaf key={key} value={each} />])}
      />
    );
  }
  return <Leaf value={value} />;
}

function Leaf({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="faint">none</span>;
  if (isMoney(value)) return <span className="num">{money(value)}</span>;
  if (typeof value === "object") {
    const text = JSON.stringify(value, null, 1);
    if (text.length < 80) return <code className="wrap">{JSON.stringify(value)}</code>;
    return <Json value={value} />;
  }
  if (typeof value === "number") return <span className="num">{value.toLocaleString()}</span>;
  return <span className="wrap">{String(value)}</span>;
}

const isMoney = (value: unknown): value is Money =>
  isPlain(value) && Object.keys(value).length === 2 && typeof value.amount === "string" &&
  typeof value.currency === "string";

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).length > 0;
}

/** JSON as it is, scrollable. */
export function Json({ value }: { value: unknown }) {
  return <pre className="json" tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>;
}

/** Names and values in two columns. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** How long ago something was; the time itself on a touch. */
export function Ago({ at }: { at: string | null | undefined }) {
  return at ? <time dateTime={at} title={dateTime(at)}>{ago(at)}</time> : <>never</>;
}

interface MeterProps {
  value: number;
  label: string;
  /** Above this share the bar warns. */
  limit?: number;
}

/** A share of 1 as a bar; the number stands beside it, so the bar is decoration. */
export function Meter({ value, label, limit = Infinity }: MeterProps) {
  const share = Math.max(0, Math.min(1, value));
  return (
    <span
      className={value > limit ? "meter meter-over" : "meter"}
      role="img"
      aria-label={label}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
