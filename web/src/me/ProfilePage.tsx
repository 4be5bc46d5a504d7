import { useMe } from "../shell/me";
import { setQuery, useLocation } from "../shell/router";
import { Facts } from "../ui/Data";
import { humanise } from "../ui/format";
import { Page, Section, Tabs } from "../ui/Page";
import { Skeleton } from "../ui/States";
import { Notifications } from "./Notifications";
import { PasswordCard } from "./PasswordCard";
import { PushCard } from "./PushCard";
import { Sessions } from "./Sessions";
import { TwoSteps } from "./TwoSteps";

/** What a person decides for themself: how to sign in, from where, and how to be told. */
export function ProfilePage() {
  const me = useMe();
  const { query } = useLocation();
  const tab = query.get("tab") ?? "security";
  return (
    <Page
      title="Profile"
      heading={me?.account.name || "Profile"}
      lead={me && `${me.account.email} · ${me.organisation.name}`}
    >
      <Tabs
        label="Profile"
        active={tab}
        onChange={(key) => setQuery({ tab: key === "security" ? null : key })}
        tabs={[
          { key: "security", label: "Signing in" },
          { key: "notifications", label: "Notifications" },
        ]}
      />
      <div id={`panel-${tab}`} role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel">
        {!me && (
          <div className="card">
            <Skeleton lines={6} />
          </div>
        )}
        {me && tab === "security" && (
          <div className="columns">
            <div className="column">
              <TwoSteps on={me.totp === true} />
              <Sessions />
            </div>
            <div className="column">
              <Section title="Who I am">
                <Facts
                  facts={[
                    ["Name", me.account.name],
                    ["E-mail", me.account.email],
                    ["Roles", me.roles.map(humanise).join(", ")],
                  ]}
                />
              </Section>
              <PasswordCard />
            </div>
          </div>
        )}
        {me && tab === "notifications" && (
          <div className="columns">
            <Notifications />
            <PushCard />
          </div>
        )}
      </div>
    </Page>
  );
}
