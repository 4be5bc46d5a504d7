import type { Dimension } from "../api/types";

/** An order as it is typed: every field is text until it is sent. */

export interface DraftItem {
  key: number;
  name: string;
  length: string;
  width: string;
  height: string;
  weight: string;
  quantity: string;
  upright: Dimension[];
  maxLoad: string;
  fragile: boolean;
  stop: string;
  goodsClass: string;
  priority: string;
}

export interface DraftStop {
  key: number;
  name: string;
  street: string;
  postcode: string;
  city: string;
  country: string;
  latitude: string;
  longitude: string;
}

export interface Draft {
  customer: { id: string; name: string } | null;
  requestedDate: string;
  depotId: string;
  reference: string;
  notes: string;
  /** None: the customer's own address. */
  stops: DraftStop[];
  items: DraftItem[];
}

/** What is wrong, by JSON pointer into the body that is sent. */
export type Errors = Record<string, string>;

/** A class of goods, as the API takes it. */
const GOODS_CLASS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The classes that the standard rules know; others may be typed. */
export const GOODS_CLASSES = ["food", "feed", "chemicals", "dangerous"];

let key = 1;

export function newItem(): DraftItem {
  return {
    key: key++,
    name: "",
    length: "",
    width: "",
    height: "",
    weight: "",
    quantity: "1",
    upright: ["height"],
    maxLoad: "",
    fragile: false,
    stop: "1",
    goodsClass: "",
    priority: "0",
  };
}

export function newStop(): DraftStop {
  return {
    key: key++,
    name: "",
    street: "",
    postcode: "",
    city: "",
    country: "",
    latitude: "",
    longitude: "",
  };
}

export function newDraft(requestedDate: string): Draft {
  return {
    customer: null,
    requestedDate,
    depotId: "",
    reference: "",
    notes: "",
    stops: [],
    items: [newItem()],
  };
}

/** A number as people type it, with comma or point; null when it is none. */
export function number(text: string): number | null {
  const clean = text.trim().replace(/[\s']/g, "").replace(",", ".");
  if (!/^-?\d+(\.\d+)?$/.test(clean)) return null;
  return Number(clean);
}

function wholePositive(text: string): number | null {
  const value = number(text);
  return value !== null && Number.isInteger(value) && value > 0 ? value : null;
}

/** The body to send, and what is wrong with it already. */
export function body(draft: Draft): { body: Record<string, unknown>; errors: Errors } {
  const errors: Errors = {};
  const need = (ok: unknown, pointer: string, detail: string) => {
    if (!ok) errors[pointer] = detail;
  };
  need(draft.customer, "/customerId", "Choose a customer.");
  need(draft.requestedDate, "/requestedDate", "Say when it is wanted.");
  need(draft.depotId, "/pickup/depotId", "Choose the depot.");
  const deliveries = draft.stops.map((stop, index) => {
    const at = `/deliveries/${index}/address`;
    const latitude = number(stop.latitude);
    const longitude = number(stop.longitude);
    need(stop.city.trim(), `${at}/city`, "Give the city.");
    need(/^[A-Za-z]{2}$/.test(stop.country.trim()), `${at}/country`, "Two letters, as BE.");
    need(latitude !== null && Math.abs(latitude) <= 90, `${at}/latitude`, "From −90 to 90.");
    need(longitude !== null && Math.abs(longitude) <= 180, `${at}/longitude`, "From −180 to 180.");
    return {
      stop: index + 1,
      address: {
        name: stop.name.trim() || draft.customer?.name || "",
        street: stop.street.trim(),
        postcode: stop.postcode.trim(),
        city: stop.city.trim(),
        country: stop.country.trim().toUpperCase(),
        latitude,
        longitude,
      },
    };
  });
  const items = draft.items.map((item, index) => {
    const at = `/items/${index}`;
    const kilograms = number(item.weight);
    const bears = item.maxLoad.trim() ? number(item.maxLoad) : null;
    const sizes = {
      lengthMm: wholePositive(item.length),
      widthMm: wholePositive(item.width),
      heightMm: wholePositive(item.height),
      quantity: wholePositive(item.quantity),
    };
    need(item.name.trim(), `${at}/name`, "Name it.");
    for (const [name, value] of Object.entries(sizes)) {
      need(value, `${at}/${name}`, "A whole number above 0.");
    }
    need(kilograms !== null && kilograms > 0, `${at}/weightGrams`, "Above 0 kg.");
    need(
      !item.maxLoad.trim() || (bears !== null && bears >= 0),
      `${at}/maxLoadGrams`,
      "0 or more.",
    );
    need(item.upright.length > 0, `${at}/upright`, "Choose at least one.");
    const goodsClass = item.goodsClass.trim();
    need(
      !goodsClass || (goodsClass.length <= 40 && GOODS_CLASS.test(goodsClass)),
      `${at}/goodsClass`,
      "Small letters, digits and hyphens, as food.",
    );
    return {
      name: item.name.trim(),
      ...sizes,
      weightGrams: kilograms === null ? null : Math.round(kilograms * 1000),
      upright: item.upright,
      fragile: item.fragile,
      stop: Number(item.stop) || 1,
      priority: Number(item.priority) || 0,
      ...(bears !== null ? { maxLoadGrams: Math.round(bears * 1000) } : {}),
      ...(goodsClass ? { goodsClass } : {}),
    };
  });
  return {
    errors,
    body: {
      customerId: draft.customer?.id,
      requestedDate: draft.requestedDate,
      pickup: { depotId: draft.depotId },
      items,
      ...(deliveries.length > 0 ? { deliveries } : {}),
      ...(draft.reference.trim() ? { reference: draft.reference.trim() } : {}),
      ...(draft.notes.trim() ? { notes: draft.notes.trim() } : {}),
    },
  };
}

export function totals(items: DraftItem[]): { pieces: number; grams: number; mm3: number } {
  let pieces = 0, grams = 0, mm3 = 0;
  for (const item of items) {
    const quantity = number(item.quantity) ?? 0;
    pieces += quantity;
    grams += quantity * (number(item.weight) ?? 0) * 1000;
    mm3 += quantity * (number(item.length) ?? 0) * (number(item.width) ?? 0) *
      (number(item.height) ?? 0);
  }
  return { pieces, grams, mm3 };
}
