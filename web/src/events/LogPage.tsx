import { usePageActions } from "../shell/actions";
import { Link, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { Ago } from "../ui/Data";
import { type Column, DataTable } from "../ui/DataTable";
import { Dialog } from "../ui/Dialog";
import { count } from "../ui/format";
import { useFilters } from "../ui/filters";
import { Icon } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { SavedViews } from "../ui/SavedViews";
import { Search } from "../ui/Search";
import { Empty } from "../ui/States";
import { TimeRange } from "../observe/TimeRange";
import { JsonTree } from "../runs/JsonTree";
import { EVENTS, type LoggedEvent } from "./api";
import { EventsArea } from "./EventsArea";
import { WhyNot } from "./WhyNot";

const FILTERS = ["type", "subject", "from", "to"];
const idOf = (event: LoggedEvent) => event.id;

const COLUMNS: Column<LoggedEvent>[] = [
  {
    key: "type",
    label: "Event",
    place: "main",
    cell: (event) => (
      <button
        type="button"
        className="row-button"
        onClick={() => setQuery({ open: event.id })}
      >
        <span className="strong wrap">{event.type}</span>
        <span className="faint">{event.source}</span>
      </button>
    ),
  },
  {
    key: "subject",
    label: "About",
    cell: (event) =>
      event.subject
        ? (
          <button
            type="button"
            className="link-button wrap"
            aria-label={`Only events about ${event.subject}`}
            onClick={() => setQuery({ subject: event.subject ?? null })}
          >
            {event.subject}
          </button>
        )
        : "–",
  },
  { key: "by", label: "By", cell: (event) => event.actor?.name ?? "–" },
  {
    key: "seq",
    label: "Place",
    right: true,
    className: "faint",
    cell: (event) => count(event.seq),
  },
  {
    key: "at",
    label: "When",
    right: true,
    className: "faint",
    cell: (event) => <Ago at={event.time} />,
  },
];

/** What happened, the newest first. */
export function EventLogPage() {
  const { query } = useLocation();
  const { path, filtered, clear } = useFilters(EVENTS, FILTERS);
  const pages = usePages<LoggedEvent>(path, idOf, 5000);
  const open = pages.items.find((each) => each.id === query.get("open"));
  usePageActions([
    {
      id: "search",
      label: "Search by type",
      icon: "search",
      key: "/",
      run: () => document.getElementById("event-search")?.focus(),
    },
  ]);
  return (
    <EventsArea
      title="Events"
      lead="What happened, and never changes again"
      actions={<SavedViews page="events" path="/events" />}
    >
      <div className="filters filter-fields">
        <Search id="event-search" name="type" label="Type" placeholder="order.placed" />
        <Search name="subject" label="About" placeholder="About: order:…" />
        <TimeRange />
      </div>
      <ListCard
        pages={pages}
        one="event"
        empty={
          <Empty
            icon="log"
            title={filtered ? "No event like that" : "Nothing has happened yet"}
            action={filtered && <Button onClick={clear}>Clear the filters</Button>}
          >
            Each command that changes something leaves events.
          </Empty>
        }
      >
        <DataTable label="Events" rows={pages.items} columns={COLUMNS} id={idOf} />
      </ListCard>
      {open && (
        <Dialog
          title={open.type}
          wide
          onClose={() => setQuery({ open: null })}
          footer={
            <>
              <Link
                className="button button-plain"
                to={`/events/rules/new?type=${encodeURIComponent(open.type)}`}
              >
                <Icon name="plus" />
                <span>Rule for such events</span>
              </Link>
              <Button kind="primary" onClick={() => setQuery({ open: null })}>Close</Button>
            </>
          }
        >
          <JsonTree value={open} label="Event" />
          <WhyNot event={open} />
        </Dialog>
      )}
    </EventsArea>
  );
}
