"""Loading vehicles and their calendar, through the API: what is recorded, told and refused."""

import json
import subprocess
from datetime import date, timedelta

import pytest
from client import Client, draft, in_days, parcel, rows, wait_for
from conftest import start

DAY = in_days(200)
NOBODY = "01930000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def depot(tmp_path_factory):
    """A server with one booked order, and a person who loads."""
    import os

    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("loading") / "data")
    planner = Client.signed_in(weft)
    planner.wait_until_idle()
    loader = sign_in_as(binary, weft, "loader@weft.example", "Dock One", "loader")
    yield binary, weft, planner, loader
    weft.stop()


def sign_in_as(binary, weft, email, name, roles) -> Client:
    done = subprocess.run(
        [binary, "user", "add", "--email", email, "--name", name, "--roles", roles]
        + ["--data", str(weft.data), "--password-file", "-"],
        input=b"a long enough password 1\n",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    client = Client(weft.url)
    answer = client.post("/auth/token", {"email": email, "password": "a long enough password 1"})
    assert answer.status == 200, answer.body
    client.token = answer.json["accessToken"]
    return client


@pytest.fixture
def load(depot):
    """A booked load of four pieces, of which nothing is loaded yet."""
    _, _, planner, loader = depot
    order = planner.post("/api/orders", draft(DAY, parcel(quantity=4))).json["id"]
    planner.order_when(order, "booked")
    sheet = loader.get(f"/api/loads/{order}")
    assert sheet.status == 200, sheet.body
    yield sheet.json
    planner.patch(f"/api/orders/{order}", {"status": "cancelled", "reason": "the test is over"})


def events(weft, order):
    found = rows(
        weft.data,
        "SELECT type FROM event WHERE subject = ? AND type LIKE 'load.%' ORDER BY seq",
        [f"order:{order}"],
    )
    return [each[0] for each in found]


def test_a_load_is_shown_by_booking_and_by_order(depot, load):
    _, _, _, loader = depot
    assert loader.get(f"/api/loads/{load['bookingId']}").json == load
    boxes = load["boxes"]
    assert [box["sequence"] for box in boxes] == [1, 2, 3, 4]
    assert {box["state"] for box in boxes} == {"open"}
    assert [(box["piece"], box["of"]) for box in boxes] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    # 12.5 kg each: one person's work.
    assert {box["lift"] for box in boxes} == {"one"}
    for box in boxes:
        # On the floor or on boxes that come before it.
        assert (box["zMm"] == 0) == (box["restsOn"] == [])
        assert all(below < box["sequence"] for below in box["restsOn"])


def test_placing_counts_once_however_often_it_is_sent(depot, load):
    _, weft, _, loader = depot
    path = f"/api/loads/{load['bookingId']}/placements"
    first = loader.post(path, {"sequence": 1}, key="one")
    assert first.status == 200
    assert (first.json["placed"], first.json["total"], first.json["state"]) == (1, 4, "placed")
    assert loader.post(path, {"sequence": 1}, key="one").json == first.json
    assert loader.post(path, {"sequence": 1}, key="two").json["placed"] == 1
    assert events(weft, load["orderId"]) == ["load.box-placed"]


def test_a_problem_reaches_the_planner_and_the_last_piece_completes_the_load(depot, load):
    _, weft, planner, loader = depot
    base = f"/api/loads/{load['bookingId']}"
    for sequence in (1, 2, 3):
        assert loader.post(f"{base}/placements", {"sequence": sequence}).json["completedAt"] is None
    wrong = {"sequence": 4, "reason": "damaged", "note": "a corner is crushed"}
    done = loader.post(f"{base}/problems", wrong).json
    assert (done["placed"], done["problems"]) == (3, 1)
    assert done["completedAt"] is not None

    def told():
        return [
            message
            for message in planner.get("/api/inbox").json["items"]
            if load["orderReference"] in message["subject"] and "damaged" in message["subject"]
        ]

    [message] = wait_for(told, "the planner's inbox")
    assert "a corner is crushed" in message["body"] and "Dock One" in message["body"]
    assert events(weft, load["orderId"])[-2:] == ["load.problem-reported", "load.completed"]

    # Taken back, placed after all: complete again, and told of again.
    assert loader.post(f"{base}/undo", {"sequence": 4}).json["completedAt"] is None
    again = loader.post(f"{base}/placements", {"sequence": 4}).json
    assert (again["placed"], again["problems"]) == (4, 0)
    assert events(weft, load["orderId"])[-4:] == [
        "load.box-taken-back",
        "load.reopened",
        "load.box-placed",
        "load.completed",
    ]
    assert planner.order(load["orderId"])["status"] == "booked"


def test_what_cannot_be_is_refused(depot, load):
    _, _, planner, loader = depot
    base = f"/api/loads/{load['bookingId']}"
    assert loader.post(f"{base}/placements", {"sequence": 5}).status == 422
    assert loader.post(f"{base}/placements", {"sequence": 0}).status == 422
    assert loader.post(f"{base}/placements", {}).status == 422
    assert loader.post(f"{base}/problems", {"sequence": 1, "reason": "bored"}).status == 422
    long = {"sequence": 1, "reason": "other", "note": "x" * 501}
    assert loader.post(f"{base}/problems", long).status == 422
    assert loader.post(f"/api/loads/{NOBODY}/placements", {"sequence": 1}).status == 404
    assert loader.get("/api/loads/nothing").status == 404
    assert Client(planner.address.geturl()).get("/api/loads").status == 401
    # Once the vehicle has left nothing more is loaded.
    order = load["orderId"]
    assert planner.patch(f"/api/orders/{order}", {"status": "dispatched"}).status == 200
    refused = loader.post(f"{base}/placements", {"sequence": 1})
    assert (refused.status, refused.code) == (409, "not-loading")


def test_a_loader_sees_loads_and_neither_prices_nor_runs(depot, load):
    _, _, _, loader = depot
    listed = loader.get(f"/api/loads?from={DAY}&to={DAY}").json["items"]
    assert load["bookingId"] in [each["bookingId"] for each in listed]
    assert "price" not in json.dumps(listed) and "price" not in json.dumps(load)
    for path in (
        "/api/orders",
        f"/api/orders/{load['orderId']}",
        f"/api/bookings/{load['bookingId']}",
        "/api/customers",
        "/api/executions",
        "/api/vehicles/calendar?from=2026-01-01&to=2026-01-02",
    ):
        assert loader.get(path).status == 403, path
    assert loader.get("/api/inbox").status == 200


def test_a_viewer_may_not_record(depot, load):
    binary, weft, _, _ = depot
    viewer = sign_in_as(binary, weft, "viewer@weft.example", "Only Looks", "viewer")
    assert viewer.post(f"/api/loads/{load['bookingId']}/placements", {"sequence": 1}).status == 403


def test_a_layout_has_balance_with_limits(depot, load):
    _, _, planner, _ = depot
    [vehicle] = planner.get(f"/api/orders/{load['orderId']}/layout").json["vehicles"]
    weight = sum(box["weightGrams"] for box in vehicle["boxes"])
    front, rear = vehicle["axles"]
    # What the axles bear of the load is the load, to the gram's rounding.
    assert abs(front["loadGrams"] + rear["loadGrams"] - weight) <= 1
    for axle in (front, rear):
        assert axle["totalGrams"] == axle["emptyGrams"] + axle["loadGrams"]
        assert axle["totalGrams"] <= axle["permittedGrams"]
    span = vehicle["centreOfGravityRange"]
    assert span["fromMm"] <= vehicle["centreOfGravity"]["xMm"] <= span["toMm"]


def test_the_calendar_shows_bookings_and_days_off(depot, load):
    _, _, planner, _ = depot
    before = (date.fromisoformat(DAY) - timedelta(days=3)).isoformat()
    found = planner.get(f"/api/vehicles/calendar?from={before}&to={DAY}").json
    assert (found["from"], found["to"]) == (before, DAY)
    row = next(
        row for row in found["items"]
        if any(entry.get("bookingId") == load["bookingId"] for entry in row["entries"])
    )
    [entry] = [e for e in row["entries"] if e.get("bookingId") == load["bookingId"]]
    assert entry["orderReference"] == load["orderReference"]
    # Four crates of 600 × 400 × 400 mm.
    volume = 4 * 600 * 400 * 400
    assert entry["utilisation"] == pytest.approx(volume / row["vehicle"]["volumeMm3"])

    vehicle = row["vehicle"]["id"]
    off = {"from": before, "to": DAY, "reason": "Inspection"}
    refused = planner.post(f"/api/vehicles/{vehicle}/unavailability", off)
    assert (refused.status, refused.code) == (409, "vehicle-booked")
    assert load["orderReference"] in refused.json["detail"]
    for wrong in ({"from": DAY, "to": before}, {"from": "x", "to": DAY}, {"from": DAY}):
        body = {"reason": "Inspection", **wrong}
        assert planner.post(f"/api/vehicles/{vehicle}/unavailability", body).status == 422
    for query in (f"from={DAY}&to={before}", f"from={DAY}", "from=2026-01-01&to=2026-12-31"):
        assert planner.get(f"/api/vehicles/calendar?{query}").status == 422, query


def test_a_vehicle_kept_off_the_road_is_not_booked_until_it_is_let(depot):
    _, _, planner, loader = depot
    day = in_days(220)
    vehicles = planner.get(f"/api/vehicles/available?date={day}").json["items"]
    vehicle = vehicles[0]["id"]
    off = {"from": day, "to": day, "reason": "Brakes"}
    assert loader.post(f"/api/vehicles/{vehicle}/unavailability", off).status == 403
    period = planner.post(f"/api/vehicles/{vehicle}/unavailability", off)
    assert period.status == 201
    free = planner.get(f"/api/vehicles/available?date={day}").json["items"]
    assert vehicle not in [each["id"] for each in free]
    shown = planner.get(f"/api/vehicles/calendar?from={day}&to={day}").json["items"]
    [row] = [row for row in shown if row["vehicle"]["id"] == vehicle]
    assert row["entries"] == [{"kind": "unavailable", "id": period.json["id"], **off}]

    # Nobody books it by hand either, and agents choose another one.
    order = planner.post("/api/orders", draft(day)).json["id"]
    booked = planner.order_when(order, "booked")["bookings"][0]
    assert booked["vehicle"]["id"] != vehicle
    other = planner.post("/api/orders", draft(day, parcel(quantity=1, lengthMm=19_500)))
    planner.order_when(other.json["id"], "failed")
    by_hand = {"orderId": other.json["id"], "vehicleId": vehicle}
    refused = planner.post("/api/bookings", by_hand)
    assert refused.status == 409

    path = f"/api/vehicles/{vehicle}/unavailability/{period.json['id']}"
    assert planner.send("DELETE", path, None, {}).status == 204
    assert planner.send("DELETE", path, None, {}).status == 404
    free = planner.get(f"/api/vehicles/available?date={day}").json["items"]
    assert vehicle in [each["id"] for each in free]


def test_a_vehicle_has_a_page_of_figures(depot):
    _, _, planner, _ = depot
    vehicle = planner.get("/api/vehicles").json["items"][0]["id"]
    found = planner.get(f"/api/vehicles/{vehicle}").json
    figures = found["figures"]
    bookings = [entry for entry in found["entries"] if entry["kind"] == "booking"]
    assert figures["bookings"] == len(bookings)
    assert planner.get(f"/api/vehicles/{NOBODY}").status == 404
    assert planner.get("/api/vehicles/nothing").status == 404


def test_a_run_gives_one_event_whole(depot, load):
    _, _, planner, _ = depot
    run = planner.order(load["orderId"])["execution"]["id"]
    detail = planner.get(f"/api/executions/{run}").json
    assert detail["historyCount"] == len(detail["history"])
    assert len(detail["traceId"]) == 32
    event = planner.get(f"/api/executions/{run}/events/2")
    assert event.json == detail["history"][1]
    for wrong in ("0", "100000", "x"):
        assert planner.get(f"/api/executions/{run}/events/{wrong}").status == 404
