"""Shared trips: planned, accepted once, planned again when an order is late, withdrawn."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from audit import assert_consistent
from client import DEPOT, Client, change, draft, in_days, parcel, rows, wait_for, wait_until_told
from conftest import start

# Of the demonstration: Antwerpen, Bruxelles and Marcq-en-Barœul lie on one road from Duisburg.
CUSTOMERS = [
    "01930000-0000-7000-8000-c00000000013",
    "01930000-0000-7000-8000-c00000000014",
    "01930000-0000-7000-8000-c00000000015",
]
NOBODY = "01930000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server at rest that packs quickly."""
    import os

    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("trips") / "data")
    Client.signed_in(weft).wait_until_idle()
    yield weft
    wait_until_told(weft.data)
    weft.stop()
    assert_consistent(weft.data)


@pytest.fixture
def serve(weft_binary, tmp_path):
    """Starts a server of one's own, also again; what still runs at the end is stopped."""
    running = []

    def begin():
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield begin
    for weft in running:
        weft.stop()


@pytest.fixture
def planner(server):
    return Client.signed_in(server)


def place(client: Client, date: str, count: int = 3) -> list[str]:
    """Booked orders to neighbours, each on a vehicle of its own."""
    placed = [
        client.post("/api/orders", draft(date, parcel(quantity=6), customerId=customer)).json["id"]
        for customer in CUSTOMERS[:count]
    ]
    for order in placed:
        client.order_when(order, "booked")
    return placed


def planned(client: Client, date: str, **more) -> dict:
    """The plan of a day once the consolidator is done."""
    answer = client.post("/api/trips/plans", {"date": date, "depotId": DEPOT, **more})
    assert answer.status == 201, answer.body

    def done():
        plan = client.get(f"/api/trips/plans/{answer.json['id']}").json
        return plan if plan["status"] != "planning" else None

    return wait_for(done, "the trips to be planned", within=60)


def accepted(client: Client, date: str, count: int = 3) -> tuple[dict, list[str]]:
    orders = place(client, date, count)
    plan = planned(client, date)
    assert len(plan["trips"]) == 1, plan
    answer = client.post(f"/api/trips/{plan['trips'][0]['id']}/accept")
    assert answer.status == 200, answer.body
    return answer.json, orders


def cents(money: dict) -> int:
    return round(float(money["amount"]) * 100)


def events(server, subject: str) -> list[str]:
    found = rows(server.data, "SELECT type FROM event WHERE subject = ? ORDER BY seq", [subject])
    return [each for (each,) in found]


def held(client: Client, order: str) -> list[dict]:
    return [each for each in client.order(order)["bookings"] if each["status"] == "booked"]


def replanned(client: Client, trip: dict) -> dict:
    """The trip once it has another version."""

    def anew():
        now = client.get(f"/api/trips/{trip['id']}").json
        return now if now["version"] > trip["version"] else None

    return wait_for(anew, "the trip to be planned again", within=60)


def test_a_plan_proposes_what_saves_and_says_why(server, planner):
    day = in_days(300)
    orders = place(planner, day)
    before = {order: held(planner, order)[0] for order in orders}
    plan = planned(planner, day)
    assert plan["status"] == "planned" and plan["looked"] == 3 and plan["alone"] == []
    [trip] = plan["trips"]
    assert trip["status"] == "proposed" and {each["orderId"] for each in trip["orders"]} == set(orders)
    # Against what was booked: the sum of prices and of ways.
    assert cents(plan["before"]["price"]) == sum(cents(each["price"]) for each in before.values())
    assert plan["before"]["distanceMeters"] == sum(
        each["distanceMeters"] for each in before.values()
    )
    for figure in ("distanceMeters", "co2Grams"):
        assert plan["saved"][figure] == plan["before"][figure] - plan["after"][figure] > 0
    assert cents(plan["saved"]["price"]) > 0
    assert sum(cents(each["price"]) for each in trip["orders"]) == cents(trip["price"])
    assert sum(each["distanceMeters"] for each in trip["stops"]) + trip["emptyMeters"] == trip[
        "distanceMeters"
    ]
    arrivals = [each["arrivalAt"] for each in trip["stops"]]
    assert arrivals == sorted(arrivals) and all(day in each for each in arrivals)
    # Nothing is booked otherwise before somebody agrees.
    assert {order: held(planner, order)[0]["id"] for order in orders} == {
        order: each["id"] for order, each in before.items()
    }
    [vehicle] = planner.get(f"/api/trips/{trip['id']}/layout").json["vehicles"]
    assert len(vehicle["boxes"]) == 18 and {box["stop"] for box in vehicle["boxes"]} == {1, 2, 3}
    decisions = planner.get(f"/api/decisions?subject=trip-plan:{plan['id']}").json["items"]
    assert [each["agent"] for each in decisions] == ["logistics.consolidator"]
    assert decisions[0]["choice"] == "1 shared trip"
    told = planner.get(f"/api/decisions/{decisions[0]['id']}").json
    labels = [option["label"] for option in told["options"]]
    assert labels[:2] == ["separate trips", "1 shared trip"] and any(" + " in each for each in labels)
    assert events(server, f"trip:{trip['id']}") == ["trip.proposed"]
    # A newer plan takes the place of the proposal.
    again = planned(planner, day)
    assert planner.get(f"/api/trips/{trip['id']}").json["status"] == "withdrawn"
    assert [each["status"] for each in again["trips"]] == ["proposed"]


def test_an_accepted_trip_has_its_vehicle_once_for_all_orders(server, planner):
    day = in_days(301)
    orders = place(planner, day)
    own = [held(planner, order)[0]["id"] for order in orders]
    [trip] = planned(planner, day)["trips"]

    def accept(_):
        client = Client(server.url, planner.token)
        return client.post(f"/api/trips/{trip['id']}/accept")

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(accept, range(20)))
    assert sorted({each.status for each in answers}) == [200, 409]
    assert [each.status for each in answers].count(200) == 1
    assert {each.code for each in answers if each.status == 409} == {"illegal-transition"}
    for order in orders:
        [booking] = held(planner, order)
        part = next(each for each in trip["orders"] if each["orderId"] == order)
        assert booking["tripId"] == trip["id"] and booking["vehicle"]["id"] == trip["vehicle"]["id"]
        assert booking["price"] == part["price"] and booking["etaAt"] == part["etaAt"]
        assert sum(cents(line["amount"]) for line in booking["breakdown"]) == cents(part["price"])
        assert planner.order(order)["status"] == "booked"
    released = [
        planner.get(f"/api/bookings/{each}").json["status"] for each in own
    ]
    assert released == ["released"] * 3
    # The vehicle is nobody else's that day; the others are free again.
    more = planner.post("/api/orders", draft(day)).json["id"]
    planner.order_when(more, "booked")
    taken = planner.post("/api/bookings", {"orderId": more, "vehicleId": trip["vehicle"]["id"]})
    assert taken.status == 409
    assert held(planner, more)[0]["vehicle"]["id"] != trip["vehicle"]["id"]
    # It is loaded once, whichever order one comes from.
    loads = planner.get(f"/api/loads?from={day}&to={day}").json["items"]
    mine = [each for each in loads if each["vehicle"]["id"] == trip["vehicle"]["id"]]
    assert len(mine) == 1 and mine[0]["pieces"] == 18 and mine[0]["orderReference"].count(",") == 2
    sheets = [planner.get(f"/api/loads/{order}").json for order in orders]
    assert {each["bookingId"] for each in sheets} == {mine[0]["bookingId"]}
    assert len(sheets[0]["boxes"]) == 18 and [each["stop"] for each in sheets[0]["stops"]] == [1, 2, 3]
    assert all(box["of"] == 6 for box in sheets[0]["boxes"])
    other = next(each for each in (held(planner, order)[0]["id"] for order in orders)
                 if each != mine[0]["bookingId"])
    marked = planner.post(f"/api/loads/{other}/placements", {"sequence": 1})
    assert marked.status == 200 and marked.json["bookingId"] == mine[0]["bookingId"]
    left = planner.post(f"/api/trips/{trip['id']}/dispatch")
    assert left.status == 200 and left.json["status"] == "dispatched", left.body
    assert {planner.order(order)["status"] for order in orders} == {"dispatched"}
    assert planner.post(f"/api/trips/{trip['id']}/withdraw", {"reason": "too late"}).status == 409
    assert events(server, f"trip:{trip['id']}") == [
        "trip.proposed", "trip.accepted", "trip.dispatched",
    ]


def test_an_order_that_is_late_leaves_and_the_rest_is_planned_again(server, planner):
    day, later = in_days(302), in_days(303)
    trip, orders = accepted(planner, day)
    late = orders[1]
    answer = planner.post(f"/api/orders/{late}/delay", {"newDate": later, "reason": "no pallets"})
    assert answer.status == 200, answer.body
    now = replanned(planner, trip)
    assert now["status"] == "accepted"
    assert [each["orderId"] for each in now["orders"]] == [
        each["orderId"] for each in trip["orders"] if each["orderId"] != late
    ]
    assert now["distanceMeters"] <= trip["distanceMeters"]
    told = now["history"][-1]
    reference = planner.order(late)["reference"]
    assert told["what"] == "replanned" and told["left"] == [reference]
    assert told["before"]["price"] == trip["price"] and told["after"]["price"] == now["price"]
    for order in orders:
        if order == late:
            continue
        [booking] = held(planner, order)
        assert booking["tripId"] == trip["id"] and booking["vehicle"]["id"] == now["vehicle"]["id"]
    moved = planner.order_when(late, "booked")
    assert moved["requestedDate"] == later
    assert [each["to"] for each in moved["history"]] == [
        "received", "analysed", "booked", "failed", "received", "analysed", "booked",
    ]
    assert [each["date"] for each in held(planner, late)] == [later]
    assert held(planner, late)[0]["tripId"] is None
    assert events(server, f"trip:{trip['id']}") == ["trip.proposed", "trip.accepted", "trip.replanned"]
    decisions = planner.get(f"/api/decisions?subject=trip:{trip['id']}").json["items"]
    assert [each["choice"] for each in decisions] == ["plan it again"]
    # The same again is no delay any more, and changes nothing.
    again = planner.post(f"/api/orders/{late}/delay", {"newDate": later, "reason": "no pallets"})
    assert again.status == 422 and again.code == "not-later"


def test_goods_ready_a_little_later_delay_the_trip_and_much_later_leave_it(server, planner):
    day = in_days(304)
    trip, orders = accepted(planner, day)
    assert trip["departureAt"].endswith("06:00:00Z") or "T06:00:00" in trip["departureAt"]
    answer = planner.post(f"/api/orders/{orders[0]}/delay", {"minutes": 40, "reason": "queue"})
    assert answer.status == 200, answer.body
    now = replanned(planner, trip)
    assert "T06:40:00" in now["departureAt"] and len(now["orders"]) == 3
    assert planner.post(
        f"/api/orders/{orders[0]}/delay", {"minutes": 300, "reason": "broken line"}
    ).status == 200
    rest = replanned(planner, now)
    assert "T06:00:00" in rest["departureAt"] and len(rest["orders"]) == 2
    alone = planner.order_when(orders[0], "booked")
    assert alone["requestedDate"] == day and held(planner, orders[0])[0]["tripId"] is None


def test_a_withdrawn_trip_gives_its_orders_vehicles_of_their_own(server, planner):
    day = in_days(305)
    trip, orders = accepted(planner, day)
    assert planner.post(f"/api/trips/{trip['id']}/withdraw", {}).status == 422
    answer = planner.post(f"/api/trips/{trip['id']}/withdraw", {"reason": "the driver is ill"})
    assert answer.status == 200 and answer.json["status"] == "withdrawn", answer.body
    assert answer.json["history"][-1]["reason"] == "the driver is ill"
    for order in orders:
        planner.order_when(order, "booked")
        assert [each["tripId"] for each in held(planner, order)] == [None]
    assert len({held(planner, order)[0]["vehicle"]["id"] for order in orders}) == 3


def test_what_changed_meanwhile_is_not_accepted(planner):
    day = in_days(306)
    orders = place(planner, day, 2)
    [trip] = planned(planner, day)["trips"]
    cancelled = planner.patch(
        f"/api/orders/{orders[0]}", {"status": "cancelled", "reason": "not needed"}
    )
    assert cancelled.status == 200
    answer = planner.post(f"/api/trips/{trip['id']}/accept")
    assert answer.status == 409 and answer.code in ("trip-stale", "illegal-transition"), answer.body
    # The proposal is given up: one order alone shares nothing.
    wait_for(
        lambda: planner.get(f"/api/trips/{trip['id']}").json["status"] == "withdrawn",
        "the proposal to be withdrawn",
    )
    assert held(planner, orders[1])[0]["tripId"] is None


def test_a_region_leaves_others_alone(planner):
    day = in_days(307)
    place(planner, day)
    plan = planned(planner, day, region={"countries": ["BE"]})
    [trip] = plan["trips"]
    assert {each["country"] for each in trip["stops"]} == {"BE"}
    assert [each["reason"] for each in plan["left"]] == [
        "it goes elsewhere than the region asked for"
    ]
    wrong = planner.post("/api/trips/plans", {"date": in_days(-1), "depotId": DEPOT})
    assert wrong.status == 422
    wrong = planner.post("/api/trips/plans", {"date": day, "depotId": NOBODY})
    assert wrong.status == 422 and wrong.code == "depot-not-found"


def test_people_who_only_look_change_nothing_and_others_see_nothing(serve):
    weft = serve()
    planner = Client.signed_in(weft)
    planner.wait_until_idle()
    day = in_days(308)
    place(planner, day, 2)
    plan = planned(planner, day)
    trip = plan["trips"][0]["id"]
    order = plan["trips"][0]["orders"][0]["orderId"]
    weft.stop()
    # A viewer here, and a second organisation with a planner; both have the first one's password.
    other = "01930000-0000-7000-8000-0000000000aa"
    change(
        weft.data,
        "INSERT INTO identity_organisation (id, name, created_at) VALUES (?, 'Other Freight', 0)",
        [other],
    )
    (own,) = rows(
        weft.data,
        "SELECT organisation FROM identity_membership WHERE account ="
        " (SELECT id FROM identity_account WHERE email = ?)",
        [weft.email],
    )[0]
    for name, organisation, roles in (
        ("viewer", own, '["viewer"]'), ("stranger", other, None),
    ):
        person = str(uuid.uuid4())[:14] + "7" + str(uuid.uuid4())[15:]
        change(
            weft.data,
            "INSERT INTO identity_account (id, kind, email, home, name, password_hash, disabled,"
            " epoch, created_at) SELECT ?, kind, ?, home, ?, password_hash, disabled, epoch,"
            " created_at FROM identity_account WHERE email = ?",
            [person, f"{name}@weft.example", name, weft.email],
        )
        change(
            weft.data,
            "INSERT INTO identity_membership (organisation, account, roles, created_at)"
            " SELECT ?, ?, coalesce(?, roles), created_at FROM identity_membership"
            " WHERE account = (SELECT id FROM identity_account WHERE email = ?)",
            [organisation, person, roles, weft.email],
        )
    weft = serve()
    planner = Client.signed_in(weft)
    weft.email = "viewer@weft.example"
    viewer = Client.signed_in(weft)
    weft.email = "stranger@weft.example"
    stranger = Client.signed_in(weft)
    assert viewer.get(f"/api/trips/{trip}").status == 200
    assert stranger.get(f"/api/trips?date={day}").json["items"] == []
    assert stranger.get(f"/api/trips/plans?date={day}").json["items"] == []
    for path in (f"trips/{trip}", f"trips/{trip}/layout", f"trips/plans/{plan['id']}"):
        assert stranger.get(f"/api/{path}").status == 404
    for path, body in (
        (f"trips/{trip}/accept", None),
        (f"trips/{trip}/withdraw", {"reason": "x"}),
        (f"trips/{trip}/dispatch", None),
        (f"orders/{order}/delay", {"minutes": 10, "reason": "x"}),
    ):
        assert stranger.post(f"/api/{path}", body).status == 404
        assert viewer.post(f"/api/{path}", body).status == 403
    assert planner.get(f"/api/trips/{trip}").json["status"] == "proposed"


def test_a_kill_after_the_delay_loses_and_repeats_nothing(serve):
    weft = serve()
    planner = Client.signed_in(weft)
    planner.wait_until_idle()
    trip, orders = accepted(planner, in_days(310))
    answer = planner.post(
        f"/api/orders/{orders[0]}/delay", {"newDate": in_days(311), "reason": "late"}
    )
    assert answer.status == 200
    weft.kill()
    weft = serve()
    planner = Client.signed_in(weft)
    now = replanned(planner, trip)
    planner.order_when(orders[0], "booked")
    planner.wait_until_idle()
    assert planner.get(f"/api/trips/{trip['id']}").json["version"] == now["version"]
    assert events(weft, f"trip:{trip['id']}").count("trip.replanned") == 1
    wait_until_told(weft.data)
    weft.stop()
    assert_consistent(weft.data)
