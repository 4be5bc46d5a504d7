import type { LoadedVehicle } from "../api/types";

/** Okabe and Ito's palette, told apart with any colour vision; the stop's number is shown too. */
const COLOURS = [
  "#3b82b8",
  "#e69f00",
  "#1f9e78",
  "#cc79a7",
  "#d55e00",
  "#7aa6c2",
  "#c9bd2b",
  "#8a6fb0",
];

export function stopColour(stop: number): string {
  return COLOURS[(Math.max(1, stop) - 1) % COLOURS.length] ?? "#888888";
}

export function stopsOf(vehicle: LoadedVehicle): number[] {
  return [...new Set(vehicle.boxes.map((box) => box.stop))].sort((a, b) => a - b);
}
