import type { Box, Dimension, LoadedVehicle } from "../api/types";

/** The layout as the load view reads it; what older layouts lack is optional. */

export interface PlacedBox extends Box {
  /** The how-manieth piece of its line it is, and of how many. */
  piece?: number;
  of?: number;
  /** Which of its own dimensions stands upright, and which lies along the vehicle. */
  upright?: Dimension;
  along?: Dimension;
  /** The boxes below it by sequence; none is the floor. */
  restsOn?: number[];
  lift?: "one" | "two" | "aid";
  /** Whether nothing of a later stop is above it or between it and the door. */
  reachable?: boolean;
  goodsClass?: string | null;
  /** 0 to 9: of goods that do not all fit the higher go first. */
  priority?: number | null;
}

export interface AxleLoad {
  name: string;
  positionMm?: number;
  /** What the load adds, and what it may add. */
  loadGrams?: number;
  limitGrams?: number | null;
  emptyGrams?: number;
  totalGrams?: number;
  permittedGrams?: number;
}

export interface VehicleLoad extends Omit<LoadedVehicle, "boxes" | "axles"> {
  bookingId?: string;
  boxes: PlacedBox[];
  axles?: AxleLoad[];
  weightGrams?: number;
  centreOfGravityRange?: { fromMm: number; toMm: number } | null;
  /** The largest share of the volume that any layout of these goods could reach, and why. */
  volumeBound?: number | null;
  boundReason?: string | null;
}

/** A way to load the order, of those that a layout document has. */
export interface Way {
  plan: number;
  vehicles: string[];
  boxes: number;
}

export interface LayoutVersion {
  version: number;
  at: string;
  actor: { name: string; kind?: string };
}

export interface LoadLayout {
  orderId: string;
  orderReference?: string;
  version?: number;
  /** Which of the ways is shown, and all there are. */
  plan?: number | null;
  plans?: Way[];
  vehicles: VehicleLoad[];
}
