import { type ComponentType, lazy, type ReactNode } from "react";
import { OrdersOrLoads } from "../loader/OrdersOrLoads";
import { NotFound } from "./NotFound";

/** Most screens come when they are first asked for; the list of orders is there at once. */
function later<P>(component: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await component() }));
}

const InboxPage = later(async () => (await import("../inbox/InboxPage")).InboxPage);
const OrderPage = later(async () => (await import("../orders/OrderPage")).OrderPage);
const NewOrderPage = later(async () => (await import("../orders/NewOrderPage")).NewOrderPage);
const VehiclesPage = later(async () => (await import("../fleet/VehiclesPage")).VehiclesPage);
const VehiclePage = later(async () => (await import("../fleet/VehiclePage")).VehiclePage);
const CalendarPage = later(async () => (await import("../fleet/CalendarPage")).CalendarPage);
const ApartPage = later(async () => (await import("../fleet/ApartPage")).ApartPage);
const TripsPage = later(async () => (await import("../trips/TripsPage")).TripsPage);
const TripPage = later(async () => (await import("../trips/TripPage")).TripPage);
const LoadsPage = later(async () => (await import("../loader/LoadsPage")).LoadsPage);
const LoaderPage = later(async () => (await import("../loader/LoaderPage")).LoaderPage);
const CustomersPage = later(async () => (await import("../customers/CustomersPage")).CustomersPage);
const AgentsPage = later(async () => (await import("../agents/AgentsPage")).AgentsPage);
const AgentPage = later(async () => (await import("../agents/AgentPage")).AgentPage);
const DecisionsPage = later(async () => (await import("../decisions/DecisionsPage")).DecisionsPage);
const DecisionPage = later(async () => (await import("../decisions/DecisionPage")).DecisionPage);
const RunsPage = later(async () => (await import("../runs/RunsPage")).RunsPage);
const ComparePage = later(async () => (await import("../runs/ComparePage")).ComparePage);
const SchedulesPage = later(async () => (await import("../schedules/SchedulesPage")).SchedulesPage);
const WorkflowsPage = later(async () => (await import("../workflows/WorkflowsPage")).WorkflowsPage);
const WorkflowPage = later(async () => (await import("../workflows/WorkflowPage")).WorkflowPage);
const DeployPage = later(async () => (await import("../workflows/DeployPage")).DeployPage);
const EventLogPage = later(async () => (await import("../events/LogPage")).EventLogPage);
const EventRulesPage = later(async () => (await import("../events/RulesPage")).EventRulesPage);
const EventRulePage = later(async () => (await import("../events/RulePage")).EventRulePage);
const DeadLettersPage = later(async () =>
  (await import("../events/DeadLettersPage")).DeadLettersPage
);
const BoardPage = later(async () => (await import("../intents/BoardPage")).BoardPage);
const IntentPage = later(async () => (await import("../intents/IntentPage")).IntentPage);
const EditorPage = later(async () => (await import("../intents/EditorPage")).EditorPage);
const GraphPage = later(async () => (await import("../intents/GraphPage")).GraphPage);
const SuggestionsPage = later(async () =>
  (await import("../intents/SuggestionsPage")).SuggestionsPage
);
const IntentWidgetsPage = later(async () =>
  (await import("../intents/WidgetsPage")).IntentWidgetsPage
);
const RunPage = later(async () => (await import("../runs/RunPage")).RunPage);
const AlarmsPage = later(async () => (await import("../alarms/AlarmsPage")).AlarmsPage);
const AlarmPage = later(async () => (await import("../alarms/AlarmPage")).AlarmPage);
const RulesPage = later(async () => (await import("../alarms/RulesPage")).RulesPage);
const DashboardPage = later(async () => (await import("../observe/DashboardPage")).DashboardPage);
const TracesPage = later(async () => (await import("../observe/TracesPage")).TracesPage);
const TracePage = later(async () => (await import("../observe/TracePage")).TracePage);
const MapPage = later(async () => (await import("../observe/MapPage")).MapPage);
const LogsPage = later(async () => (await import("../observe/LogsPage")).LogsPage);
const PeoplePage = later(async () => (await import("../admin/PeoplePage")).PeoplePage);
const KeysPage = later(async () => (await import("../admin/KeysPage")).KeysPage);
const AuditPage = later(async () => (await import("../admin/AuditPage")).AuditPage);
const WebhooksPage = later(async () => (await import("../admin/WebhooksPage")).WebhooksPage);
const ChannelsPage = later(async () => (await import("../admin/ChannelsPage")).ChannelsPage);
const ModelsPage = later(async () => (await import("../models/ModelsPage")).ModelsPage);
const ServersPage = later(async () => (await import("../outside/ServersPage")).ServersPage);
const ServerPage = later(async () => (await import("../outside/ServerPage")).ServerPage);
const AuthorisedPage = later(async () =>
  (await import("../outside/AuthorisedPage")).AuthorisedPage
);
const ProfilePage = later(async () => (await import("../me/ProfilePage")).ProfilePage);

const SCREENS: [RegExp, (id: string) => ReactNode][] = [
  [/^\/(?:orders)?$/, () => <OrdersOrLoads />],
  [/^\/orders\/new$/, () => <NewOrderPage />],
  [/^\/orders\/([^/]+)$/, (id) => <OrderPage id={id} />],
  [/^\/inbox$/, () => <InboxPage />],
  [/^\/vehicles$/, () => <VehiclesPage />],
  [/^\/vehicles\/calendar$/, () => <CalendarPage />],
  [/^\/vehicles\/apart$/, () => <ApartPage />],
  [/^\/vehicles\/([^/]+)$/, (id) => <VehiclePage id={id} />],
  [/^\/trips$/, () => <TripsPage />],
  [/^\/trips\/([^/]+)$/, (id) => <TripPage key={id} id={id} />],
  [/^\/customers$/, () => <CustomersPage />],
  [/^\/agents$/, () => <AgentsPage />],
  [/^\/agents\/([^/]+)$/, (id) => <AgentPage key={id} name={id} />],
  [/^\/decisions$/, () => <DecisionsPage />],
  [/^\/decisions\/([^/]+)$/, (id) => <DecisionPage key={id} id={id} />],
  [/^\/load$/, () => <LoadsPage />],
  [/^\/load\/([^/]+)$/, (id) => <LoaderPage id={id} />],
  [/^\/runs$/, () => <RunsPage />],
  [/^\/runs\/compare$/, () => <ComparePage />],
  [/^\/runs\/schedules$/, () => <SchedulesPage />],
  [/^\/runs\/workflows$/, () => <WorkflowsPage />],
  [/^\/runs\/workflows\/new$/, () => <DeployPage />],
  [/^\/runs\/workflow$/, () => <WorkflowPage />],
  [/^\/runs\/([^/]+)$/, (id) => <RunPage id={id} />],
  [/^\/events$/, () => <EventLogPage />],
  [/^\/events\/rules$/, () => <EventRulesPage />],
  [/^\/events\/rules\/new$/, () => <EventRulePage />],
  [/^\/events\/rule$/, () => <EventRulePage />],
  [/^\/events\/dead-letters$/, () => <DeadLettersPage />],
  [/^\/intents$/, () => <BoardPage />],
  [/^\/intents\/graph$/, () => <GraphPage />],
  [/^\/intents\/suggestions$/, () => <SuggestionsPage />],
  [/^\/intents\/widgets$/, () => <IntentWidgetsPage />],
  [/^\/intents\/new$/, () => <EditorPage id={null} />],
  [/^\/intents\/([^/]+)\/edit$/, (id) => <EditorPage id={id} />],
  [/^\/intents\/([^/]+)$/, (id) => <IntentPage id={id} />],
  [/^\/alarms$/, () => <AlarmsPage />],
  [/^\/alarms\/rules$/, () => <RulesPage />],
  [/^\/alarms\/([^/]+)$/, (id) => <AlarmPage id={id} />],
  [/^\/observe(?:\/dashboards)?$/, () => <DashboardPage />],
  [/^\/observe\/traces$/, () => <TracesPage />],
  [/^\/observe\/traces\/([^/]+)$/, (id) => <TracePage id={id} />],
  [/^\/observe\/map$/, () => <MapPage />],
  [/^\/observe\/logs$/, () => <LogsPage />],
  [/^\/admin(?:\/people)?$/, () => <PeoplePage />],
  [/^\/admin\/keys$/, () => <KeysPage />],
  [/^\/admin\/audit$/, () => <AuditPage />],
  [/^\/admin\/webhooks$/, () => <WebhooksPage />],
  [/^\/admin\/channels$/, () => <ChannelsPage />],
  [/^\/admin\/models$/, () => <ModelsPage />],
  [/^\/admin\/mcp-servers$/, () => <ServersPage />],
  [/^\/admin\/mcp-servers\/([^/]+)$/, (id) => <ServerPage key={id} id={id} />],
  [/^\/mcp-authorisation$/, () => <AuthorisedPage />],
  [/^\/me$/, () => <ProfilePage />],
];

/** The screen of a path below the base. */
export function screen(path: string): ReactNode {
  for (const [pattern, make] of SCREENS) {
    const match = pattern.exec(path);
    if (match) return make(decoded(match[1] ?? ""));
  }
  return <NotFound />;
}

/** A path typed by hand may hold a bad escape; then it simply names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
