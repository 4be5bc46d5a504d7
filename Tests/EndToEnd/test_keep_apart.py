"""Goods that are kept apart: the standard, an organisation's own rules, and what they do to a load."""

import pytest
from audit import assert_consistent
from client import Client, change, draft, in_days, parcel
from conftest import start

DATE = in_days(150)
STANDARD = [
    {"classes": [eaten, other], "distanceMm": 800}
    for eaten in ("food", "feed")
    for other in ("chemicals", "dangerous")
]


@pytest.fixture
def serve(weft_binary, tmp_path):
    """Starts a server on the test's folder; after the test its store must tell one story."""
    running = []

    def start_server():
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()
    assert_consistent(tmp_path / "data")


def put(client: Client, rules: list):
    return client.post("/api/keep-apart", {"rules": rules}, method="PUT")


def goods(goods_class: str, quantity: int, **more) -> dict:
    return parcel(goods_class.capitalize(), quantity, goodsClass=goods_class, **more)


def loads(client: Client, order: str) -> list[list[dict]]:
    layout = client.get(f"/api/orders/{order}/layout").json
    return [vehicle["boxes"] for vehicle in layout["vehicles"]]


def test_food_and_chemicals_stand_apart_until_an_organisation_says_otherwise(serve):
    client = Client.signed_in(serve())
    client.wait_until_idle()
    assert client.get("/api/keep-apart").json == {"rules": STANDARD, "isStandard": True}

    placed = client.post("/api/orders", draft(DATE, goods("food", 4, priority=3), goods("chemicals", 2)))
    assert placed.status == 201, placed.body
    order = client.order_when(placed.json["id"], "booked", "failed")
    assert order["status"] == "booked", order["statusReason"]
    assert [(item["goodsClass"], item["priority"]) for item in order["items"]] == [("food", 3), ("chemicals", 0)]
    [boxes] = loads(client, order["id"])
    assert len(boxes) == 6
    apart = [
        max(
            b["xMm"] - a["xMm"] - a["lengthMm"], a["xMm"] - b["xMm"] - b["lengthMm"],
            b["yMm"] - a["yMm"] - a["widthMm"], a["yMm"] - b["yMm"] - b["widthMm"],
        )
        for a in boxes for b in boxes
        if (a["name"], b["name"]) == ("Food", "Chemicals")
    ]  # fmt: skip
    assert len(apart) == 8 and min(apart) >= 800


def test_what_never_rides_together_takes_two_vehicles(serve):
    client = Client.signed_in(serve())
    client.wait_until_idle()
    answer = put(client, [{"classes": ["chemicals", "food"], "distanceMm": None}])
    assert answer.status == 200, answer.body
    told = {"rules": [{"classes": ["chemicals", "food"], "distanceMm": None}], "isStandard": False}
    assert answer.json == told == client.get("/api/keep-apart").json
    placed = client.post("/api/orders", draft(in_days(151), goods("food", 4), goods("chemicals", 2)))
    order = client.order_when(placed.json["id"], "booked", "failed")
    assert order["status"] == "booked", order["statusReason"]
    assert len(order["bookings"]) == 2
    inside = [{box["name"] for box in boxes} for boxes in loads(client, order["id"])]
    assert sorted(inside, key=str) == [{"Chemicals"}, {"Food"}]

    # No rules at all is a choice too.
    assert put(client, []).status == 200
    placed = client.post("/api/orders", draft(in_days(152), goods("food", 4), goods("chemicals", 2)))
    order = client.order_when(placed.json["id"], "booked", "failed")
    assert order["status"] == "booked" and len(order["bookings"]) == 1


def test_bad_rules_are_refused_and_change_nothing(serve):
    client = Client.signed_in(serve())
    client.wait_until_idle()
    pair = {"classes": ["food", "acid"]}
    for rules, place in (
        ([{"classes": ["food"]}], "/rules/0/classes"),
        ([{"classes": ["food", "food"]}], "/rules/0/classes"),
        ([{"classes": ["food", "Acid"]}], "/rules/0/classes/1"),
        ([pair | {"distanceMm": -1}], "/rules/0/distanceMm"),
        ([pair | {"distanceMm": 20_001}], "/rules/0/distanceMm"),
        ([pair | {"distance": 800}], "/rules/0/distance"),
        ([pair, {"classes": ["acid", "food"], "distanceMm": 5}], "/rules/1"),
        ([pair] * 65, "/rules"),
    ):
        answer = put(client, rules)
        assert answer.status in (400, 422), (rules, answer.body)
        assert answer.json["pointer"].startswith(place), (rules, answer.body)
    assert client.get("/api/keep-apart").json["isStandard"]


def test_rules_are_an_organisations_own_and_viewers_only_read_them(serve):
    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    mine = [{"classes": ["glass", "steel"], "distanceMm": 100}]
    assert put(client, mine).status == 200
    weft.stop()
    # A second organisation with a planner who has the first one's password.
    other, person = "01930000-0000-7000-8000-0000000000aa", "01930000-0000-7000-8000-0000000000ab"
    change(
        weft.data,
        "INSERT INTO identity_organisation (id, name, created_at) VALUES (?, 'Other Freight', 0)",
        [other],
    )
    change(
        weft.data,
        "INSERT INTO identity_account (id, kind, email, home, name, password_hash, disabled, epoch,"
        " created_at) SELECT ?, kind, 'other@weft.example', home, name, password_hash, disabled, epoch,"
        " created_at FROM identity_account WHERE email = ?",
        [person, weft.email],
    )
    change(
        weft.data,
        "INSERT INTO identity_membership (organisation, account, roles, created_at)"
        " SELECT ?, ?, roles, created_at FROM identity_membership"
        " WHERE account = (SELECT id FROM identity_account WHERE email = ?)",
        [other, person, weft.email],
    )
    email, weft = weft.email, serve()
    weft.email = "other@weft.example"
    stranger = Client.signed_in(weft)
    assert stranger.get("/api/keep-apart").json == {"rules": STANDARD, "isStandard": True}
    assert put(stranger, []).status == 200
    weft.email = email
    assert Client.signed_in(weft).get("/api/keep-apart").json == {"rules": mine, "isStandard": False}

    change(weft.data, "UPDATE identity_membership SET roles = ?", ['["viewer"]'])
    viewer = Client.signed_in(weft)
    assert viewer.get("/api/keep-apart").json["rules"] == mine
    assert put(viewer, []).status == 403
    assert viewer.get("/api/keep-apart").json["rules"] == mine
