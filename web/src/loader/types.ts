import type { Named } from "../api/types";
import type { PlacedBox } from "../load/types";

export type PieceState = "open" | "placed" | "problem";
export type Reason = "missing" | "damaged" | "does-not-fit" | "other";

export interface LoadBox extends PlacedBox {
  state: PieceState;
  reason?: Reason;
  note?: string | null;
}

export interface Progress {
  total: number;
  placed: number;
  problems: number;
  completedAt: string | null;
}

export interface LoadSheet {
  bookingId: string;
  orderId: string;
  orderReference: string;
  date: string;
  status: string;
  vehicle: Named & { class?: string };
  depot: Named;
  container: { lengthMm: number; widthMm: number; heightMm: number };
  stops: { stop: number; name: string; city: string }[];
  lifting: { oneGrams: number; twoGrams: number; source: string };
  vehicles: (Progress & { bookingId: string; name: string })[];
  boxes: LoadBox[];
}

export interface LoadEntry {
  bookingId: string;
  orderId: string;
  orderReference: string;
  date: string;
  vehicle: Named & { class?: string };
  depot: Named;
  planned: boolean;
  pieces: number;
  placed: number;
  problems: number;
  completedAt: string | null;
}

export const REASONS: [Reason, string, string][] = [
  ["missing", "Missing", "It is not at the dock"],
  ["damaged", "Damaged", "Broken, wet or open"],
  ["does-not-fit", "Does not fit", "It does not go where the plan says"],
  ["other", "Something else", "Say what below"],
];
