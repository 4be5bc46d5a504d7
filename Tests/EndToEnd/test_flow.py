"""The order flow in detail: booked, failed and tried again, cancelled, compensated, kept apart."""

import random
import time
from decimal import Decimal

import pytest
from audit import assert_consistent
from client import (
    ANSWER_WITHIN_SECONDS,
    CUSTOMER,
    Client,
    change,
    draft,
    in_days,
    parcel,
    rows,
    wait_for,
    wait_until_told,
)
from conftest import start

DATE = in_days(180)
AGENTS = ["logistics.orchestrator", "logistics.analyser", "logistics.transport"]
PATH = [
    "TakeUp", "IsOpen", "FirstTry", "Analyse", "Fits", "RecordAnalysis", "BookTransport", "RecordBooking",
    "NotifyCustomer", "Processed",
]  # fmt: skip


@pytest.fixture
def serve(weft_binary, tmp_path, monkeypatch):
    """Starts a server on the test's folder; after the test its store must tell one story."""
    running = []

    def start_server(packing_seconds: float = 0.05):
        monkeypatch.setenv("WEFT_PACKING_SECONDS", str(packing_seconds))
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()
    assert_consistent(tmp_path / "data")


def at_rest(weft) -> Client:
    """A signed-in client once the demonstration's own orders are done."""
    client = Client.signed_in(weft)
    client.wait_until_idle()
    return client


def told(weft, order: str) -> list[tuple[str, str]]:
    """What the outbox holds about an order: kind of news and channel."""
    wait_until_told(weft.data)
    found = rows(
        weft.data,
        "SELECT effect_key FROM channels_outbox WHERE effect_key LIKE ?",
        [f"%{order}%"],
    )
    return sorted((key.split(":")[0], key.rsplit(":", 1)[1]) for (key,) in found)


def test_an_order_is_analysed_packed_booked_and_told(serve):
    weft = serve()
    client = at_rest(weft)
    items = [parcel("Crate", 6), parcel("Vase", 2, weightGrams=4_000, fragile=True)]
    placed = client.post("/api/orders", draft(DATE, *items), key="happy")
    assert placed.status == 201 and placed.headers["location"] == f"/api/orders/{placed.json['id']}"
    assert placed.json["status"] == "received"
    order = client.order_when(placed.json["id"], "booked", "failed")
    identity = order["id"]
    assert order["status"] == "booked", order["statusReason"]

    history = order["history"]
    assert [entry["to"] for entry in history] == ["received", "analysed", "booked"]
    assert [entry["from"] for entry in history] == [None, "received", "analysed"]
    assert history[0]["actor"]["kind"] == "person"
    assert {entry["actor"]["kind"] for entry in history[1:]} == {"service"}
    assert all(entry["actor"]["name"].startswith("logistics.") for entry in history[1:])
    assert [entry["at"] for entry in history] == sorted(entry["at"] for entry in history)

    (booking,) = order["bookings"]
    assert booking["status"] == "booked" and booking["date"] == DATE
    lines = [Decimal(line["amount"]["amount"]) for line in booking["breakdown"]]
    assert sum(lines) == Decimal(booking["price"]["amount"]) > 0
    assert all(line["label"] and line["explanation"] for line in booking["breakdown"])
    assert booking["price"] == order["price"] and booking["price"]["currency"] == "EUR"
    assert booking["co2Grams"] > 0 and booking["distanceMeters"] > 0
    assert booking["etaAt"] > f"{DATE}T00:00:00Z"
    assert client.get(f"/api/bookings/{booking['id']}").json["price"] == booking["price"]
    free = client.get(f"/api/vehicles/available?date={DATE}").json["items"]
    assert booking["vehicle"]["id"] not in [vehicle["id"] for vehicle in free]

    assert_decisions(client, order)
    assert_layout(client, order)

    run = client.get(f"/api/executions/{order['execution']['id']}").json
    entered = [e for e in run["history"] if e["type"].endswith("StateEntered")]
    assert [e["stateEnteredEventDetails"]["name"] for e in entered] == PATH
    assert run["history"][0]["type"] == "ExecutionStarted"
    assert run["history"][-1]["type"] == "ExecutionSucceeded" and run["status"] == "SUCCEEDED"
    assert [e["id"] for e in run["history"]] == list(range(1, len(run["history"]) + 1))

    assert told(weft, identity) == [("order-booked", "email"), ("order-booked", "inbox")]
    mail = [
        message
        for message in client.messages(order["customer"]["id"])
        if message["channel"] == "email" and order["reference"] in message["subject"]
    ]
    ((address, body),) = [(message["address"], message["body"]) for message in mail]
    assert address == order["customer"]["email"]
    assert body.startswith(f"Dear {order['customer']['name']},")
    assert booking["price"]["amount"] in body and booking["vehicle"]["name"] in body
    assert "kg CO2e" in body and order["requestedDate"] in body
    inbox = client.get("/api/inbox").json["items"]
    (message,) = [m for m in inbox if m["link"] == f"/console/orders/{identity}"]
    assert not message["read"]
    assert client.post(f"/api/inbox/{message['id']}/read").status in (200, 204)
    again = client.get("/api/inbox").json["items"]
    assert [m["read"] for m in again if m["id"] == message["id"]] == [True]
    events = rows(weft.data, "SELECT type FROM event WHERE subject = ? ORDER BY seq", [f"order:{identity}"])
    assert [type for (type,) in events] == [
        "order.placed", "order.analysed", "booking.made", "order.booked",
        "execution.succeeded",
    ]  # fmt: skip


def assert_decisions(client: Client, order: dict) -> None:
    """Three agents decided, each saying what it saw, weighed and chose, and why."""
    assert [decision["agent"] for decision in order["decisions"]] == AGENTS
    for short in order["decisions"]:
        decision = client.get(f"/api/decisions/{short['id']}").json
        assert decision["subject"] == f"order:{order['id']}"
        assert decision["executionId"] == order["execution"]["id"]
        labels = [option["label"] for option in decision["options"]]
        assert decision["choice"] in labels and len(labels) >= 2
        assert all(option["reasons"] for option in decision["options"])
        best = max(o["score"] for o in decision["options"] if o["score"] is not None)
        chosen = [o["score"] for o in decision["options"] if o["label"] == decision["choice"]]
        assert best in chosen
        assert len(decision["rationale"]) > 20 and 0 <= decision["confidence"] <= 1
        assert decision["policy"]["name"] and decision["policy"]["version"] >= 1
        assert decision["latencyMicros"] > 0 and decision["costMicros"] == 0
        assert decision["onBehalfOf"]["kind"] == "person"
        assert decision["toolCalls"]
        for call in decision["toolCalls"]:
            assert call["tool"].startswith("logistics.") and call["durationMicros"] >= 0
    listed = client.get(f"/api/decisions?subject=order:{order['id']}").json["items"]
    assert {decision["id"] for decision in listed} == {d["id"] for d in order["decisions"]}


def assert_layout(client: Client, order: dict) -> None:
    """Every piece stands inside, on something, and through no other."""
    layout = client.get(f"/api/orders/{order['id']}/layout").json
    (load,) = layout["vehicles"]
    assert load["vehicle"]["id"] == order["bookings"][0]["vehicle"]["id"]
    boxes, space = load["boxes"], load["container"]
    assert [box["sequence"] for box in boxes] == list(range(1, len(boxes) + 1))
    for item in order["items"]:
        assert sum(box["item"] == item["id"] for box in boxes) == item["quantity"]
    sides = [("xMm", "lengthMm"), ("yMm", "widthMm"), ("zMm", "heightMm")]
    for box in boxes:
        assert all(0 <= box[at] and box[at] + box[size] <= space[size] for at, size in sides)
        assert box["supported"] == 1 and box["bearsGrams"] >= 0
        if box["fragile"]:
            assert box["bearsGrams"] <= box["weightGrams"]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert any(
                one[at] + one[size] <= other[at] or other[at] + other[size] <= one[at]
                for at, size in sides
            ), "two boxes overlap"
    assert load["weightGrams"] == order["totalWeightGrams"] <= space["payloadGrams"]
    volume = space["lengthMm"] * space["widthMm"] * space["heightMm"]
    assert load["volumeUtilisation"] == pytest.approx(order["totalVolumeMm3"] / volume)
    assert sum(axle["loadGrams"] for axle in load["axles"]) == pytest.approx(
        load["weightGrams"], abs=2
    )
    assert all(axle["loadGrams"] <= axle["limitGrams"] for axle in load["axles"])


def test_goods_for_several_vehicles_book_each_load_once(serve):
    weft = serve()
    client = at_rest(weft)
    pallet = parcel(
        "Pallet", 60, lengthMm=1_200, widthMm=800, heightMm=1_400, weightGrams=400_000,
        maxLoadGrams=0,
    )  # fmt: skip
    placed = client.post("/api/orders", draft(DATE, pallet))
    order = client.order_when(placed.json["id"], "booked", "failed")
    assert order["status"] == "booked", order["statusReason"]
    assert len(order["bookings"]) > 1
    total = sum(Decimal(booking["price"]["amount"]) for booking in order["bookings"])
    assert Decimal(order["price"]["amount"]) == total
    layout = client.get(f"/api/orders/{order['id']}/layout").json
    assert sum(len(load["boxes"]) for load in layout["vehicles"]) == 60
    assert told(weft, order["id"]) == [("order-booked", "email"), ("order-booked", "inbox")]


def test_many_goods_that_fit_nowhere_fail_with_a_short_reason(serve):
    client = at_rest(serve())
    masts = [parcel(f"Mast {n} " + "x" * 150, 1, lengthMm=20_000) for n in range(40)]
    order = client.post("/api/orders", draft(DATE, *masts)).json
    order = client.order_when(order["id"], "failed")
    assert "Mast 0" in order["statusReason"] and "37 more" in order["statusReason"]
    assert len(order["statusReason"]) <= 2_000


def test_a_failed_order_is_tried_again(serve):
    weft = serve()
    client = at_rest(weft)
    vehicles = [each["id"] for each in client.get("/api/vehicles").json["items"]]
    # Every vehicle is taken on the day, by orders of its own.
    holders = []
    for vehicle in vehicles:
        holder = client.post("/api/orders", draft(DATE, parcel("Box", 1))).json["id"]
        client.post("/api/bookings", {"orderId": holder, "vehicleId": vehicle})
        holders.append(client.order_when(holder, "booked", "failed"))
    assert client.get(f"/api/vehicles/available?date={DATE}").json["items"] == []

    failed = client.post("/api/orders", draft(DATE)).json["id"]
    order = client.order_when(failed, "failed")
    assert "free" in order["statusReason"]
    assert told(weft, failed) == [("order-failed", "inbox")]
    assert client.post(f"/api/orders/{holders[0]['id']}/retry").status == 409

    assert client.patch(f"/api/orders/{holders[0]['id']}", {"status": "cancelled"}).status == 200
    retried = client.post(f"/api/orders/{failed}/retry")
    assert retried.status == 200 and retried.json["status"] == "received"
    order = client.order_when(failed, "booked", "failed")
    assert [entry["to"] for entry in order["history"]] == [
        "received", "failed", "received", "analysed", "booked",
    ]  # fmt: skip
    runs = client.get(f"/api/executions?subject=order:{failed}").json["items"]
    assert sorted(run["status"] for run in runs) == ["FAILED", "SUCCEEDED"]
    assert ("order-booked", "email") in told(weft, failed)


def test_booking_by_hand_at_once_stays_booked(serve):
    client = at_rest(serve())
    vehicles = [each["id"] for each in client.get("/api/vehicles").json["items"]]
    # Some of these are booked before a run has begun, some while it goes on.
    for day in range(10, 14):
        for vehicle in vehicles:
            order = client.post("/api/orders", draft(in_days(180 + day), parcel("Box", 1))).json["id"]
            answer = client.post("/api/bookings", {"orderId": order, "vehicleId": vehicle})
            assert answer.status in (201, 409), answer.body
            if answer.status == 201:
                client.wait_until_idle()
                assert client.order(order)["status"] == "booked"


def test_cancelling_while_it_is_processed_releases_everything(serve):
    weft = serve(packing_seconds=3)
    client = Client.signed_in(weft)
    placed = client.post("/api/orders", draft(in_days(181))).json["id"]

    def being_analysed():
        run = client.order(placed)["execution"]
        return run and run["state"] == "Analyse"

    wait_for(being_analysed, "the analyser to begin", ANSWER_WITHIN_SECONDS)
    cancelled = client.patch(f"/api/orders/{placed}", {"status": "cancelled", "reason": "not needed"})
    assert cancelled.status == 200
    assert cancelled.json["status"] == "cancelled"
    # The demonstration's orders are in the way; they are cancelled, too, so that all ends soon.
    for order in client.get("/api/orders?limit=200&status=received,analysed,booked").json["items"]:
        client.patch(f"/api/orders/{order['id']}", {"status": "cancelled"})
    time.sleep(4)  # What was being packed ends meanwhile, and must lead to nothing.
    order = client.order(placed)
    assert order["status"] == "cancelled" and order["bookings"] == [] and order["price"] is None
    assert [entry["to"] for entry in order["history"]] == ["received", "cancelled"]
    assert order["history"][-1]["reason"] == "not needed"
    assert order["execution"]["status"] == "ABORTED"
    assert told(weft, placed) == []
    assert len(client.get(f"/api/vehicles/available?date={in_days(181)}").json["items"]) == 12
    assert client.post(f"/api/orders/{placed}/retry").status == 409
    run = client.get(f"/api/executions/{order['execution']['id']}").json
    assert run["history"][-1]["type"] == "ExecutionAborted"
    types = rows(weft.data, "SELECT type FROM event WHERE subject = ? ORDER BY seq", [f"order:{placed}"])
    assert types == [("order.placed",), ("execution.aborted",), ("order.cancelled",)]


def test_cancelling_at_any_moment_leaves_no_vehicle_held(serve):
    weft = serve()
    client = at_rest(weft)
    dice = random.Random(7)
    date = in_days(182)
    for round in range(40):
        order = client.post("/api/orders", draft(date, parcel(quantity=1))).json["id"]
        time.sleep(dice.uniform(0, 0.15))
        assert client.patch(f"/api/orders/{order}", {"status": "cancelled"}).status == 200, round
        now = client.order(order)
        assert now["status"] == "cancelled", round
        assert all(booking["status"] == "released" for booking in now["bookings"]), round
    client.wait_until_idle()
    assert len(client.get(f"/api/vehicles/available?date={date}").json["items"]) == 12
    # Whoever was told of a booking was told of the cancellation.
    wait_until_told(weft.data)
    keys = [key for (key,) in rows(weft.data, "SELECT effect_key FROM channels_outbox")]
    cancelled = {key.split(":")[1] for key in keys if key.startswith("order-cancelled")}
    statuses = dict(rows(weft.data, "SELECT id, status FROM logistics_order"))
    booked = {key.split(":")[1] for key in keys if key.startswith("order-booked")}
    assert {order for order in booked if statuses[order] == "cancelled"} <= cancelled


def test_cancelling_a_booked_order_releases_the_vehicle_and_tells_once(serve):
    weft = serve()
    client = at_rest(weft)
    placed = client.post("/api/orders", draft(DATE)).json["id"]
    order = client.order_when(placed, "booked")
    vehicle = order["bookings"][0]["vehicle"]["id"]
    assert client.patch(f"/api/orders/{placed}", {"status": "cancelled"}).status == 200
    order = client.order(placed)
    assert [booking["status"] for booking in order["bookings"]] == ["released"]
    free = client.get(f"/api/vehicles/available?date={DATE}").json["items"]
    assert vehicle in [each["id"] for each in free]
    again = client.patch(f"/api/orders/{placed}", {"status": "cancelled"})
    assert again.status == 409 and again.code == "illegal-transition"
    assert told(weft, placed) == [
        ("order-booked", "email"), ("order-booked", "inbox"),
        ("order-cancelled", "email"), ("order-cancelled", "inbox"),
    ]  # fmt: skip
    # The vehicle is there for the next.
    following = client.post("/api/orders", draft(DATE)).json["id"]
    assert client.order_when(following, "booked")["bookings"][0]["vehicle"]["id"] == vehicle


def set_customer_email(data, email: str) -> None:
    change(
        data,
        "UPDATE logistics_customer SET body = json_set(body, '$.email', ?) WHERE id = ?",
        [email, CUSTOMER],
    )


def test_a_customer_who_cannot_be_told_undoes_the_booking(serve):
    weft = serve()
    at_rest(weft)
    good = Client.signed_in(weft).get(f"/api/customers/{CUSTOMER}").json["email"]
    weft.stop()
    # Channels takes no such domain; a record from elsewhere may have it.
    set_customer_email(weft.data, "büro@müller.example")
    weft = serve()
    client = Client.signed_in(weft)
    placed = client.post("/api/orders", draft(DATE)).json["id"]
    # The workflow tries four times, after 2, 4 and 8 seconds.
    order = client.order_when(placed, "failed", within=40)
    assert "address" in order["statusReason"], order["statusReason"]
    assert [entry["to"] for entry in order["history"]] == ["received", "analysed", "booked", "failed"]
    assert [booking["status"] for booking in order["bookings"]] == ["released"]
    assert len(client.get(f"/api/vehicles/available?date={DATE}").json["items"]) == 12
    assert told(weft, placed) == [("order-failed", "inbox")]
    weft.stop()

    set_customer_email(weft.data, good)
    weft = serve()
    client = Client.signed_in(weft)
    assert client.post(f"/api/orders/{placed}/retry").status == 200
    order = client.order_when(placed, "booked", "failed")
    assert order["status"] == "booked", order["statusReason"]
    assert sorted(booking["status"] for booking in order["bookings"]) == ["booked", "released"]
    assert ("order-booked", "email") in told(weft, placed)


def test_another_organisation_sees_and_changes_nothing(serve):
    weft = serve()
    client = at_rest(weft)
    placed = client.post("/api/orders", draft(DATE)).json["id"]
    order = client.order_when(placed, "booked")
    message = client.get("/api/inbox").json["items"][0]["id"]
    weft.stop()
    # A second organisation with a planner who has the first one's password.
    other, person = "01930000-0000-7000-8000-0000000000aa", "01930000-0000-7000-8000-0000000000ab"
    data = weft.data
    change(data, "INSERT INTO identity_organisation (id, name, created_at) VALUES (?, 'Other Freight', 0)", [other])
    change(
        data,
        "INSERT INTO identity_account (id, kind, email, home, name, password_hash, disabled, epoch,"
        " created_at) SELECT ?, kind, 'other@weft.example', home, name, password_hash, disabled, epoch,"
        " created_at FROM identity_account WHERE email = ?",
        [person, weft.email],
    )
    change(
        data,
        "INSERT INTO identity_membership (organisation, account, roles, created_at)"
        " SELECT ?, ?, roles, created_at FROM identity_membership"
        " WHERE account = (SELECT id FROM identity_account WHERE email = ?)",
        [other, person, weft.email],
    )
    weft = serve()
    weft.email = "other@weft.example"
    stranger = Client.signed_in(weft)
    assert stranger.get("/api/me").json["organisation"]["id"] == other

    booking = order["bookings"][0]["id"]
    foreign = [
        ("GET", f"/api/orders/{placed}", None),
        ("GET", f"/api/orders/{placed}/layout", None),
        ("POST", f"/api/orders/{placed}/retry", None),
        ("PATCH", f"/api/orders/{placed}", {"status": "cancelled"}),
        ("PATCH", f"/api/orders/{placed}", {"notes": "mine"}),
        ("GET", f"/api/bookings/{booking}", None),
        ("PATCH", f"/api/bookings/{booking}/status", {"status": "released"}),
        ("GET", f"/api/customers/{CUSTOMER}", None),
        ("GET", f"/api/executions/{order['execution']['id']}", None),
        ("POST", f"/api/inbox/{message}/read", None),
        *(("GET", f"/api/decisions/{each['id']}", None) for each in order["decisions"]),
    ]
    for method, path, body in foreign:
        answer = stranger.post(path, body, method=method) if method != "GET" else stranger.get(path)
        assert answer.status == 404, f"{method} {path}: {answer.status} {answer.body}"
    for path in (
        "/api/orders", "/api/vehicles", f"/api/vehicles/available?date={DATE}", "/api/customers",
        "/api/depots", "/api/executions", "/api/inbox", f"/api/decisions?subject=order:{placed}",
        f"/api/executions?subject=order:{placed}",
    ):  # fmt: skip
        assert stranger.get(path).json["items"] == [], path
    vehicle = order["bookings"][0]["vehicle"]["id"]
    price = {"vehicleId": vehicle, "orderId": placed}
    assert stranger.post("/api/bookings/calculate-price", price).status in (404, 422)
    assert stranger.post("/api/bookings", price).status in (404, 422)
    refused = stranger.post("/api/orders", draft(DATE))
    assert (refused.status, refused.code) == (422, "customer-not-found")
    # What one organisation's key did is nothing to the other.
    assert stranger.get("/api/metrics/logistics").json["orders"]["booked"] == 0
    # The token's organisation counts, whatever the request says.
    assert stranger.get(f"/api/orders?organisation={order['customer']['id']}").status == 400
