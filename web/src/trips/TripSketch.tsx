import { stopLook } from "../load/colouring";
import { beside, placed } from "./sketch";
import type { Trip } from "./types";

const WIDTH = 420;
const HEIGHT = 240;
// Room for the names of towns at the edges.
const MARGIN = { x: 110, y: 38 };

/** The way of a trip, drawn without a map: the depot, the stops in their order, north up. */
export function TripSketch({ trip }: { trip: Trip }) {
  const stops = trip.stops.flatMap((each) =>
    each.latitude === null || each.longitude === null
      ? []
      : [{ ...each, latitude: each.latitude, longitude: each.longitude }]
  );
  const spots = placed([trip.depot, ...stops], WIDTH, HEIGHT, MARGIN);
  const [depot, ...rest] = spots;
  if (!depot) return null;
  const label = `From ${trip.depot.name} to ${
    stops.map((each) => each.city ?? `stop ${each.stop}`).join(", ")
  }`;
  return (
    <svg
      className="trip-sketch"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      <polyline
        className="trip-way"
        points={spots.map((each) => `${each.x},${each.y}`).join(" ")}
      />
      {rest.map((spot, index) => {
        const before = spots[index];
        if (!before) return null;
        const angle = (Math.atan2(spot.y - before.y, spot.x - before.x) * 180) / Math.PI;
        return (
          <path
            key={index}
            className="trip-arrow"
            d="M-4,-4 L4,0 L-4,4"
            transform={`translate(${(spot.x + before.x) / 2},${
              (spot.y + before.y) / 2
            }) rotate(${angle})`}
          />
        );
      })}
      <rect className="trip-depot" x={depot.x - 9} y={depot.y - 9} width={18} height={18} rx={3} />
      <text className="trip-mark" x={depot.x} y={depot.y}>D</text>
      {rest.map((spot, index) => {
        const stop = stops[index];
        if (!stop) return null;
        const name = beside(spots, index + 1);
        return (
          <g key={stop.stop}>
            <circle
              className="trip-stop"
              cx={spot.x}
              cy={spot.y}
              r={10}
              style={{ fill: stopLook(stop.stop).colour }}
            />
            <text className="trip-mark trip-mark-stop" x={spot.x} y={spot.y}>{stop.stop}</text>
            <text
              className="trip-city"
              x={name.x}
              y={name.y}
              textAnchor={name.anchor}
            >
              {stop.city}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
