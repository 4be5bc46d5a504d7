import { type ReactNode, useState } from "react";
import type { Inbox, Me } from "../api/types";
import { useQuery } from "../api/query";
import { IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon, Mark } from "../ui/Icon";
import { useShortcuts } from "./keys";
import { Palette } from "./Palette";
import { PersonMenu } from "./PersonMenu";
import { type Destination, DESTINATIONS } from "./routes";
import { Link, navigate, useLocation } from "./router";
import { Shortcuts } from "./Shortcuts";

interface Props {
  children: ReactNode;
  onSwitch: (organisation: string) => void;
}

/** What stands around every screen: navigation, search, the person, and the keyboard. */
export function Shell({ children, onSwitch }: Props) {
  const { path } = useLocation();
  const me = useQuery<Me>("/api/me").data;
  const inbox = useQuery<Inbox>("/api/inbox", 10_000);
  const unread = inbox.data?.unread ?? 0;
  const [over, setOver] = useState<"palette" | "shortcuts" | "more" | null>(null);
  const close = () => setOver(null);
  useShortcuts({
    "mod+k": () => setOver(over === "palette" ? null : "palette"),
    "?": () => setOver("shortcuts"),
    n: () => navigate("/orders/new"),
    ...Object.fromEntries(
      DESTINATIONS.map((each) => [`g ${each.key}`, () => navigate(each.path)]),
    ),
  });
  const person = (
    <PersonMenu
      me={me}
      onSwitch={onSwitch}
      onShortcuts={() => setOver("shortcuts")}
    />
  );
  return (
    <div className="shell">
      <a className="skip" href="#main">Skip to the content</a>
      <aside className="rail">
        <Link className="brand" to="/orders" aria-label="Weft, orders">
          <Mark />
          <span>Weft</span>
        </Link>
        <nav aria-label="Main">
          <p className="rail-title" id="nav-work">Work</p>
          <ul aria-labelledby="nav-work">
            {DESTINATIONS.map((each) => (
              <li key={each.path}>
                <Place place={each} path={path} unread={unread} />
              </li>
            ))}
          </ul>
        </nav>
        <div className="rail-foot">{person}</div>
      </aside>
      <header className="bar">
        <Link className="brand" to="/orders" aria-label="Weft, orders">
          <Mark size={28} />
        </Link>
        <span className="bar-organisation">{me?.organisation.name}</span>
        <IconButton icon="search" label="Search and go to" onClick={() => setOver("palette")} />
        {person}
      </header>
      <div className="content">
        <button type="button" className="find" onClick={() => setOver("palette")}>
          <Icon name="search" size={16} />
          <span>Search orders, go to…</span>
          <kbd>{/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ K" : "Ctrl K"}</kbd>
        </button>
        {children}
      </div>
      <nav className="dock" aria-label="Main">
        {DESTINATIONS.slice(0, 4).map((each) => (
          <Place key={each.path} place={each} path={path} unread={unread} />
        ))}
        <button
          type="button"
          className={DESTINATIONS.slice(4).some((each) => path.startsWith(each.path))
            ? "place place-here"
            : "place"}
          onClick={() => setOver("more")}
        >
          <Icon name="menu" size={20} />
          <span>More</span>
        </button>
      </nav>
      {over === "palette" && <Palette onClose={close} onShortcuts={() => setOver("shortcuts")} />}
      {over === "shortcuts" && <Shortcuts onClose={close} />}
      {over === "more" && (
        <Dialog title="More" onClose={close}>
          <div className="more" onClick={close}>
            {DESTINATIONS.slice(4).map((each) => (
              <Place key={each.path} place={each} path={path} unread={0} />
            ))}
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Place(
  { place, path, unread }: { place: Destination; path: string; unread: number },
) {
  const here = path === place.path || path.startsWith(`${place.path}/`);
  const news = place.path === "/inbox" ? unread : 0;
  return (
    <Link
      to={place.path}
      className={here ? "place place-here" : "place"}
      aria-current={here ? "page" : undefined}
    >
      <Icon name={place.icon} size={20} />
      <span>{place.label}</span>
      {news > 0 && <span className="badge" aria-label={`${news} unread`}>{news}</span>}
    </Link>
  );
}
