import { session } from "../api/session";
import type { Me } from "../api/types";
import { Icon, type IconName } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { navigate } from "./router";
import { setTheme, type Theme, useTheme } from "./theme";

const THEMES: [Theme, string, IconName][] = [
  ["system", "As the system", "screen"],
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
];

interface Props {
  me: Me | undefined;
  onSwitch: (organisation: string) => void;
  onShortcuts: () => void;
}

/** Who is here and for which organisation; theme, shortcuts, sign-out. */
export function PersonMenu({ me, onSwitch, onShortcuts }: Props) {
  const theme = useTheme();
  const others = me?.organisations.filter((each) => each.id !== me.organisation.id) ?? [];
  const name = me?.account.name || me?.account.email || "…";
  return (
    <Menu
      label={`Account of ${name}`}
      className="person"
      trigger={
        <>
          <span className="avatar" aria-hidden="true">{initials(name)}</span>
          <span className="person-names">
            <span>{name}</span>
            <span className="faint">{me?.organisation.name}</span>
          </span>
        </>
      }
    >
      {(close) => (
        <>
          <div className="menu-who">
            <strong>{name}</strong>
            <span className="faint">{me?.account.email}</span>
            <span className="faint">{me?.organisation.name} · {me?.roles.join(", ")}</span>
          </div>
          {others.length > 0 && (
            <div role="group" aria-label="Switch organisation" className="menu-group">
              <p>Switch organisation</p>
              {others.map((each) => (
                <button
                  key={each.id}
                  type="button"
                  role="menuitem"
                  onClick={() => onSwitch(each.id)}
                >
                  <Icon name="building" />
                  {each.name}
                </button>
              ))}
            </div>
          )}
          <div role="group" aria-label="Theme" className="menu-group">
            <p>Theme</p>
            {THEMES.map(([key, label, icon]) => (
              <button
                key={key}
                type="button"
                role="menuitemradio"
                aria-checked={theme === key}
                onClick={() => setTheme(key)}
              >
                <Icon name={icon} />
                <span className="grow">{label}</span>
                {theme === key && <Icon name="check" size={16} />}
              </button>
            ))}
          </div>
          <div className="menu-group">
            <button
              type="button"
              role="menuitem"
              onClick={() => {
                close();
                navigate("/me");
              }}
            >
              <Icon name="gear" />
              Profile and notifications
            </button>
            <button
              type="button"
              role="menuitem"
              onClick={() => {
                close();
                navigate("/wall");
              }}
            >
              <Icon name="wall" />
              Wall screen
            </button>
            <button
              type="button"
              role="menuitem"
              onClick={() => {
                close();
                onShortcuts();
              }}
            >
              <Icon name="keyboard" />
              <span className="grow">Keyboard shortcuts</span>
              <kbd>?</kbd>
            </button>
            <button type="button" role="menuitem" onClick={() => void session.signOut()}>
              <Icon name="out" />
              Sign out
            </button>
          </div>
        </>
      )}
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s.@]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => word.charAt(0).toUpperCase()).join("");
}
