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
}

export interface LoadLayout {
  orderId: string;
  orderReference?: string;
  version?: number;
  vehicles: VehicleLoad[];
}
