import { linkHorizontal } from "d3-shape";
import { useMemo } from "react";
import type { MapEdge, MapNode, ServiceMap } from "../api/kernel";
import { useQuery } from "../api/query";
import { useEscape } from "../shell/keys";
import { setQuery, useLocation } from "../shell/router";
import { type Column, DataTable } from "../ui/DataTable";
import { count, counted, humanise, percentFine } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";
import { Empty, Failure, Skeleton } from "../ui/States";
import { RowOpener } from "../ui/RowButton";
import { CARD, type Drawn, lay, type Spot } from "./layout";
import { ObservePage, useMinutes, WindowChoice } from "./ObservePage";
import { milliseconds } from "./units";

/** Above this share of errors a part is marked. */
const TOLERATED = 0.01;

/** So many letters of a name stand on a card. */
const FITS = 19;

const KINDS: Record<MapNode["kind"], string> = {
  ingress: "Requests",
  event: "Events",
  workflow: "Workflows",
  agent: "Agents",
  tool: "Tools",
  store: "Store",
  channel: "Channels",
};

/** Who calls whom, how often, how fast, and where it goes wrong. */
export function MapPage() {
  const { query } = useLocation();
  const minutes = useMinutes();
  const map = useQuery<ServiceMap>(`/api/service-map?minutes=${minutes}`, 10_000);
  const drawn = useMemo(() => map.data ? lay(map.data) : null, [map.data]);
  const chosen = query.get("node");
  useEscape(() => setQuery({ node: null }), 1, chosen !== null);
  return (
    <ObservePage title="Service map" actions={<WindowChoice />}>
      {map.loading && (
        <div className="card">
          <Skeleton lines={8} tall />
        </div>
      )}
      {map.error !== null && (
        <div className="card">
          <Failure error={map.error} retry={map.refresh} />
        </div>
      )}
      {map.error === null && map.data?.nodes.length === 0 && (
        <div className="card">
          <Empty icon="map" title="Nothing was called in this time">
            Place an order, or look further back.
          </Empty>
        </div>
      )}
      {map.error === null && map.data && drawn && map.data.nodes.length > 0 && (
        <>
          <Section
            title="The path of the work"
            aside={<span className="faint">left to right; a thick line is called more</span>}
          >
            <Picture drawn={drawn} chosen={chosen} />
          </Section>
          <Tables map={map.data} chosen={chosen} />
        </>
      )}
    </ObservePage>
  );
}

const bad = (each: { calls: number; errors: number }) =>
  each.calls > 0 && each.errors / each.calls > TOLERATED;

function Picture({ drawn, chosen }: { drawn: Drawn; chosen: string | null }) {
  const most = Math.max(1, ...drawn.edges.map((each) => each.calls));
  const draw = linkHorizontal<{ x: number; y: number }>().x((d) => d.x).y((d) => d.y);
  const near = new Set(chosen ? [chosen] : []);
  for (const each of drawn.edges) {
    if (each.from === chosen) near.add(each.to);
    if (each.to === chosen) near.add(each.from);
  }
  const faded = (id: string) => chosen !== null && !near.has(id);
  return (
    <div className="scroll-x map-scroll" tabIndex={0} role="region" aria-label="Service map">
      <svg
        className="map"
        style={{ maxWidth: drawn.width + 2, minWidth: Math.min(1040, drawn.width + 2) }}
        viewBox={`-1 0 ${drawn.width + 2} ${drawn.height}`}
        role="group"
        aria-label="The parts, and the calls between them; the tables below say the same"
      >
        {drawn.columns.map((each) => (
          <text key={each.kind} x={each.x} y={16} className="map-kind">{KINDS[each.kind]}</text>
        ))}
        {drawn.edges.map((each) => {
          const path = edge(each, drawn, draw);
          const away = chosen !== null && each.from !== chosen && each.to !== chosen;
          const names = ["map-edge", bad(each) ? "map-wrong" : "", away ? "map-faded" : ""];
          return path && (
            <path
              key={`${each.from} ${each.to}`}
              d={path}
              className={names.filter(Boolean).join(" ")}
              strokeWidth={1 + 4 * Math.sqrt(each.calls / most)}
            />
          );
        })}
        {[...drawn.spots.values()].map((spot) => (
          <Card
            key={spot.node.id}
            spot={spot}
            chosen={spot.node.id === chosen}
            faded={faded(spot.node.id)}
          />
        ))}
      </svg>
    </div>
  );
}

type Draw = (link: {
  source: { x: number; y: number };
  target: { x: number; y: number };
}) => string | null;

/** Left to right straight on; within a column, or back, around the right side. */
function edge(each: MapEdge, drawn: Drawn, draw: Draw): string | null {
  const from = drawn.spots.get(each.from);
  const to = drawn.spots.get(each.to);
  if (!from || !to) return null;
  const middle = CARD.height / 2;
  const start = { x: from.x + CARD.width, y: from.y + middle };
  if (to.x > from.x) return draw({ source: start, target: { x: to.x, y: to.y + middle } });
  const end = { x: to.x + CARD.width, y: to.y + middle };
  const out = Math.max(start.x, end.x) + CARD.across * 0.7;
  return `M${start.x},${start.y}C${out},${start.y} ${out},${end.y} ${end.x},${end.y}`;
}

function Card({ spot, chosen, faded }: { spot: Spot; chosen: boolean; faded: boolean }) {
  const { node } = spot;
  const wrong = bad(node);
  const toggle = () => setQuery({ node: chosen ? null : node.id });
  const names = ["map-card", wrong ? "map-card-wrong" : "", chosen ? "map-card-chosen" : ""];
  const share = node.calls > 0 ? node.errors / node.calls : 0;
  return (
    <g
      className={`${names.filter(Boolean).join(" ")}${faded ? " map-faded" : ""}`}
      transform={`translate(${spot.x} ${spot.y})`}
      role="button"
      tabIndex={0}
      aria-pressed={chosen}
      aria-label={`${node.name}: ${counted(node.calls, "call")}, ${
        counted(node.errors, "error")
      }, p99 ${milliseconds(node.p99Ms)}`}
      onClick={toggle}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggle();
      }}
    >
      <title>{node.name}</title>
      <rect width={CARD.width} height={CARD.height} rx={8} />
      <text x={10} y={20} className="map-name">{short(node)}</text>
      <text x={10} y={37} className="map-fact">
        {count(node.calls)} · p99 {milliseconds(node.p99Ms)}
      </text>
      <text x={10} y={51} className={wrong ? "map-fact map-fact-wrong" : "map-fact"}>
        {wrong
          ? `▲ ${percentFine(share)} errors`
          : node.errors > 0
          ? counted(node.errors, "error")
          : "no errors"}
      </text>
    </g>
  );
}

/** What fits on a card: agents and tools without their room's name; the whole is its title. */
function short({ kind, name }: MapNode): string {
  const last = kind === "event" ? name : name.replace(/^[a-z]+\./, "");
  return last.length > FITS ? `${last.slice(0, FITS - 1)}…` : last;
}

function Tables({ map, chosen }: { map: ServiceMap; chosen: string | null }) {
  const names = new Map(map.nodes.map((each) => [each.id, each.name]));
  const nodes: Column<MapNode>[] = [
    {
      key: "name",
      label: "Part",
      place: "main",
      sort: "name",
      value: (node) => node.name,
      cell: (node) => (
        <RowOpener
          aria-pressed={node.id === chosen}
          onClick={() => setQuery({ node: node.id === chosen ? null : node.id })}
          title={node.name}
        />
      ),
    },
    { key: "kind", label: "Kind", place: "status", cell: (node) => humanise(node.kind) },
    {
      key: "calls",
      label: "Calls",
      right: true,
      sort: "calls",
      value: (node) => node.calls,
      cell: (node) => count(node.calls),
    },
    {
      key: "errors",
      label: "Errors",
      right: true,
      sort: "errors",
      value: (node) => node.errors,
      cell: (node) => <Errors of={node} />,
    },
    { key: "p50", label: "Median", right: true, cell: (node) => milliseconds(node.p50Ms) },
    {
      key: "p99",
      label: "p99",
      right: true,
      sort: "p99",
      value: (node) => node.p99Ms ?? 0,
      cell: (node) => milliseconds(node.p99Ms),
    },
  ];
  const edges: Column<MapEdge>[] = [
    {
      key: "from",
      label: "From",
      place: "main",
      cell: (edge) => names.get(edge.from) ?? edge.from,
    },
    { key: "to", label: "To", cell: (edge) => names.get(edge.to) ?? edge.to },
    { key: "calls", label: "Calls", right: true, cell: (edge) => count(edge.calls) },
    { key: "errors", label: "Errors", right: true, cell: (edge) => <Errors of={edge} /> },
    { key: "p99", label: "p99", right: true, cell: (edge) => milliseconds(edge.p99Ms) },
  ];
  const shown = map.edges.filter((each) => !chosen || each.from === chosen || each.to === chosen);
  return (
    <div className="columns columns-even map-tables">
      <Section title="Parts" className="card-table">
        <DataTable label="Parts" rows={map.nodes} columns={nodes} id={(node) => node.id} />
      </Section>
      <Section
        title={chosen ? `Calls of ${names.get(chosen) ?? chosen}` : "Calls"}
        className="card-table"
      >
        <DataTable
          label="Calls"
          rows={shown}
          columns={edges}
          id={(edge) => `${edge.from} ${edge.to}`}
        />
      </Section>
    </div>
  );
}

function Errors({ of }: { of: { calls: number; errors: number } }) {
  if (!bad(of)) return <>{count(of.errors)}</>;
  return (
    <span className="wrong with-icon at-end">
      <Icon name="alarm" size={14} />
      {count(of.errors)}
    </span>
  );
}
