import { type ReactNode, useEffect } from "react";
import { Link } from "../shell/router";
import { Icon } from "./Icon";

interface Props {
  title: string;
  /** What the heading shows if it is more than the title. */
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  back?: { to: string; label: string };
  children: ReactNode;
}

/** A screen: its title in the tab and in the heading, its actions, and its content. */
export function Page({ title, heading, lead, actions, back, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Weft`;
  }, [title]);
  return (
    <main className="page" id="main" tabIndex={-1}>
      <header className="page-head">
        <div className="page-title">
          {back && (
            <Link className="back" to={back.to}>
              <Icon name="left" size={16} />
              {back.label}
            </Link>
          )}
          <h1>{heading ?? title}</h1>
          {lead && <div className="lead">{lead}</div>}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}

interface SectionProps {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A titled card. */
export function Section({ title, aside, children, className }: SectionProps) {
  return (
    <section className={`card ${className ?? ""}`} aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

interface TabsProps {
  label: string;
  tabs: { key: string; label: string; badge?: number }[];
  active: string;
  onChange: (key: string) => void;
}

/** Tabs by the ARIA pattern: arrows move between them. */
export function Tabs({ label, tabs, active, onChange }: TabsProps) {
  return (
    <div className="tabs" role="tablist" aria-label={label}>
      {tabs.map((tab, index) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          id={`tab-${tab.key}`}
          aria-selected={tab.key === active}
          aria-controls={`panel-${tab.key}`}
          tabIndex={tab.key === active ? 0 : -1}
          className="tab"
          onClick={() => onChange(tab.key)}
          onKeyDown={(event) => {
            const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            if (step === 0) return;
            event.preventDefault();
            const to = tabs[(index + step + tabs.length) % tabs.length];
            if (!to) return;
            onChange(to.key);
            document.getElementById(`tab-${to.key}`)?.focus();
          }}
        >
          {tab.label}
          {tab.badge !== undefined && tab.badge > 0 && <span className="badge">{tab.badge}</span>}
        </button>
      ))}
    </div>
  );
}
