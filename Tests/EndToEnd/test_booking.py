"""One vehicle is booked once a day, however many try at the same moment."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from audit import assert_consistent
from client import Client, draft, in_days, parcel, rows, wait_for, wait_until_told
from conftest import start

DATE = in_days(150)
VEHICLE = "01930000-0000-7000-8000-fa0000000001"
AT_ONCE = 200


# Its packing takes all the time there is: 98 % of the largest trailer's volume, in odd boxes.
HARD = parcel("Box", 690, lengthMm=777, widthMm=555, heightMm=333, weightGrams=20_000)


@pytest.fixture
def quick(weft_binary, tmp_path):
    """A server at rest that packs quickly."""
    weft = start(weft_binary, tmp_path / "data")
    Client.signed_in(weft).wait_until_idle()
    wait_until_told(weft.data)
    yield weft
    weft.stop()


@pytest.fixture
def busy(quick, weft_binary, monkeypatch):
    """The same whose only packer is busy, so that no agent books before people do."""
    quick.stop()
    monkeypatch.setenv("WEFT_PACKING_SECONDS", "600")
    monkeypatch.setenv("WEFT_WORKERS", "1")
    weft = start(weft_binary, quick.data)
    client = Client.signed_in(weft)
    hard = client.post("/api/orders", draft(in_days(151), HARD)).json["id"]

    def analysed():
        run = client.order(hard)["execution"]
        return run and run["state"] == "Analyse"

    wait_for(analysed, "the hard order to be analysed")
    time.sleep(0.5)  # The few milliseconds from there to the packer.
    yield weft
    weft.kill()


def booked_on(data, date: str) -> list[tuple]:
    return rows(
        data, "SELECT order_id, vehicle, status FROM logistics_booking WHERE date = ?", [date]
    )


def test_of_200_at_once_one_gets_the_vehicle(busy):
    owner = Client.signed_in(busy)
    placed = [owner.post("/api/orders", draft(DATE)).json["id"] for _ in range(AT_ONCE)]
    assert len(set(placed)) == AT_ONCE
    # Each has its run, so that a booking by hand has something to stop.
    wait_for(lambda: owner.order(placed[-1])["execution"], "the last order to be taken up")
    ready = threading.Barrier(AT_ONCE)

    def book(order: str):
        client = Client(busy.url, owner.token)
        client.connection.connect()
        ready.wait(30)
        answer = client.post("/api/bookings", {"orderId": order, "vehicleId": VEHICLE})
        client.connection.close()
        return order, answer

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(book, placed))

    booked = [order for order, answer in answers if answer.status == 201]
    refused = [answer for _, answer in answers if answer.status != 201]
    assert len(booked) == 1
    assert {(answer.status, answer.code) for answer in refused} == {(409, "vehicle-taken")}

    winner = owner.order(booked[0])
    assert winner["status"] == "booked" and winner["execution"]["status"] == "ABORTED"
    assert [change["to"] for change in winner["history"]] == ["received", "analysed", "booked"]
    loser = owner.order(next(order for order in placed if order != booked[0]))
    assert loser["status"] == "received" and loser["bookings"] == []
    # The refused took nothing back from the agents: their runs go on.
    assert loser["execution"]["status"] == "RUNNING"
    wait_until_told(busy.data)
    busy.kill()
    assert booked_on(busy.data, DATE) == [(booked[0], VEHICLE, "booked")]
    keys = [key for (key,) in rows(busy.data, "SELECT effect_key FROM channels_outbox")]
    told = [key.rsplit(":", 1)[1] for key in keys if key.split(":")[1] in placed]
    assert sorted(told) == ["email", "inbox"]
    events = rows(busy.data, "SELECT subject, type FROM event WHERE type <> 'order.placed'")
    about = [type for subject, type in events if subject.removeprefix("order:") in placed]
    assert sorted(about) == ["booking.made", "execution.aborted", "order.booked"]


def test_the_same_request_sent_200_times_books_once(busy):
    owner = Client.signed_in(busy)
    order = owner.post("/api/orders", draft(DATE)).json["id"]
    ready = threading.Barrier(AT_ONCE)

    def book(_):
        client = Client(busy.url, owner.token)
        client.connection.connect()
        ready.wait(30)
        return client.post("/api/bookings", {"orderId": order, "vehicleId": VEHICLE}, "one-key")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(book, range(AT_ONCE)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    busy.kill()
    assert booked_on(busy.data, DATE) == [(order, VEHICLE, "booked")]


def test_agents_and_people_compete_for_one_day(quick):
    owner = Client.signed_in(quick)
    vehicles = [each["id"] for each in owner.get("/api/vehicles").json["items"]]

    def place_and_book(number: int):
        client = Client(quick.url, owner.token)
        order = client.post("/api/orders", draft(DATE, parcel(quantity=2))).json["id"]
        if number % 2:
            return order, None
        vehicle = vehicles[number % len(vehicles)]
        return order, client.post("/api/bookings", {"orderId": order, "vehicleId": vehicle})

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(place_and_book, range(len(vehicles) * 3)))
    for _, answer in results:
        assert answer is None or answer.status in (201, 409), answer.body
        if answer is not None and answer.status == 409:
            assert answer.code in ("vehicle-taken", "order-not-open"), answer.body
    owner.wait_until_idle()
    orders = [owner.order(order) for order, _ in results]
    booked = [order for order in orders if order["status"] == "booked"]
    held = [booking["vehicle"]["id"] for order in booked for booking in order["bookings"]]
    assert sorted(held) == sorted(vehicles), "all vehicles are taken, each once"
    for order in orders:
        if order["status"] != "booked":
            assert order["status"] == "failed" and order["statusReason"]
            assert not [each for each in order["bookings"] if each["status"] == "booked"]
    wait_until_told(quick.data)
    quick.stop()
    assert_consistent(quick.data)
