"""Layouts of an order: their versions and ways, through the API."""

import json
import os
import subprocess

import pytest
from client import Client, draft, in_days, parcel
from conftest import start

DAY = in_days(210)
PASSWORD = "a long enough password 1"
NOBODY = "01930000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A server with a booked order; its layout has a second version without the last box."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("layouts") / "data")
    client = Client.signed_in(weft)
    client.wait_until_idle()
    placed = client.post("/api/orders", draft(DAY, parcel("Crate", 5), parcel("Pump", 4)))
    order = client.order_when(placed.json["id"], "booked")
    key = f"/api/objects/order-{order['id']}.json"
    first = client.get(key).json
    second = json.loads(json.dumps(first))
    booked = client.get(f"/api/orders/{order['id']}/layout").json["plan"]
    plan_of(second, booked)["vehicles"][0]["boxes"].pop()
    put = client.send(
        "PUT", key, json.dumps(second).encode(), {"Content-Type": "application/json"}
    )
    assert (put.status, put.json["version"]) == (201, 2), put.body
    yield binary, weft, client, order["id"], first
    weft.stop()


def plan_of(document, number):
    [found] = [plan for plan in document["plans"] if plan["plan"] == number]
    return found


def places(vehicle):
    return [
        [box[f"{name}Mm"] for name in ("x", "y", "z", "length", "width", "height")]
        for box in vehicle["boxes"]
    ]


def test_the_versions_of_a_layout_are_listed_newest_first(planned):
    _, _, client, order, _ = planned
    listed = client.get(f"/api/orders/{order}/layouts").json
    assert listed["orderId"] == order
    assert [each["version"] for each in listed["items"]] == [2, 1]
    assert listed["items"][0]["at"] > listed["items"][1]["at"]
    assert listed["items"][0]["actor"]["kind"] == "person"


def test_an_earlier_version_is_shown_as_it_was_planned(planned):
    _, _, client, order, document = planned
    path = f"/api/orders/{order}/layout"
    now = client.get(path).json
    assert now["version"] == 2
    # What is booked is shown with its vehicle; of an earlier version only the kind is known.
    assert now["vehicles"][0]["bookingId"] and now["vehicles"][0]["vehicle"]["id"]
    assert client.get(f"{path}?version=2").json == now
    then = client.get(f"{path}?version=1").json
    # The same way as is booked.
    assert (then["version"], then["plan"]) == (1, now["plan"])
    [vehicle] = then["vehicles"]
    [kind] = plan_of(document, now["plan"])["vehicles"]
    assert places(vehicle) == places(kind)
    assert len(vehicle["boxes"]) == len(now["vehicles"][0]["boxes"]) + 1 == 9
    assert vehicle["vehicle"] == {"id": None, "name": kind["label"], "class": kind["class"]}
    assert "bookingId" not in vehicle
    assert {box["piece"] for box in vehicle["boxes"] if box["name"] == "Pump"} == {1, 2, 3, 4}


def test_every_way_to_load_an_order_is_shown(planned):
    _, _, client, order, document = planned
    path = f"/api/orders/{order}/layout"
    ways = client.get(path).json["plans"]
    assert [each["plan"] for each in ways] == [each["plan"] for each in document["plans"]]
    assert len(ways) > 1, "nine small boxes go into more than one kind of vehicle"
    for way, plan in zip(ways, document["plans"]):
        assert way["vehicles"] == [each["label"] for each in plan["vehicles"]]
        shown = client.get(f"{path}?version=1&plan={way['plan']}").json
        assert shown["plan"] == way["plan"]
        assert [places(each) for each in shown["vehicles"]] == [
            places(each) for each in plan["vehicles"]
        ]


@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ("version=9", 404, "layout-not-found", "/version"),
        ("plan=99", 404, "plan-not-found", "/plan"),
        ("version=1&plan=99", 404, "plan-not-found", "/plan"),
        ("version=0", 422, None, "/version"),
        ("version=one", 422, None, "/version"),
        ("plan=-1", 422, None, "/plan"),
    ],
)
def test_what_there_is_not_is_said(planned, query, status, code, pointer):
    _, _, client, order, _ = planned
    refused = client.get(f"/api/orders/{order}/layout?{query}")
    assert refused.status == status, refused.body
    assert code is None or refused.code == code
    assert pointer in refused.body.decode()


def test_an_order_that_is_not_there_has_no_layouts(planned):
    _, _, client, _, _ = planned
    for path in ("layouts", "layout?version=1"):
        refused = client.get(f"/api/orders/{NOBODY}/{path}")
        assert (refused.status, refused.code) == (404, "order-not-found")


def test_layouts_are_their_organisations_and_their_readers(planned):
    binary, weft, client, order, _ = planned
    paths = [f"/api/orders/{order}/{each}" for each in ("layouts", "layout?version=1")]
    assert [Client(weft.url).get(path).status for path in paths] == [401, 401]

    account = {"email": "dock@weft.example", "name": "Dock", "password": PASSWORD}
    made = client.post("/api/accounts", {**account, "roles": ["loader"]})
    assert made.status == 201, made.body
    loader = signed_in(weft, account["email"])
    assert [loader.get(path).status for path in paths] == [200, 200]

    done = subprocess.run(
        [binary, "init", "--data", str(weft.data), "--organisation", "Rivals"]
        + ["--email", "rival@weft.example", "--password-file", "-"],
        input=PASSWORD.encode() + b"\n",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    rival = signed_in(weft, "rival@weft.example")
    answers = [rival.get(path) for path in paths]
    assert [(each.status, each.code) for each in answers] == [(404, "order-not-found")] * 2


def signed_in(weft, email) -> Client:
    client = Client(weft.url)
    answer = client.post("/auth/token", {"email": email, "password": PASSWORD})
    assert answer.status == 200, answer.body
    client.token = answer.json["accessToken"]
    return client
