import { lazy, type ReactNode, Suspense, useState } from "react";
import type { AlarmList } from "../api/kernel";
import type { Inbox } from "../api/types";
import { useApprovals } from "../inbox/approvals";
import { WAITING, waitingMessages } from "../inbox/work";
import { useQuery } from "../api/query";
import { IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon, Mark } from "../ui/Icon";
import { type Destination, destinations } from "./destinations";
import { useShortcuts } from "./keys";
import { LiveMark } from "./LiveMark";
import { useMe } from "./me";
import { Palette } from "./Palette";
import { PersonMenu } from "./PersonMenu";
import { COMMAND } from "./platform";
import { Link, navigate, useLocation } from "./router";

interface Props {
  children: ReactNode;
  onSwitch: (organisation: string) => void;
}

const Shortcuts = lazy(async () => ({ default: (await import("./Shortcuts")).Shortcuts }));

const GROUPS = ["Work", "Watch", "Manage"] as const;
const IN_DOCK = ["/inbox", "/orders", "/vehicles", "/alarms"];

/** What stands around every screen: navigation, search, the person, and the keyboard. */
export function Shell({ children, onSwitch }: Props) {
  const { path } = useLocation();
  const me = useMe();
  const inbox = useQuery<Inbox>(WAITING, 10_000, ["inbox"]);
  const alarms = useQuery<AlarmList>("/api/alarms?state=active&limit=50", 15_000, ["alarms"]);
  const approvals = useApprovals(15_000).items;
  const news: Record<string, [number, string]> = {
    "/inbox": [waitingMessages(inbox.data).length + approvals.length, "to look at"],
    "/alarms": [alarms.data?.counts?.unacknowledged ?? 0, "not acknowledged"],
  };
  const [over, setOver] = useState<"palette" | "shortcuts" | "more" | null>(null);
  const close = () => setOver(null);
  const all = destinations(me?.roles ?? []);
  const places = all.filter((each) => !each.part);
  useShortcuts({
    "mod+k": () => setOver(over === "palette" ? null : "palette"),
    "?": () => setOver("shortcuts"),
    n: () => navigate("/orders/new"),
    ...Object.fromEntries(all.map((each) => [`g ${each.key}`, () => navigate(each.path)])),
  });
  const person = (
    <PersonMenu
      me={me}
      onSwitch={onSwitch}
      onShortcuts={() => setOver("shortcuts")}
    />
  );
  const place = (each: Destination) => (
    <Place key={each.path} place={each} path={path} news={news[each.path]} />
  );
  const docked = places.filter((each) => IN_DOCK.includes(each.path));
  const others = places.filter((each) => !IN_DOCK.includes(each.path));
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <aside className="rail" aria-label="Weft">
        <Link className="brand" to="/orders" aria-label="Weft, orders">
          <Mark />
          <span>Weft</span>
        </Link>
        <nav aria-label="Main">
          {GROUPS.map((group) => {
            const members = places.filter((each) => each.group === group);
            return members.length > 0 && (
              <div key={group} className="rail-group">
                <p className="rail-title" id={`nav-${group}`}>{group}</p>
                <ul aria-labelledby={`nav-${group}`}>
                  {members.map((each) => <li key={each.path}>{place(each)}</li>)}
                </ul>
              </div>
            );
          })}
        </nav>
        <div className="rail-foot">
          <LiveMark />
          {person}
        </div>
      </aside>
      <header className="bar">
        <Link className="brand" to="/orders" aria-label="Weft, orders">
          <Mark size={28} />
        </Link>
        <span className="bar-organisation">{me?.organisation.name}</span>
        <LiveMark />
        <IconButton icon="search" label="Search and go to" onClick={() => setOver("palette")} />
        {person}
      </header>
      <div className="content">
        <button type="button" className="find" onClick={() => setOver("palette")}>
          <Icon name="search" size={16} />
          <span>Search, go to, do…</span>
          <kbd>{COMMAND} K</kbd>
        </button>
        {children}
      </div>
      <nav className="dock" aria-label="Main, short">
        {docked.map(place)}
        <button
          type="button"
          className={others.some((each) => path.startsWith(each.path))
            ? "place place-here"
            : "place"}
          onClick={() => setOver("more")}
        >
          <Icon name="menu" size={20} />
          <span>More</span>
        </button>
      </nav>
      {over === "palette" && <Palette onClose={close} onShortcuts={() => setOver("shortcuts")} />}
      {over === "shortcuts" && (
        <Suspense fallback={null}>
          <Shortcuts onClose={close} />
        </Suspense>
      )}
      {over === "more" && (
        <Dialog title="More" onClose={close}>
          <div className="more" onClick={close}>{others.map(place)}</div>
        </Dialog>
      )}
    </div>
  );
}

interface PlaceProps {
  place: Destination;
  path: string;
  /** A number that waits there, and what it counts. */
  news: [number, string] | undefined;
}

function Place({ place, path, news }: PlaceProps) {
  const here = path === place.path || path.startsWith(`${place.path}/`);
  return (
    <Link
      to={place.path}
      className={here ? "place place-here" : "place"}
      aria-current={here ? "page" : undefined}
    >
      <Icon name={place.icon} size={20} />
      <span>{place.label}</span>
      {news && news[0] > 0 && (
        <span className="badge">
          {news[0]}
          <span className="sr-only">{news[1]}</span>
        </span>
      )}
    </Link>
  );
}
