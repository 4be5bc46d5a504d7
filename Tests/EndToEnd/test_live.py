"""The live channel: what is followed arrives in order, once, and only where it may."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from client import Client, change, draft, in_days, rows
from conftest import ROOT, start
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

DATE = in_days(200)
PROTOCOL = "weft.live.v1"


class Live:
    """One live connection; frames that a test does not wait for are kept in order."""

    def __init__(self, socket):
        self.socket = socket
        self.frames: list[dict] = []

    def send(self, **message) -> None:
        self.socket.send(json.dumps(message))

    def next(self, within: float = 10) -> dict:
        return json.loads(self.socket.recv(timeout=within))

    def until(self, wanted, within: float = 10) -> dict:
        """The first frame that `wanted` takes; those before it are kept in `frames`."""
        deadline = time.monotonic() + within
        while True:
            frame = self.next(max(0.01, deadline - time.monotonic()))
            self.frames.append(frame)
            if wanted(frame):
                return frame

    def kind(self, kind: str, within: float = 10) -> dict:
        return self.until(lambda frame: frame["type"] == kind, within)

    def subscribe(self, topic: str, id: str = "s1", **more) -> dict:
        self.send(type="subscribe", id=id, topic=topic, **more)
        return self.until(lambda f: f["type"] in ("subscribed", "error") and f["id"] == id)

    def closed(self, within: float = 10) -> tuple[int, str]:
        """How the server ends the connection."""
        deadline = time.monotonic() + within
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                self.socket.recv(timeout=max(0.01, deadline - time.monotonic()))
        return caught.value.rcvd.code, caught.value.rcvd.reason


@contextmanager
def live(weft, token: str | None = None, **options):
    url = weft.url.replace("http://", "ws://") + "/live"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    options = {"subprotocols": [PROTOCOL], "additional_headers": headers, **options}
    with connect(url, **options) as socket:
        yield Live(socket)


@pytest.fixture(scope="module")
def weft(tmp_path_factory):
    """A server that packs quickly and has done the demonstration's own orders."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    server = start(binary, tmp_path_factory.mktemp("live") / "data")
    Client.signed_in(server).wait_until_idle()
    yield server
    assert server.stop() == 0


@pytest.fixture
def client(weft) -> Client:
    return Client.signed_in(weft)


def test_an_order_is_followed_from_its_placing_to_its_booking(weft, client):
    with live(weft, client.token) as channel:
        assert channel.socket.subprotocol == PROTOCOL
        assert channel.next()["type"] == "ready"
        told = channel.subscribe("orders")
        assert told["topic"] == "orders"
        order = client.post("/api/orders", draft(DATE)).json["id"]

        def booked(frame):
            return (
                frame["type"] == "event"
                and frame["event"]["type"] == "order.booked"
                and frame["event"]["data"]["orderId"] == order
            )

        channel.until(booked, within=30)
    events = [frame for frame in channel.frames if frame["type"] == "event"]
    assert all(frame["ids"] == ["s1"] for frame in events)
    places = [frame["seq"] for frame in events]
    assert places == sorted(set(places)) and places[0] > told["seq"]
    mine = [f["event"] for f in events if f["event"]["data"].get("orderId") == order]
    assert [event["type"] for event in mine] == ["order.placed", "order.analysed", "order.booked"]
    placed = mine[0]
    assert placed["subject"] == f"order:{order}" and placed["data"]["status"] == "received"
    assert set(placed) == {"id", "type", "subject", "time", "data", "actor"}
    assert placed["actor"]["kind"] == "person"


def test_a_browser_authenticates_with_its_first_message(weft, client):
    with live(weft) as channel:
        channel.send(type="authenticate", token=client.token)
        channel.send(type="subscribe", id="a", topic="runs")
        assert channel.next()["type"] == "ready"
        assert channel.next() | {"seq": 0} == {
            "type": "subscribed",
            "id": "a",
            "topic": "runs",
            "seq": 0,
        }


def test_whoever_comes_back_gets_what_was_missed(weft, client):
    with live(weft, client.token) as channel:
        before = channel.subscribe("orders")["seq"]
    order = client.post("/api/orders", draft(DATE)).json["id"]
    client.order_when(order, "booked")
    with live(weft, client.token) as channel:
        channel.subscribe(f"orders/{order}", after=before)
        types = []
        while "order.booked" not in types:
            types.append(channel.kind("event")["event"]["type"])
    assert types == ["order.placed", "order.analysed", "booking.made", "order.booked"]
    with live(weft, client.token) as channel:
        # Of a log that is no more: the answer's place is smaller than the one asked for.
        ahead = channel.subscribe("orders", after=10**12)
        assert before < ahead["seq"] < 10**12


def test_a_run_and_the_inbox_tell_that_they_changed(weft, client):
    with live(weft, client.token) as channel:
        for id in ("runs", "inbox", "decisions"):
            channel.subscribe(id, id=id)
        client.post("/api/orders", draft(DATE))
        seen = set()
        deadline = time.monotonic() + 30
        while seen < {"runs", "inbox", "decisions"} and time.monotonic() < deadline:
            frame = channel.kind("changed", within=30)
            assert frame["ids"] == [frame["topic"]]
            seen.add(frame["topic"])
        assert seen == {"runs", "inbox", "decisions"}


REFUSED = [
    ("{", "malformed-json", None),
    ("[]", "wrong-type", None),
    ('{"type":"shout"}', "unknown-type", None),
    ('{"type":"subscribe","id":"x"}', "missing-field", "x"),
    ('{"type":"subscribe","id":"x","topic":"orders","since":1}', "unknown-field", "x"),
    ('{"type":"subscribe","id":"x","topic":"orders","after":-1}', "invalid-value", "x"),
    ('{"type":"subscribe","id":"x","topic":"nothing"}', "not-found", "x"),
    ('{"type":"subscribe","id":"x","topic":"orders/"}', "not-found", "x"),
    (
        '{"type":"subscribe","id":"x","topic":"orders/01930000-0000-7000-8000-000000000999"}',
        "not-found",
        "x",
    ),
    ('{"type":"unsubscribe","id":"x"}', "not-subscribed", "x"),
    ('{"type":"presence","topic":"orders/1","state":"viewing"}', "not-subscribed", None),
    ('{"type":"presence","topic":"orders","state":"dancing"}', "wrong-type", None),
    ("[" * 60_000, "malformed-json", None),
]


@pytest.mark.parametrize("text,code,id", REFUSED)
def test_a_bad_message_is_answered_and_harms_nothing(weft, client, text, code, id):
    with live(weft, client.token) as channel:
        assert channel.next()["type"] == "ready"
        channel.socket.send(text)
        error = channel.next()
        assert (error["type"], error["code"], error["id"]) == ("error", code, id)
        assert error["detail"]
        assert channel.subscribe("orders")["type"] == "subscribed"


def test_a_bad_token_is_refused_and_a_bad_renewal_changes_nothing(weft, client):
    forged = client.token[:-4] + "AAAA"
    with pytest.raises(InvalidStatus) as refused, live(weft, forged):
        pass
    assert refused.value.response.status_code == 401
    for first in ("authenticate", "subscribe"):
        with live(weft) as channel:
            if first == "authenticate":
                channel.send(type="authenticate", token=forged)
            else:
                channel.send(type="subscribe", id="s", topic="orders")
            assert channel.closed()[0] == 4401
    with live(weft, client.token) as channel:
        channel.send(type="authenticate", token=forged)
        assert channel.kind("error")["code"] == "invalid-token"
        channel.send(type="authenticate", token=client.token)
        assert channel.kind("ready")
        assert channel.subscribe("orders")["type"] == "subscribed"


def test_signing_out_ends_the_connection(weft):
    leaving = Client(weft.url)
    tokens = leaving.post("/auth/token", {"email": weft.email, "password": weft.password}).json
    staying = Client.signed_in(weft)
    with live(weft, tokens["accessToken"]) as gone, live(weft, staying.token) as still:
        assert gone.next()["type"] == "ready" and still.next()["type"] == "ready"
        answer = leaving.post("/auth/revoke", {"refreshToken": tokens["refreshToken"]})
        assert answer.status == 204
        assert gone.closed()[0] == 4401
        assert still.subscribe("orders")["type"] == "subscribed"


def test_people_see_who_else_is_there(weft, client):
    order = client.get("/api/orders?limit=1").json["items"][0]["id"]
    topic = f"orders/{order}"
    with live(weft, client.token) as one:
        one.subscribe(topic)
        with live(weft, client.token) as two:
            two.subscribe(topic)
            two.send(type="presence", topic=topic, state="editing")
            frame = one.kind("presence")
            assert frame["topic"] == topic
            assert [person["state"] for person in frame["people"]] == ["editing"]
            two.send(type="presence", topic=topic, state="typing")
            assert one.kind("presence")["people"][0]["state"] == "typing"
        assert one.kind("presence")["people"] == []


def test_pages_of_other_origins_may_not_connect(weft):
    with pytest.raises(InvalidStatus) as refused, live(weft, origin="https://elsewhere.example"):
        pass
    assert refused.value.response.status_code == 403
    with live(weft, origin=weft.url) as channel:
        assert channel.socket.subprotocol == PROTOCOL


def test_the_server_says_that_it_goes(weft_binary, tmp_path):
    server = start(weft_binary, tmp_path / "data")
    client = Client.signed_in(server)
    with live(server, client.token) as channel:
        assert channel.next()["type"] == "ready"
        server.process.terminate()
        assert channel.closed() == (1001, "the server stops")
    assert server.stop() == 0


def test_another_organisation_is_not_there(weft_binary, tmp_path):
    server = start(weft_binary, tmp_path / "data")
    mine = Client.signed_in(server)
    mine.wait_until_idle()
    order = mine.get("/api/orders?limit=1").json["items"][0]
    run = mine.order(order["id"])["execution"]["id"]
    assert server.stop() == 0
    foreign, person = "01930000-0000-7000-8000-0000000000aa", "01930000-0000-7000-8000-0000000000ab"
    columns = "kind, 'other@weft.example', home, name, password_hash, disabled, epoch, created_at"
    for sql, values in [
        ("INSERT INTO identity_organisation (id, name, created_at) VALUES (?, 'Other', 0)", [foreign]),
        (
            "INSERT INTO identity_account (id, kind, email, home, name, password_hash, disabled,"
            f" epoch, created_at) SELECT ?, {columns} FROM identity_account WHERE email = ?",
            [person, server.email],
        ),
        (
            "INSERT INTO identity_membership (organisation, account, roles, created_at)"
            " SELECT ?, ?, roles, created_at FROM identity_membership"
            " WHERE account = (SELECT id FROM identity_account WHERE email = ?)",
            [foreign, person, server.email],
        ),
    ]:
        change(server.data, sql, values)
    server = start(weft_binary, tmp_path / "data")
    mine = Client.signed_in(server)
    server.email = "other@weft.example"
    theirs = Client.signed_in(server)
    with live(server, theirs.token) as channel:
        for topic in (f"orders/{order['id']}", f"runs/{run}"):
            refused = channel.subscribe(topic, id=topic)
            assert (refused["type"], refused["code"]) == ("error", "not-found")
        # The whole log from its beginning holds nothing of another organisation.
        for topic in ("orders", "bookings", "runs"):
            assert channel.subscribe(topic, id=topic, after=0)["type"] == "subscribed"
        with live(server, mine.token) as own:
            own.subscribe("orders")
            mine.post("/api/orders", draft(DATE))
            assert own.kind("event")["event"]["type"] == "order.placed"
        channel.send(type="unsubscribe", id="none")
        assert channel.kind("error")["code"] == "not-subscribed"
    kinds = {frame["type"] for frame in channel.frames}
    assert kinds == {"ready", "subscribed", "error"}
    # Its own events it does get: an audit entry is a hint for its administrators only.
    assert theirs.get(f"/live/events?topic=orders/{order['id']}").status == 404
    assert server.stop() == 0


def test_an_oversized_message_ends_one_connection_only(weft, client):
    with live(weft, client.token) as other, live(weft, client.token) as channel:
        other.subscribe("orders")
        channel.next()
        channel.socket.send("x" * 65_537)
        assert channel.closed()[0] == 1009
        other.send(type="unsubscribe", id="s1")
        assert other.subscribe("orders")["type"] == "subscribed"
    with live(weft, client.token) as channel:
        channel.next()
        channel.socket.send(b"binary")
        assert channel.closed()[0] == 1003


def test_whoever_floods_the_server_with_messages_is_closed(weft, client):
    with live(weft, client.token) as channel:
        assert channel.next()["type"] == "ready"
        with suppress(ConnectionClosed):
            for _ in range(1_000):
                channel.send(type="unsubscribe", id="x")
        assert channel.closed()[0] == 1008


def test_a_slow_reader_misses_nothing(weft, client):
    """More than the socket and the server hold for one who does not read: it comes later, from the log."""
    address = urlsplit(weft.url)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.connect((address.hostname, address.port))
    # Long ids make each frame some 4 KB, and all of them together about a megabyte.
    ids = [f"{number:02}-" + "x" * 60 for number in range(60)]
    with live(weft, client.token, sock=sock, max_queue=1, compression=None) as slow:
        for id in ids:
            slow.send(type="subscribe", id=id, topic="orders", after=0)
        placed = [client.post("/api/orders", draft(in_days(201 + n))).json["id"] for n in range(10)]
        for order in placed:
            client.order_when(order, "booked", "failed")
        last = client.post("/api/orders", draft(in_days(240))).json["id"]
        seen = {id: [] for id in ids}
        complete = set()
        while len(complete) < len(ids):
            frame = slow.kind("event", within=30)
            for id in frame["ids"]:
                seen[id].append(frame["seq"])
                if frame["event"]["data"]["orderId"] == last:
                    complete.add(id)
    sql = "SELECT seq FROM event WHERE type LIKE 'order.%' AND seq <= ? ORDER BY seq"
    for id in ids:
        everything = [seq for (seq,) in rows(weft.data, sql, [seen[id][-1]])]
        assert seen[id] == everything


def test_a_change_of_roles_ends_the_connection(weft, client):
    made = client.post(
        "/api/accounts",
        {
            "name": "Vera Viewer",
            "email": "vera@weft.example",
            "roles": ["planner"],
            "password": "correct horse battery staple",
        },
    )
    assert made.status == 201, made.body
    vera = Client(weft.url)
    body = {"email": "vera@weft.example", "password": "correct horse battery staple"}
    for change_, next_code in (
        ({"roles": ["customer"], "reason": "moved"}, "forbidden"),
        ({"disabled": True, "reason": "left"}, None),
    ):
        answer = vera.post("/auth/token", body)
        assert answer.status == 200, answer.body
        vera.token = answer.json["accessToken"]
        with live(weft, vera.token) as channel:
            assert channel.next()["type"] == "ready"
            changed = client.patch(f"/api/accounts/{made.json['id']}", change_)
            assert changed.status == 200, changed.body
            assert channel.closed()[0] == 4401
        vera.token = None
        if next_code:
            answer = vera.post("/auth/token", body)
            with live(weft, answer.json["accessToken"]) as channel:
                assert channel.subscribe("orders")["code"] == next_code
        else:
            assert vera.post("/auth/token", body).status == 401


def test_the_audit_log_tells_its_administrators_that_it_grew(weft, client):
    with live(weft, client.token) as channel:
        assert channel.subscribe("audit")["type"] == "subscribed"
        assert Client.signed_in(weft).token
        assert channel.kind("changed")["topic"] == "audit"


def test_server_sent_events_resume(weft, client):
    order = client.post("/api/orders", draft(DATE)).json["id"]
    client.order_when(order, "booked")

    def follow(headers, wanted, query=""):
        reader = Client(weft.url, client.token)
        reader.connection.request(
            "GET",
            f"/live/events?topic=orders/{order}{query}",
            headers={"Authorization": f"Bearer {client.token}", **headers},
        )
        answer = reader.connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        events, event = [], {}
        while len(events) < wanted:
            line = answer.readline().decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                events.append(event)
                event = {}
        reader.connection.close()
        return events

    events = follow({}, 4, "&after=0")
    types = ["order.placed", "order.analysed", "booking.made", "order.booked"]
    assert [event["event"] for event in events] == types
    assert json.loads(events[0]["data"])["subject"] == f"order:{order}"
    again = follow({"Last-Event-ID": events[1]["id"]}, 2)
    assert [event["id"] for event in again] == [event["id"] for event in events[2:]]
    for query, status in (("", 422), ("?topic=nothing", 404), ("?topic=orders&after=x", 422)):
        assert client.get("/live/events" + query).status == status
    assert Client(weft.url).get("/live/events?topic=orders").status == 401


def example(language: str) -> str:
    """The first example in that language of the page about the live channel."""
    page = (ROOT / "docs/live.md").read_text()
    return page.split(f"```{language}\n", 1)[1].split("```", 1)[0]


def test_the_pages_python_example_runs(weft):
    environment = {**os.environ, "URL": weft.url, "EMAIL": weft.email, "PASSWORD": weft.password}
    command = [sys.executable, "-c", example("python")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["ready", "subscribed", "event", "event"]
    assert lines[2][2] == "order.placed"


def test_the_pages_browser_example_runs_under_our_own_policy(weft, client, browser):
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(weft.url + "/console/")
    page.evaluate(f"token => {{ {example('js')} }}", client.token)
    deadline = time.monotonic() + 15
    while len(said) < 3 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.close()
    assert said[0].startswith("ready") and said[1].startswith("subscribed"), said
    assert said[2].startswith("event") and said[2].endswith("order.placed")
