// The peer in JavaScript: Debian's express and sqlite3, on a copy of Weft's database.
//
// Statements are prepared once. Tokens that were found good are remembered until they expire, as Weft
// does. Writes take turns, since one connection has one transaction.
"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const express = require("express");
const sqlite3 = require("sqlite3");

const key = crypto.createPublicKey(fs.readFileSync(process.env.PEER_KEY));
const database = new sqlite3.Database(process.env.PEER_DATABASE);
const writer = new sqlite3.Database(process.env.PEER_DATABASE);
for (const each of [database, writer]) {
  each.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192");
}

function prepared(connection, sql, way) {
  let statement;
  return (...values) =>
    new Promise((resolve, reject) => {
      statement ??= connection.prepare(sql);
      statement[way](...values, (error, row) => error ? reject(error) : resolve(row));
    });
}

const read = {
  session: prepared(
    database,
    `SELECT a.kind, a.name, a.disabled, a.epoch, s.revoked_at
     FROM identity_session s
     JOIN identity_account a ON a.id = s.account
     JOIN identity_membership m ON m.account = s.account AND m.organisation = s.organisation
     WHERE s.id = ? AND s.account = ? AND s.organisation = ?`,
    "get",
  ),
  order: prepared(
    database,
    "SELECT body FROM logistics_order WHERE organisation = ? AND id = ?",
    "get",
  ),
};
const write = {
  begin: prepared(writer, "BEGIN IMMEDIATE", "run"),
  commit: prepared(writer, "COMMIT", "run"),
  rollback: prepared(writer, "ROLLBACK", "run"),
  customer: prepared(
    writer,
    "SELECT body FROM logistics_customer WHERE organisation = ? AND id = ?",
    "get",
  ),
  depot: prepared(
    writer,
    "SELECT body FROM logistics_depot WHERE organisation = ? AND id = ?",
    "get",
  ),
  number: prepared(
    writer,
    `INSERT INTO logistics_counter (organisation, orders) VALUES (?, 1)
     ON CONFLICT (organisation) DO UPDATE SET orders = logistics_counter.orders + 1
     RETURNING orders`,
    "all",
  ),
  order: prepared(
    writer,
    `INSERT INTO logistics_order (id, organisation, reference, customer, status,
       requested_date, search, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    "run",
  ),
  event: prepared(
    writer,
    `INSERT INTO event (id, organisation, source, type, subject, time, data, actor,
       on_behalf_of, traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    "run",
  ),
};

function refuse(status, detail) {
  return Object.assign(new Error(detail), { status });
}

const known = new Map();

async function authority(request) {
  const header = request.headers.authorization ?? "";
  const digest = crypto.createHash("sha256").update(header).digest("latin1");
  const found = known.get(digest);
  const now = Date.now() / 1000;
  if (found && now < found.expires) return found;
  const [head, body, signature] = header.replace(/^Bearer /, "").split(".");
  const good = signature && JSON.parse(Buffer.from(head, "base64url")).alg === "ES256" &&
    crypto.verify(
      "sha256",
      Buffer.from(`${head}.${body}`),
      { key, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
  if (!good) throw refuse(401, "the access token is not valid");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  if (claims.iss !== "weft" || claims.aud !== "weft" || now > claims.exp + 30) {
    throw refuse(401, "the access token is not valid");
  }
  const row = await read.session(claims.sid, claims.sub, claims.org);
  if (!row || row.disabled || row.epoch !== claims.ver || row.revoked_at !== null) {
    throw refuse(401, "the access token was revoked");
  }
  if (!claims.roles.some((role) => ["admin", "manager", "planner"].includes(role))) {
    throw refuse(403, "the role does not allow this");
  }
  const who = {
    expires: claims.exp,
    organisation: claims.org,
    actor: { id: claims.sub, kind: row.kind, name: row.name },
  };
  known.set(digest, who);
  return who;
}

function uuid7() {
  const bytes = crypto.randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = bytes[6] & 0x0f | 0x70;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}

const app = express();
app.disable("x-powered-by");
app.disable("etag");

app.get("/api/orders/:id", (request, response, next) => {
  (async () => {
    const who = await authority(request);
    const row = await read.order(who.organisation, request.params.id);
    if (!row) throw refuse(404, `there is no order ${request.params.id}`);
    response.type("application/json").send(row.body);
  })().catch(next);
});

const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function checked(draft) {
  const fail = (where) => {
    throw refuse(422, `${where} is not what was expected`);
  };
  for (const name of Object.keys(draft)) {
    if (!["customerId", "requestedDate", "pickup", "items", "notes"].includes(name)) fail(name);
  }
  if (!uuid.test(draft.customerId)) fail("/customerId");
  if (!uuid.test(draft.pickup?.depotId)) fail("/pickup/depotId");
  if (!/^\d{4}-\d\d-\d\d$/.test(draft.requestedDate)) fail("/requestedDate");
  if (!Array.isArray(draft.items) || draft.items.length === 0) fail("/items");
  return draft.items.map((item, at) => {
    const { name, lengthMm, widthMm, heightMm, weightGrams, quantity } = item;
    const { upright = ["height"], maxLoadGrams = null, fragile = false, stop = 1, ...rest } = item;
    if (typeof name !== "string" || name.length < 1 || name.length > 200) fail(`/items/${at}/name`);
    for (const size of [lengthMm, widthMm, heightMm]) if (!whole(size, 1, 30000)) fail(`/items/${at}`);
    if (!whole(weightGrams, 1, 1e8) || !whole(quantity, 1, 10000)) fail(`/items/${at}`);
    if (Object.keys(rest).length !== 6) fail(`/items/${at}`);
    return {
      id: `item-${at + 1}`,
      name,
      lengthMm,
      widthMm,
      heightMm,
      weightGrams,
      quantity,
      upright,
      maxLoadGrams,
      fragile,
      stop,
    };
  });
}

async function place(draft, { organisation, actor }) {
  const items = checked(draft);
  const id = uuid7();
  const millis = Date.now();
  const now = new Date(millis).toISOString();
  await write.begin();
  try {
    const customerRow = await write.customer(organisation, draft.customerId);
    const depotRow = await write.depot(organisation, draft.pickup.depotId);
    if (!customerRow || !depotRow) throw refuse(422, "there is no such customer or depot");
    const customer = JSON.parse(customerRow.body);
    const depot = JSON.parse(depotRow.body);
    const [{ orders }] = await write.number(organisation);
    const reference = `LO-${String(orders).padStart(6, "0")}`;
    const sum = (of) => items.reduce((total, item) => total + item.quantity * of(item), 0);
    const body = JSON.stringify({
      id,
      reference,
      version: 1,
      customerId: customer.id,
      depotId: depot.id,
      itemCount: sum(() => 1),
      totalWeightGrams: sum((item) => item.weightGrams),
      totalVolumeMm3: sum((item) => item.lengthMm * item.widthMm * item.heightMm),
      status: "received",
      statusReason: null,
      destination: { city: customer.address.city, country: customer.address.country },
      requestedDate: draft.requestedDate,
      createdAt: now,
      updatedAt: now,
      deliveries: [{ stop: 1, address: customer.address }],
      items,
      notes: draft.notes ?? null,
      history: [{ at: now, from: null, to: "received", actor, reason: null }],
      customer: {
        id: customer.id,
        name: customer.name,
        email: customer.email,
        phone: customer.phone ?? null,
      },
      pickup: { depotId: depot.id, name: depot.name, city: depot.address.city },
      bookings: [],
      price: null,
      vehicle: null,
      layout: null,
    });
    await write.order(
      id,
      organisation,
      reference,
      customer.id,
      "received",
      draft.requestedDate,
      `${reference} ${customer.name} ${customer.address.city}`.toLowerCase(),
      millis * 1000,
      body,
    );
    await write.event(
      uuid7(),
      organisation,
      "weft/order",
      "order.placed",
      `order:${id}`,
      millis * 1000,
      JSON.stringify({
        orderId: id,
        reference,
        status: "received",
        customerId: customer.id,
        requestedDate: draft.requestedDate,
        reason: null,
      }),
      JSON.stringify(actor),
      null,
      `00-${crypto.randomBytes(16).toString("hex")}-${crypto.randomBytes(8).toString("hex")}-01`,
    );
    await write.commit();
    return { id, body };
  } catch (error) {
    await write.rollback();
    throw error;
  }
}

let turn = Promise.resolve();

app.post("/api/orders", express.json({ limit: "1mb" }), (request, response, next) => {
  (async () => {
    const who = await authority(request);
    const mine = turn.then(() => place(request.body, who));
    turn = mine.catch(() => {});
    const { id, body } = await mine;
    response.status(201).location(`/api/orders/${id}`).type("application/json").send(body);
  })().catch(next);
});

app.use((error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ detail: error.message });
});

const server = app.listen(Number(process.env.PEER_PORT), "127.0.0.1");
server.keepAliveTimeout = 65000;
