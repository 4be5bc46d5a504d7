/** The wire shapes of the HTTP API: lengths in millimetres, masses in grams, times RFC 3339 UTC. */

export type OrderStatus =
  | "received"
  | "analysed"
  | "booked"
  | "dispatched"
  | "delivered"
  | "failed"
  | "cancelled";

export interface Money {
  amount: string;
  currency: string;
}

export interface Named {
  id: string;
  name: string;
}

export interface Actor extends Named {
  kind: "person" | "service";
}

export interface Address {
  name?: string;
  street?: string;
  postcode?: string;
  city: string;
  country: string;
  latitude?: number;
  longitude?: number;
}

export interface OrderSummary {
  id: string;
  reference: string;
  status: OrderStatus;
  statusReason?: string | null;
  customer: Named;
  destination?: { city: string; country: string } | null;
  requestedDate: string;
  itemCount: number;
  totalWeightGrams: number;
  totalVolumeMm3: number;
  createdAt: string;
  updatedAt: string;
  price?: Money | null;
  vehicle?: string | null;
}

export interface OrderPage {
  items: OrderSummary[];
  nextCursor?: string | null;
  counts?: Partial<Record<OrderStatus, number>>;
}

export type Dimension = "length" | "width" | "height";

export interface OrderItem {
  id?: string;
  name: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  weightGrams: number;
  quantity: number;
  upright?: Dimension[];
  maxLoadGrams?: number | null;
  fragile?: boolean;
  stop?: number;
  /** What the goods are, for goods that are kept apart. */
  goodsClass?: string | null;
  /** When not everything fits, higher goes first; 0 to 9. */
  priority?: number;
}

export interface Delivery {
  stop: number;
  address: Address;
}

export interface Move {
  at: string;
  from?: OrderStatus | null;
  to: OrderStatus;
  actor?: Actor | null;
  reason?: string | null;
}

export interface PriceLine {
  label: string;
  amount: Money;
  explanation?: string;
}

export interface Booking {
  id: string;
  status: "booked" | "released" | "dispatched" | "delivered";
  vehicle: Named & { class?: string };
  date: string;
  price: Money;
  breakdown?: PriceLine[];
  distanceMeters?: number;
  co2Grams?: number;
  etaAt?: string | null;
  /** The shared trip that it is part of. */
  tripId?: string | null;
}

export interface DecisionSummary {
  id: string;
  agent: string;
  at: string;
  choice: string;
  confidence?: number | null;
}

export interface OrderLayout {
  key: string;
  version: number;
  volumeUtilisation: number;
  weightUtilisation: number;
  vehicles: number;
  boxes: number;
}

export interface Order extends Omit<OrderSummary, "customer"> {
  customer: Named & { email?: string; phone?: string | null };
  pickup?: { depotId: string; name?: string; city?: string } | null;
  deliveries?: Delivery[];
  items?: OrderItem[];
  notes?: string | null;
  history?: Move[];
  bookings?: Booking[];
  layout?: OrderLayout | null;
  execution?: { id: string; workflow: string; status: RunStatus; state?: string | null } | null;
  decisions?: DecisionSummary[];
}

export interface Box {
  sequence: number;
  item: string;
  name: string;
  stop: number;
  xMm: number;
  yMm: number;
  zMm: number;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  weightGrams: number;
  supported: number;
  bearsGrams: number;
  maxLoadGrams?: number | null;
  fragile?: boolean;
}

export interface LoadedVehicle {
  vehicle: Named & { class?: string };
  container: { lengthMm: number; widthMm: number; heightMm: number; payloadGrams: number };
  boxes: Box[];
  volumeUtilisation: number;
  weightUtilisation: number;
  centreOfGravity?: { xMm: number; yMm: number; zMm: number } | null;
  axles?: { name: string; loadGrams?: number; limitGrams?: number }[];
  iterations?: number;
  seed?: number | string;
  hash?: string;
}

export interface Layout {
  orderId: string;
  vehicles: LoadedVehicle[];
}

export interface ToolCall {
  tool: string;
  input?: unknown;
  output?: unknown;
  startedAt?: string;
  durationMicros?: number;
  error?: unknown;
  /** What the agent had asked for, where a person had something else done. */
  asked?: unknown;
  /** Who agreed to it, or did not. */
  approval?: { verdict: string; by?: Actor | null; comment?: string | null };
  costMicros?: number;
}

export interface Option {
  label: string;
  score?: number | null;
  reasons?: string[];
  rejected?: boolean;
  detail?: unknown;
}

export interface Decision {
  id: string;
  agent: string;
  at: string;
  subject: string;
  inputs?: unknown;
  toolCalls?: ToolCall[];
  options?: Option[];
  choice: string;
  rationale?: string;
  confidence?: number | null;
  policy?: DecidingPolicy | null;
  costMicros?: number;
  tokens?: Tokens;
  latencyMicros?: number;
  onBehalfOf?: Actor | null;
  executionId?: string | null;
  /** What the model was asked and answered; only with the decision itself. */
  modelCalls?: ToolCall[];
  output?: unknown;
  task?: string;
  isRoutine?: boolean;
  /** How many calls a person agreed to. */
  approvals?: number;
  intent?: string | null;
  overruled?: Overruling | null;
  toolCallCount?: number;
}

export interface Tokens {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

export interface DecidingPolicy {
  name: string;
  version: string | number;
  /** As the provider names it. */
  model?: string | null;
  /** The policy that should have decided, and why it did not. */
  insteadOf?: { name: string; version: string | number; code: string; reason: string };
}

/** What a person put in the place of a decision. */
export interface Overruling {
  choice: string;
  reason: string;
  by: Actor;
  at: string;
}

export type RunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED" | "TIMED_OUT";

export interface RunSummary {
  id: string;
  workflow: string;
  version?: string | number;
  status: RunStatus;
  startedAt: string;
  endedAt?: string | null;
  state?: string | null;
  subject?: string | null;
  error?: string | null;
  cause?: string | null;
  name?: string;
  /** Nothing new begins in it. */
  paused?: boolean;
}

export interface RunEvent {
  id: number;
  type: string;
  at?: string;
  timestamp?: string;
  name?: string;
  stateEnteredEventDetails?: { name?: string; input?: unknown };
  stateExitedEventDetails?: { name?: string; output?: unknown };
  [detail: string]: unknown;
}

export interface StateDefinition {
  Type: string;
  Comment?: string;
  Resource?: string;
  Next?: string;
  Default?: string;
  End?: boolean;
  Choices?: { Next?: string }[];
  Catch?: { Next: string }[];
  Branches?: WorkflowDefinition[];
  Iterator?: WorkflowDefinition;
  ItemProcessor?: WorkflowDefinition;
}

export interface WorkflowDefinition {
  Comment?: string;
  StartAt: string;
  States: Record<string, StateDefinition>;
}

export interface Run extends RunSummary {
  input?: unknown;
  output?: unknown;
  history?: RunEvent[];
  definition?: WorkflowDefinition | null;
}

export interface InboxMessage {
  id: string;
  subject: string;
  body?: string;
  at: string;
  read: boolean;
  link?: string | null;
  severity?: "info" | "warning" | "alarm";
  /** Others are told next until somebody says that it is taken care of. */
  needsAcknowledgement?: boolean;
  acknowledgedAt?: string | null;
}

export interface Inbox extends Page<InboxMessage> {
  unread: number;
}

export interface Customer extends Named {
  email?: string;
  phone?: string | null;
  address?: Address;
}

export interface Depot extends Named {
  address?: Address;
}

export interface Vehicle extends Named {
  class?: string;
  depot?: Named | null;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  payloadGrams: number;
  axles?: { name?: string; limitGrams?: number }[];
  rates?: Record<string, unknown>;
  available?: boolean;
}

export interface Automation {
  days: number;
  routine: number;
  unaided: number;
  /** Of routine tasks, those that no person had a hand in; null when there were none. */
  share: number | null;
}

export interface AgentSummary {
  name: string;
  purpose?: string;
  tools: (string | { name: string })[];
  policy?: DecidingPolicy | null;
  invocations: number;
  errors: number;
  p50Micros?: number | null;
  p99Micros?: number | null;
  mode: "rules" | "model";
  automation: Automation;
  /** What models were paid in the days of the automation. */
  costMicros: number;
}

export interface LogisticsMetrics {
  orders?: Partial<Record<OrderStatus, number>>;
  bookedVolumeUtilisation?: number | null;
  bookedWeightUtilisation?: number | null;
  costPerOrder?: Money | null;
}

export interface Me {
  account: Named & { email: string };
  organisation: Named;
  roles: string[];
  organisations: Named[];
  /** Whether signing in takes a second step. */
  totp?: boolean;
}

export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

export interface ImportReport {
  imported: number;
  rejected: number;
  errors?: { row: number; field?: string; message: string }[];
}
