import type { Dashboard } from "../api/kernel";
import { Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import { usePageActions } from "../shell/actions";
import { navigate, setQuery, useLocation } from "../shell/router";
import { Empty, Failure, Skeleton } from "../ui/States";
import { ObservePage, useMinutes, WindowChoice } from "./ObservePage";
import { WidgetCard } from "./WidgetCard";

interface Name {
  name: string;
  title: string;
}

/** What the three boards are for, also where the server is asked too early to list them. */
const KNOWN: Name[] = [
  { name: "operations", title: "Operations" },
  { name: "executive", title: "Executive" },
  { name: "developer", title: "Developer" },
];

/** Measures in time: for the desk, for the direction, for who builds it. */
export function DashboardPage() {
  const { query } = useLocation();
  const minutes = useMinutes();
  const list = useQuery<ListOf<Name>>("/api/dashboards");
  const boards = list.data?.items ?? KNOWN;
  const board = query.get("board") ?? "operations";
  const path = `/api/dashboards/${encodeURIComponent(board)}?minutes=${minutes}`;
  const found = useQuery<Dashboard>(path, 10_000);
  const widgets = found.data?.widgets ?? [];
  const numbers = widgets.filter((each) => each.kind === "number");
  const drawn = widgets.filter((each) => each.kind !== "number");
  usePageActions([
    ...boards.map((each, index) => ({
      id: each.name,
      label: `${each.title} dashboard`,
      icon: "chart" as const,
      key: String(index + 1),
      run: () => setQuery({ board: each.name }),
    })),
    {
      id: "wall",
      label: "Show it on the wall",
      icon: "wall",
      run: () => navigate(`/wall?boards=${board}`),
    },
  ]);
  return (
    <ObservePage title="Dashboards" actions={<WindowChoice />}>
      <div className="filters">
        <div className="chips" role="group" aria-label="Dashboard">
          {boards.map((each) => (
            <button
              key={each.name}
              type="button"
              className="chip"
              aria-pressed={each.name === board}
              onClick={() => setQuery({ board: each.name })}
            >
              {each.title}
            </button>
          ))}
        </div>
      </div>
      {found.loading && (
        <div className="widgets">
          {[0, 1, 2, 3].map((each) => (
            <div key={each} className="card">
              <Skeleton lines={4} tall />
            </div>
          ))}
        </div>
      )}
      {found.error !== null && (
        <div className="card">
          {found.error instanceof Problem && found.error.status === 404
            ? (
              <Empty icon="chart" title="This server has no such dashboard">
                Choose another above, or update the server.
              </Empty>
            )
            : <Failure error={found.error} retry={found.refresh} />}
        </div>
      )}
      {found.data && found.error === null && (
        <div className="stack">
          {[numbers, drawn].map((some, row) =>
            some.length > 0 && (
              <div key={row} className={row === 0 ? "widgets widgets-small" : "widgets"}>
                {some.map((each) => (
                  <WidgetCard
                    key={each.id}
                    widget={each}
                    minutes={found.data?.minutes ?? minutes}
                  />
                ))}
              </div>
            )
          )}
        </div>
      )}
    </ObservePage>
  );
}
