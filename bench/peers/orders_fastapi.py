"""The peer in Python: FastAPI on uvicorn (uvloop, httptools) with sqlite3, on a copy of Weft's database.

As its own documentation advises for speed: pydantic reads the body, orjson writes the answer, and the
handlers are coroutines that call SQLite in place, since a point read is shorter than a hop to a thread.
Tokens that were found good are remembered until they expire, as Weft does.
"""

import hashlib
import os
import sqlite3
import time
import uuid
from datetime import date
from typing import Annotated, Literal

import jwt
import orjson
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

KEY = load_pem_private_key(open(os.environ["PEER_KEY"], "rb").read(), None).public_key()
database = sqlite3.connect(os.environ["PEER_DATABASE"], isolation_level=None)
database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192")
app = FastAPI()
known: dict[bytes, tuple] = {}


async def authority(authorization: Annotated[str, Header()]) -> tuple:
    """Organisation and actor of the bearer token."""
    digest = hashlib.sha256(authorization.encode()).digest()
    found = known.get(digest)
    if found and time.time() < found[0]:
        return found
    try:
        claims = jwt.decode(
            authorization.removeprefix("Bearer "),
            KEY,
            algorithms=["ES256"],
            audience="weft",
            issuer="weft",
            leeway=30,
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "the access token is not valid") from error
    row = database.execute(
        """
        SELECT a.kind, a.name, a.disabled, a.epoch, s.revoked_at
        FROM identity_session s
        JOIN identity_account a ON a.id = s.account
        JOIN identity_membership m ON m.account = s.account AND m.organisation = s.organisation
        WHERE s.id = ? AND s.account = ? AND s.organisation = ?
        """,
        (claims["sid"], claims["sub"], claims["org"]),
    ).fetchone()
    if not row or row[2] or row[3] != claims["ver"] or row[4] is not None:
        raise HTTPException(401, "the access token was revoked")
    if not {"admin", "manager", "planner"} & set(claims["roles"]):
        raise HTTPException(403, "the role does not allow this")
    actor = {"id": claims["sub"], "kind": row[0], "name": row[1]}
    known[digest] = (claims["exp"], claims["org"], actor)
    return known[digest]


Authority = Annotated[tuple, Depends(authority)]


@app.get("/api/orders/{id}")
async def order(id: str, who: Authority):
    row = database.execute(
        "SELECT body FROM logistics_order WHERE organisation = ? AND id = ?", (who[1], id)
    ).fetchone()
    if not row:
        raise HTTPException(404, f"there is no order {id}")
    return Response(row[0], media_type="application/json")


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    lengthMm: int = Field(ge=1, le=30_000)
    widthMm: int = Field(ge=1, le=30_000)
    heightMm: int = Field(ge=1, le=30_000)
    weightGrams: int = Field(ge=1, le=100_000_000)
    quantity: int = Field(ge=1, le=10_000)
    upright: list[Literal["height", "length", "width"]] = ["height"]
    maxLoadGrams: int | None = None
    fragile: bool = False
    stop: int = 1


class Pickup(BaseModel):
    depotId: uuid.UUID


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customerId: uuid.UUID
    requestedDate: date
    pickup: Pickup
    items: list[Item] = Field(min_length=1, max_length=1_000)
    notes: str | None = None


def uuid7() -> str:
    bits = int(time.time() * 1000) << 80 | 7 << 76 | int.from_bytes(os.urandom(9), "big") & (1 << 74) - 1
    bits = bits & ~(3 << 62) | 2 << 62
    return str(uuid.UUID(int=bits))


@app.post("/api/orders", status_code=201)
async def place(draft: Draft, who: Authority):
    _, organisation, actor = who
    micros = time.time_ns() // 1000
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(micros // 1_000_000))
    now += f".{micros % 1_000_000:06}Z"
    id = uuid7()
    items = [{"id": f"item-{at}", **item.model_dump()} for at, item in enumerate(draft.items, 1)]
    database.execute("BEGIN IMMEDIATE")
    try:
        customer = database.execute(
            "SELECT body FROM logistics_customer WHERE organisation = ? AND id = ?",
            (organisation, str(draft.customerId)),
        ).fetchone()
        depot = database.execute(
            "SELECT body FROM logistics_depot WHERE organisation = ? AND id = ?",
            (organisation, str(draft.pickup.depotId)),
        ).fetchone()
        if not customer or not depot:
            raise HTTPException(422, "there is no such customer or depot")
        customer, depot = orjson.loads(customer[0]), orjson.loads(depot[0])
        number = database.execute(
            """
            INSERT INTO logistics_counter (organisation, orders) VALUES (?, 1)
            ON CONFLICT (organisation) DO UPDATE SET orders = logistics_counter.orders + 1
            RETURNING orders
            """,
            (organisation,),
        ).fetchone()[0]
        reference = f"LO-{number:06}"
        address = customer["address"]
        body = {
            "id": id,
            "reference": reference,
            "version": 1,
            "customerId": customer["id"],
            "depotId": depot["id"],
            "itemCount": sum(item["quantity"] for item in items),
            "totalWeightGrams": sum(item["quantity"] * item["weightGrams"] for item in items),
            "totalVolumeMm3": sum(
                item["quantity"] * item["lengthMm"] * item["widthMm"] * item["heightMm"]
                for item in items
            ),
            "status": "received",
            "statusReason": None,
            "destination": {"city": address["city"], "country": address["country"]},
            "requestedDate": draft.requestedDate.isoformat(),
            "createdAt": now,
            "updatedAt": now,
            "deliveries": [{"stop": 1, "address": address}],
            "items": items,
            "notes": draft.notes,
            "history": [{"at": now, "from": None, "to": "received", "actor": actor, "reason": None}],
            "customer": {key: customer.get(key) for key in ("id", "name", "email", "phone")},
            "pickup": {
                "depotId": depot["id"],
                "name": depot["name"],
                "city": depot["address"]["city"],
            },
            "bookings": [],
            "price": None,
            "vehicle": None,
            "layout": None,
        }
        text = orjson.dumps(body).decode()
        database.execute(
            """
            INSERT INTO logistics_order (id, organisation, reference, customer, status,
                requested_date, search, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                id,
                organisation,
                reference,
                customer["id"],
                "received",
                body["requestedDate"],
                f"{reference} {customer['name']} {address['city']}".lower(),
                micros,
                text,
            ),
        )
        fact = {
            "orderId": id,
            "reference": reference,
            "status": "received",
            "customerId": customer["id"],
            "requestedDate": body["requestedDate"],
            "reason": None,
        }
        database.execute(
            """
            INSERT INTO event (id, organisation, source, type, subject, time, data, actor,
                on_behalf_of, traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (
                uuid7(),
                organisation,
                "weft/order",
                "order.placed",
                f"order:{id}",
                micros,
                orjson.dumps(fact).decode(),
                orjson.dumps(actor).decode(),
                None,
                f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01",
            ),
        )
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise
    return Response(
        text,
        status_code=201,
        media_type="application/json",
        headers={"Location": f"/api/orders/{id}"},
    )
