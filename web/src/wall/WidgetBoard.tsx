import type { Dashboard } from "../api/kernel";
import { useQuery } from "../api/query";
import { WidgetCard } from "../observe/WidgetCard";

/** As many measures as can be read across a room. */
const MOST = 9;

export function WidgetBoard({ name }: { name: string }) {
  const board = useQuery<Dashboard>(`/api/dashboards/${name}?minutes=60`, 10_000);
  if (!board.data) {
    return (
      <p className="wall-none">
        {board.error !== null ? `The server has no board “${name}”.` : "One moment…"}
      </p>
    );
  }
  return (
    <div className="widgets wall-widgets">
      {board.data.widgets.slice(0, MOST).map((each) => (
        <WidgetCard key={each.id} widget={each} minutes={board.data?.minutes ?? 60} plain />
      ))}
    </div>
  );
}
