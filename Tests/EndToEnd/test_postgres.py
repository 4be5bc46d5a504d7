"""Weft on PostgreSQL: the order flow, kills of the program and of the server, two processes, moving in."""

import json
import subprocess
from collections import Counter
from pathlib import Path

from client import ANSWER_WITHIN_SECONDS, Client, draft, in_days, parcel, wait_for
from conftest import start
from postgres import Server, serve, server  # noqa: F401 (fixtures)
from test_trips import CUSTOMERS, planned, replanned


def place(client: Client, quantity: int = 3) -> str:
    answer = client.post("/api/orders", draft(in_days(180), parcel(quantity=quantity)))
    assert answer.status == 201, answer.body
    return answer.json["id"]


def one_story(server: Server) -> None:
    """Every order was placed once and booked at most once, and its run has one end."""
    events = Counter(
        (subject, kind) for subject, kind in server.rows("SELECT subject, type FROM event")
    )
    orders = {f"order:{i}": s for i, s in server.rows("SELECT id, status FROM logistics_order")}
    for subject, status in orders.items():
        assert events[subject, "order.placed"] == 1, subject
        assert events[subject, "order.booked"] == (status == "booked"), (subject, status)
    ends = server.rows(
        "SELECT execution, count(*) FROM execution_turn,"
        " jsonb_array_elements(CAST(events AS jsonb)) AS entry WHERE entry ->> 'type'"
        " IN ('ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted') GROUP BY execution"
    )
    assert ends and all(count == "1" for _, count in ends)
    numbers = [int(seq) for (seq,) in server.rows("SELECT seq FROM event ORDER BY seq")]
    assert len(numbers) == len(set(numbers))


def test_orders_are_booked_and_survive_kills(server, serve):
    weft = serve()
    assert not (weft.data / "weft.db").exists()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    first = [place(client) for _ in range(5)]
    # As a power cut would: what was acknowledged goes on after the next start.
    weft.kill()
    weft = serve()
    client = Client.signed_in(weft)
    for order in first:
        client.order_when(order, "booked", within=ANSWER_WITHIN_SECONDS)
    one_story(server)


def test_the_server_restarts_in_the_middle(server, serve):
    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    orders = []
    for _ in range(3):
        orders += [place(client) for _ in range(3)]
        server.control("restart", "immediate")
    orders.append(place(client))
    for order in orders:
        client.order_when(order, "booked", within=ANSWER_WITHIN_SECONDS)
    assert client.get("/health/ready").status == 200
    one_story(server)


def test_a_shared_trip_keeps_goods_apart_and_is_planned_again(server, serve):
    client = Client.signed_in(serve())
    client.wait_until_idle()
    never = {"rules": [{"classes": ["food", "chemicals"]}]}
    assert client.post("/api/keep-apart", never, method="PUT").status == 200
    day = in_days(190)
    orders = []
    for customer, goods in zip(CUSTOMERS, ("food", "chemicals", "food")):
        order = draft(day, parcel(quantity=6, goodsClass=goods), customerId=customer)
        orders.append(client.post("/api/orders", order).json["id"])
    for order in orders:
        client.order_when(order, "booked", within=ANSWER_WITHIN_SECONDS)
    plan = planned(client, day)
    [trip] = plan["trips"]
    assert {each["orderId"] for each in trip["orders"]} == {orders[0], orders[2]}
    [alone] = plan["alone"]
    assert alone["orderId"] == orders[1]
    assert "chemicals, which never ride in one vehicle" in alone["reason"]
    trip = client.post(f"/api/trips/{trip['id']}/accept").json
    assert trip["status"] == "accepted"
    late = {"newDate": in_days(191), "reason": "no pallets"}
    assert client.post(f"/api/orders/{orders[0]}/delay", late).status == 200
    now = replanned(client, trip)
    assert [each["orderId"] for each in now["orders"]] == [orders[2]]
    client.order_when(orders[0], "booked", within=ANSWER_WITHIN_SECONDS)
    taken = server.rows(
        "SELECT vehicle, date, seat, count(*) FROM logistics_booking WHERE status = 'booked'"
        " GROUP BY vehicle, date, seat HAVING count(*) > 1"
    )
    assert not taken


def test_two_processes_on_one_database(server, serve):
    one, two = serve(), serve()
    at_one, at_two = Client.signed_in(one), Client.signed_in(two)
    at_one.wait_until_idle()
    orders = [place(at_one if number % 2 else at_two) for number in range(8)]
    for number, order in enumerate(orders):
        # Each is asked where it was not placed.
        asked = at_two if number % 2 else at_one
        asked.order_when(order, "booked", within=ANSWER_WITHIN_SECONDS)
    one_story(server)
    # A key that is revoked here is good no longer there.
    made = at_one.post("/api/keys", {"name": "till", "roles": ["viewer"], "expiresInDays": 1})
    assert made.status == 201, made.body
    till = Client(two.url, made.json["secret"])
    assert till.get("/api/orders").status == 200
    revoked = at_one.post(f"/api/keys/{made.json['id']}/revoke", {"reason": "test"})
    assert revoked.status < 300, revoked.body
    wait_for(lambda: till.get("/api/orders").status == 401, "the key to end in the other process")


def test_moving_in(weft_binary, tmp_path, monkeypatch):
    """What was kept in a file is copied, and served from the server as before."""
    data = tmp_path / "data"
    weft = start(weft_binary, data)
    client = Client.signed_in(weft)
    client.wait_until_idle()
    order = place(client)
    client.order_when(order, "booked", within=ANSWER_WITHIN_SECONDS)
    events = client.get("/api/orders?limit=200").json
    server = Server()
    run = lambda *words: subprocess.run(  # noqa: E731
        [weft_binary, *words], capture_output=True, text=True, cwd=tmp_path, timeout=120
    )
    try:
        copy = ["store", "copy", "--from", f"sqlite:{data}", "--to", server.url]
        busy = run(*copy)
        assert busy.returncode == 1 and "another weft serve" in busy.stderr
        weft.stop()
        done = run(*copy)
        assert done.returncode == 0, done.stderr
        tables = {table["table"]: table["rows"] for table in json.loads(done.stdout)["tables"]}
        assert tables["logistics_order"] == len(events["items"]) and tables["event"] > 0
        again = run(*copy)
        assert again.returncode == 1 and "not empty" in again.stderr
        monkeypatch.setenv("WEFT_STORE_URL", server.url)
        dry = run("migrate", "--dry-run", "--data", str(data))
        assert dry.returncode == 0, dry.stderr
        state = json.loads(dry.stdout)
        assert state["store"] == "postgres" and state["pending"] == [] and not state["done"]
        assert run("doctor", "--data", str(data)).stdout.count("PostgreSQL 15") == 1
        assert "pg_dump" in run("backup", str(tmp_path / "copy"), "--data", str(data)).stderr
        assert json.loads(run("audit", "verify", "--data", str(data)).stdout)["ok"]
        (data / "weft.db").rename(tmp_path / "old.db")
        weft = start(weft_binary, data)
        client = Client.signed_in(weft)
        assert client.order(order)["status"] == "booked"
        another = place(client)
        client.order_when(another, "booked", within=ANSWER_WITHIN_SECONDS)
        one_story(server)
    finally:
        weft.stop()
        server.control("remove")


def test_new_tables_by_command(server, weft_binary, tmp_path):
    run = lambda *words: subprocess.run(  # noqa: E731
        [weft_binary, *words], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    dry = json.loads(run("migrate", "--dry-run").stdout)
    assert dry["applied"] == [] and len(dry["pending"]) > 5
    made = json.loads(run("migrate").stdout)
    assert made["done"] and made["pending"] == dry["pending"]
    assert json.loads(run("migrate").stdout)["pending"] == []
    password = tmp_path / "password"
    password.write_text("correct horse battery staple\n")
    password.chmod(0o600)
    founded = run(
        "init", "--organisation", "Nord", "--email", "ana@nord.example", "--password-file",
        str(password),
    )  # fmt: skip
    assert founded.returncode == 0, founded.stderr
    assert not Path(tmp_path / "weft-data/weft.db").exists()
    shown = run("config", "--explain").stdout
    assert server.url not in shown and "store.url" in shown
