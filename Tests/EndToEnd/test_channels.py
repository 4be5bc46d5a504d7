"""Webhooks, channels, preferences and escalations, against receivers that check what they get."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import UTC, datetime

import pytest
from client import Client, change, draft, in_days, rows, wait_for
from conftest import start
from receiver import Receiver

DATE = in_days(200)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def serve(weft_binary, tmp_path, monkeypatch):
    """Starts a server whose operator allows private targets, unless told otherwise."""
    running = []

    def start_server(private: bool = True, **settings: str):
        monkeypatch.setenv("WEFT_PACKING_SECONDS", "0.05")
        monkeypatch.setenv("WEFT_CHANNELS_PRIVATE_TARGETS", str(private).lower())
        for name, value in settings.items():
            monkeypatch.setenv(f"WEFT_{name}", value)
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()


def webhook(client: Client, url: str, *events: str) -> dict:
    made = client.post("/api/webhooks", {"name": "Ours", "url": url, "events": list(events)})
    assert made.status == 201, made.body
    return made.json


def signatures(secret: str, request) -> str:
    """What Standard Webhooks says the signature of a request is."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
    code = hmac.new(key, text + request.body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(code).decode()


def deliveries(client: Client, hook: dict, **query: str) -> list[dict]:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    answer = client.get(f"/api/webhooks/{hook['id']}/deliveries?{text}")
    assert answer.status == 200, answer.body
    return answer.json["items"]


def happened(weft, kind: str, subject: str, data: dict) -> None:
    """Puts an event into the log of a running server, as another room of the program would."""
    organisation, actor = rows(
        weft.data, "SELECT organisation, actor FROM event WHERE type = 'order.placed' LIMIT 1"
    )[0]
    change(
        weft.data,
        "INSERT INTO event (id, organisation, source, type, subject, time, data, actor, traceparent)"
        " VALUES (?, ?, 'weft/alarm', ?, ?, ?, ?, ?, ?)",
        [
            str(uuid.uuid4()), organisation, kind, subject, time.time_ns() // 1000,
            json.dumps(data), actor, f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
        ],
    )  # fmt: skip


def test_events_arrive_signed_once_each_and_secrets_are_told_once(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    hook = webhook(client, f"{receiver.url}/orders", "order.*")
    secret = hook.pop("secret")
    assert secret.startswith("whsec_") and len(base64.b64decode(secret[6:])) == 32
    assert client.get(f"/api/webhooks/{hook['id']}").json == hook
    assert client.get("/api/webhooks").json["items"] == [hook]
    stored = rows(weft.data, "SELECT secret FROM channels_webhook")[0][0]
    assert stored.startswith("v1.") and secret[6:] not in stored

    placed = client.post("/api/orders", draft(DATE)).json["id"]
    client.order_when(placed, "booked")
    about = f"order:{placed}"

    def arrived():
        found = [r for r in receiver.at("/orders") if r.json["subject"] == about]
        return found if {"order.placed", "order.booked"} <= {r.json["type"] for r in found} else None

    found = wait_for(arrived, "the order's events")
    assert all(r.json["type"].startswith("order.") for r in receiver.at("/orders"))
    logged = rows(weft.data, "SELECT id, seq, data FROM event WHERE subject = ?", [about])
    events = {identity: (seq, json.loads(data)) for identity, seq, data in logged}
    for request in found:
        assert request.method == "POST" and request.headers["content-type"] == "application/json"
        assert request.headers["webhook-id"] == request.json["id"]
        assert abs(int(request.headers["webhook-timestamp"]) - request.at) < 5
        assert request.headers["webhook-signature"] == signatures(secret, request)
        assert events[request.json["id"]] == (request.json["seq"], request.json["data"])
    assert len({r.headers["webhook-id"] for r in receiver.received}) == len(receiver.received)
    log = wait_for(
        lambda: (found := deliveries(client, hook)) and all(d["status"] == "delivered" for d in found) and found,
        "all deliveries to be delivered",
    )
    assert all(d["responseStatus"] == 204 and d["attempts"] == 1 and d["lastError"] is None for d in log)


def test_test_redelivery_and_rotation(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    hook = webhook(client, f"{receiver.url}/hook", "nothing.at-all")
    tested = client.post(f"/api/webhooks/{hook['id']}/test")
    assert tested.status == 200 and tested.json["type"] == "webhook.test"
    first = wait_for(lambda: receiver.at("/hook"), "the test")[0]
    assert first.json["type"] == "webhook.test" and first.json["data"]["webhook"] == hook["id"]
    assert first.headers["webhook-signature"] == signatures(hook["secret"], first)
    wait_for(lambda: deliveries(client, hook, status="delivered"), "the delivery to be noted")

    rotated = client.post(f"/api/webhooks/{hook['id']}/rotate").json["secret"]
    assert rotated != hook["secret"]
    path = f"/api/webhooks/{hook['id']}/deliveries/{tested.json['id']}/redeliver"
    assert client.post(path).json["status"] == "pending"
    again = wait_for(lambda: receiver.at("/hook")[1:], "the redelivery")[0]
    assert again.headers["webhook-id"] == first.headers["webhook-id"] and again.body == first.body
    both = again.headers["webhook-signature"].split(" ")
    assert both == [signatures(rotated, again), signatures(hook["secret"], again)]

    assert client.post(f"/api/webhooks/{hook['id']}/deliveries/{uuid.uuid4()}/redeliver").status == 404
    assert client.patch(f"/api/webhooks/{hook['id']}", {"enabled": False}).json["enabled"] is False
    assert client.post(f"/api/webhooks/{hook['id']}/test").code == "disabled"
    assert client.send("DELETE", f"/api/webhooks/{hook['id']}", None, {}).status == 204
    assert client.get(f"/api/webhooks/{hook['id']}").status == 404


def test_bad_receivers_hold_up_nobody_and_redirections_are_not_followed(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    receiver.answers = {
        "/hang": lambda _: None,
        "/garbage": b"this is no HTTP\r\n\r\n",
        "/huge": lambda _: (200, {}, b"x" * 1_000_000),
        "/redirect": (302, {"Location": f"{receiver.url}/never"}, b""),
        "/broken": (500, {"Retry-After": "7200"}, b""),
    }
    bad = {path: webhook(client, receiver.url + path, "order.placed") for path in receiver.answers}
    good = webhook(client, f"{receiver.url}/good", "order.placed")
    started = time.monotonic()
    for _ in range(5):
        client.post("/api/orders", draft(DATE))
    wait_for(lambda: len(receiver.at("/good")) == 5, "the good one to hear of all")
    # A hanging receiver is waited for 15 s.
    assert time.monotonic() - started < 10

    def tried(path: str) -> dict | None:
        return next((d for d in deliveries(client, bad[path]) if d["lastError"]), None)

    for path, said in [("/garbage", "malformed-answer"), ("/huge", "malformed-answer"),
                       ("/redirect", "302"), ("/broken", "500")]:  # fmt: skip
        found = wait_for(lambda path=path: tried(path), f"{path} to be tried")
        assert said in found["lastError"] and found["status"] == "pending"
    assert not receiver.at("/never")
    assert len(receiver.at("/hang")) == 2, "at most two at once to one receiver"
    due = datetime.fromisoformat(tried("/broken")["nextAttemptAt"]) - datetime.now(UTC)
    assert 7000 < due.total_seconds() <= 7200, "Retry-After counts"
    assert len(deliveries(client, good, status="delivered")) == 5
    # The server stops without waiting for the one that hangs.
    assert weft.stop() == 0


def test_a_failed_delivery_is_tried_again_with_the_same_id(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    answers = [(503, {}, b""), (200, {}, b"")]
    receiver.answers = {"/flaky": lambda _: answers.pop(0)}
    hook = webhook(client, f"{receiver.url}/flaky", "nothing.at-all")
    client.post(f"/api/webhooks/{hook['id']}/test")
    done = wait_for(lambda: deliveries(client, hook, status="delivered"), "the second attempt", 20)
    assert done[0]["attempts"] == 2 and done[0]["responseStatus"] == 200
    first, second = receiver.at("/flaky")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert second.headers["webhook-signature"] == signatures(hook["secret"], second)
    # Five seconds, a fifth more or less.
    assert 3.5 < second.at - first.at < 8


def test_a_receiver_that_is_gone_is_disabled_and_administrators_hear(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    receiver.answers = {"/gone": (410, {}, b"")}
    hook = webhook(client, f"{receiver.url}/gone", "nothing.at-all")
    client.post(f"/api/webhooks/{hook['id']}/test")

    def disabled():
        now = client.get(f"/api/webhooks/{hook['id']}").json
        return None if now["enabled"] else now

    assert "410" in wait_for(disabled, "the webhook to be disabled")["disabledReason"]
    told = wait_for(
        lambda: [m for m in client.get("/api/inbox").json["items"] if "Webhook" in m["subject"]],
        "the administrator to hear",
    )
    assert told[0]["subject"] == "Webhook Ours was disabled" and told[0]["severity"] == "warning"


@pytest.mark.parametrize(
    "member, value, pointer",
    [
        ("url", "ftp://example.com/", "/url"),
        ("url", "https://user:secret@example.com/", "/url"),
        ("url", "not an address", "/url"),
        ("events", [], "/events"),
        ("events", ["order placed"], "/events/0"),
        ("events", ["order.placed", "*.placed"], "/events/1"),
        ("name", " ", "/name"),
    ],
)
def test_bad_webhooks_are_refused_with_the_place(weft, member, value, pointer):
    client = Client.signed_in(weft)
    good = {"name": "Ours", "url": "https://example.com/hook", "events": ["*"]}
    answer = client.post("/api/webhooks", good | {member: value})
    assert answer.status in (400, 422), answer.body
    assert pointer in (answer.json.get("pointer") or json.dumps(answer.json))
    assert "secret@" not in answer.body.decode()


def test_private_addresses_are_out_of_reach_unless_the_operator_allows_them(serve, receiver):
    weft = serve(private=False)
    client = Client.signed_in(weft)
    port = receiver.url.rsplit(":", 1)[1]
    refused = client.post("/api/webhooks", {"name": "x", "url": f"{receiver.url}/x", "events": ["*"]})
    assert refused.status == 422, "plain http"
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "169.254.169.254"):
        hook = webhook(client, f"https://{host}:{port}/x", "nothing.at-all")
        client.post(f"/api/webhooks/{hook['id']}/test")
        tried = wait_for(
            lambda hook=hook: [d for d in deliveries(client, hook) if d["lastError"]], f"{host} to be tried"
        )
        assert tried[0]["lastError"].startswith("forbidden-address"), host
    assert not receiver.received
