"""The server is killed at seeded points of the order flow; nothing may be lost or done twice."""

import http.client
import os
import random
import shutil
import subprocess
import threading
import time

import pytest
from audit import assert_consistent
from client import Client, draft, in_days, parcel, rows, wait_until_told
from conftest import start

TAGS = os.environ.get("WEFT_TESTS", "").split(",")
SEEDS = range(300 if "long" in TAGS else 25)
# Every so many seeds begin with no data at all, and are killed while they found it.
FROM_NOTHING = 5
# What a kill waits for: rows of a table, and about how many of them an order makes.
PROGRESS = {
    "event": 4,
    "execution_turn": 8,
    "agent_step": 7,
    "decision": 3,
    "logistics_booking": 1,
    "object_version": 1,
    "channels_outbox": 2,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A demonstration whose own orders are done, to be copied for each seed."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    data = tmp_path_factory.mktemp("prepared") / "data"
    weft = start(binary, data)
    Client.signed_in(weft).wait_until_idle()
    wait_until_told(data)
    weft.stop()
    assert_consistent(data)
    return data


def some_order(dice: random.Random) -> dict:
    """Small, for several vehicles, for several stops, or larger than any vehicle."""
    date = in_days(dice.randint(40, 400))
    kind = dice.choice(["small", "small", "large", "stops", "impossible"])
    if kind == "large":
        pallet = parcel(
            "Pallet", dice.randint(30, 60), lengthMm=1_200, widthMm=800, heightMm=1_400,
            weightGrams=300_000, maxLoadGrams=0,
        )  # fmt: skip
        return draft(date, pallet)
    if kind == "stops":
        places = [("Köln", "50667", 50.938, 6.957), ("Bonn", "53111", 50.735, 7.102)]
        deliveries = [
            {
                "stop": stop,
                "address": {
                    "name": f"Lager {city}", "street": "Hafenstraße 1", "postcode": code,
                    "city": city, "country": "DE", "latitude": north, "longitude": east,
                },
            }
            for stop, (city, code, north, east) in enumerate(places, 1)
        ]  # fmt: skip
        return draft(date, parcel(stop=1), parcel("Box", 3, stop=2), deliveries=deliveries)
    if kind == "impossible":
        return draft(date, parcel("Mast", 1, lengthMm=20_000))
    return draft(date, parcel(quantity=dice.randint(1, 12)))


class Poster(threading.Thread):
    """Places orders one after another until all are acknowledged or the server is gone."""

    def __init__(self, client: Client, orders: dict[str, dict], acknowledged: dict[str, str]):
        super().__init__()
        self.client = client
        self.orders = orders
        self.acknowledged = acknowledged
        self.refused: list[str] = []

    def run(self) -> None:
        for key, order in self.orders.items():
            if key in self.acknowledged:
                continue
            try:
                answer = self.client.post("/api/orders", order, key)
            except (OSError, http.client.HTTPException):
                return
            if answer.status != 201:
                self.refused.append(f"{answer.status} {answer.body}")
                return
            self.acknowledged[key] = answer.json["id"]


def killed_while_starting(binary: str, data, dice: random.Random) -> None:
    """Starts on an empty folder and kills at a moment before or shortly after readiness."""
    with open(data.parent / "founding.log", "ab") as log:
        process = subprocess.Popen(
            [binary, "serve", "--demo", "--port", "0", "--data", str(data)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    time.sleep(dice.uniform(0, 0.25))
    process.kill()
    process.wait()


def kill_at_a_point(weft, orders: int, dice: random.Random) -> str:
    """Waits for the point that the dice choose, kills, and says where it was."""
    if dice.random() < 0.3:
        delay = dice.uniform(0, 0.2)
        time.sleep(delay)
        weft.kill()
        return f"after {delay:.3f} s"
    table = dice.choice(sorted(PROGRESS))
    count = f"SELECT count(*) FROM {table}"
    goal = rows(weft.data, count)[0][0] + dice.randint(1, PROGRESS[table] * orders)
    # Orders that fail leave fewer rows: then the server is killed while it has nothing to do.
    deadline = time.monotonic() + 1
    while rows(weft.data, count)[0][0] < goal and time.monotonic() < deadline:
        time.sleep(0.001)
    weft.kill()
    return f"at {goal} rows of {table}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_killed_server_finishes_every_order_once(seed, weft_binary, prepared, tmp_path):
    dice = random.Random(seed)
    data = tmp_path / "data"
    if seed % FROM_NOTHING == 0:
        killed_while_starting(weft_binary, data, dice)
    else:
        shutil.copytree(prepared, data)
    orders: dict[str, dict] = {}
    acknowledged: dict[str, str] = {}
    points = []
    for kill in range(dice.randint(1, 3)):
        # Every kill has new orders, beside what the one before left unfinished.
        new = dice.randint(2, 4)
        orders |= {f"seed-{seed}-{kill}-{n}": some_order(dice) for n in range(new)}
        weft = start(weft_binary, data)
        poster = Poster(Client.signed_in(weft), orders, acknowledged)
        poster.start()
        points.append(kill_at_a_point(weft, new, dice))
        poster.join()
        assert not poster.refused, poster.refused

    weft = start(weft_binary, data)
    try:
        client = Client.signed_in(weft)
        poster = Poster(client, orders, acknowledged)
        poster.run()
        assert len(acknowledged) == len(orders), f"seed {seed}: {poster.refused}"
        # The same key again is the same order.
        key = dice.choice(sorted(orders))
        assert client.post("/api/orders", orders[key], key).json["id"] == acknowledged[key]
        client.wait_until_idle()
        wait_until_told(data)
    finally:
        weft.stop()

    stored = dict(rows(data, "SELECT id, status FROM logistics_order"))
    where = f"seed {seed}, killed {', '.join(points)}"
    assert len(set(acknowledged.values())) == len(orders), where
    for key, identity in acknowledged.items():
        assert stored.get(identity) in ("booked", "failed"), f"{where}: {key} {stored.get(identity)}"
    demonstration = 40
    assert len(stored) == demonstration + len(orders), where
    try:
        assert_consistent(data)
    except AssertionError as problems:
        raise AssertionError(f"{where}:\n{problems}") from None
