import type { Money, Named, OrderStatus } from "../api/types";

/** Shared trips as the API answers them. */

export type TripStatus = "proposed" | "accepted" | "dispatched" | "withdrawn";

export interface Figures {
  price: Money;
  distanceMeters: number;
  co2Grams: number;
}

export interface TripStop {
  /** In the order of visits, from 1. */
  stop: number;
  orderId: string;
  orderReference: string | null;
  orderStop: number;
  distanceMeters: number;
  arrivalAt: string;
  name: string | null;
  postcode: string | null;
  city: string | null;
  country: string | null;
  latitude: number | null;
  longitude: number | null;
  pieces: number;
  weightGrams: number;
}

export interface TripOrder {
  orderId: string;
  reference: string;
  status: OrderStatus;
  customer: Named;
  price: Money;
  separate: Figures;
  co2Grams: number;
  etaAt: string;
  weightGrams: number;
  pieces: number;
  bookingId: string | null;
  onBoard: boolean;
}

export interface TripEvent {
  at: string;
  what: "proposed" | "accepted" | "dispatched" | "withdrawn" | "replanned";
  actor: { name: string };
  reason: string | null;
  before?: Figures;
  after?: Figures;
  left?: string[];
}

export interface Trip extends Figures {
  id: string;
  reference: string;
  planId: string;
  status: TripStatus;
  version: number;
  date: string;
  depot: Named & { latitude: number; longitude: number };
  vehicle: Named & { class: string };
  departureAt: string;
  emptyMeters: number;
  separate: Figures;
  saved: Figures;
  stops: TripStop[];
  orders: TripOrder[];
  load: {
    label: string;
    volumeUtilisation: number;
    weightUtilisation: number;
    weightGrams: number;
    boxes: number;
  };
  history: TripEvent[];
}

export interface Alone {
  orderId: string;
  reference: string;
  reason: string;
}

export interface TripPlan {
  id: string;
  date: string;
  status: "planning" | "planned" | "failed";
  createdAt: string;
  depot: Named;
  actor: { name: string };
  reason: string | null;
  before: Figures | null;
  after: Figures | null;
  saved: Figures | null;
  looked: number;
  alone: Alone[];
  left: Alone[];
  trips: Trip[];
}
