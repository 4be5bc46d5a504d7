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


def target(client: Client, **members) -> dict:
    made = client.post("/api/channel-targets", {"name": "Ops", **members})
    assert made.status == 201, made.body
    return made.json


def test_each_kind_of_target_gets_what_its_service_asks_for(serve, receiver):
    weft = serve(SERVER_URL="https://weft.example")
    client = Client.signed_in(weft)
    key = "R0123456789ABCDEF0123456789ABCDE"
    sms = {"kind": "sms", "minimum": "alarm", "to": "+436601234567"}
    targets = {
        "/services/T1/B1/secretsecret": target(
            client, kind="slack", url=f"{receiver.url}/services/T1/B1/secretsecret"
        ),
        "/workflows/1?sig=secretsecret": target(
            client, kind="teams", url=f"{receiver.url}/workflows/1?sig=secretsecret"
        ),
        "/v2/enqueue": target(
            client, kind="pagerduty", routingKey=key, url=f"{receiver.url}/v2/enqueue"
        ),
        "/2010-04-01/Accounts/AC123/Messages.json": target(
            client, preset="twilio", accountSid="AC123", authToken="token-token", url=receiver.url,
            **{"from": "+431234567", **sms},
        ),
        "/": target(
            client, preset="sns", accessKeyId="AKIDEXAMPLE", secretAccessKey="secret-secret",
            region="eu-central-1", url=receiver.url, **{"from": "Weft", **sms},
        ),
        "/send": target(
            client, preset="generic", url=f"{receiver.url}/send", contentType="application/json",
            body='{"to":"{{to}}","text":"{{text}}"}', authorization="Bearer secretsecret", **sms,
        ),
    }  # fmt: skip
    for made in targets.values():
        tested = client.post(f"/api/channel-targets/{made['id']}/test")
        assert tested.status == 200 and tested.json == {"queued": 1}, tested.body
    got = {path: wait_for(lambda path=path: receiver.at(path), path)[0] for path in targets}
    slack, teams, pager, twilio, sns, generic = got.values()

    subject = "Test of Ops"
    assert all(request.method == "POST" for request in got.values())
    assert slack.json["text"] == f"ℹ️ {subject}" and slack.json["blocks"][0]["type"] == "header"
    card = teams.json["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert card["content"]["body"][0]["inlines"][0]["text"] == subject
    assert pager.json["routing_key"] == key and pager.json["event_action"] == "trigger"
    assert pager.json["payload"]["summary"] == subject and pager.json["payload"]["severity"] == "info"
    assert pager.json["payload"]["source"] == "https://weft.example"
    basic = base64.b64encode(b"AC123:token-token").decode()
    assert twilio.headers["authorization"] == f"Basic {basic}"
    assert twilio.form["To"] == "+436601234567" and twilio.form["From"] == "+431234567"
    assert twilio.form["Body"].startswith(subject)
    assert sns.form["Action"] == "Publish" and sns.form["PhoneNumber"] == "+436601234567"
    assert sns.headers["authorization"] == sigv4(sns, "AKIDEXAMPLE", "secret-secret", "eu-central-1", "sns")
    assert generic.headers["authorization"] == "Bearer secretsecret"
    assert generic.json["to"] == "+436601234567" and generic.json["text"].startswith(subject)

    listed = client.get("/api/channel-targets")
    for secret in ("secretsecret", key, "token-token", "secret-secret"):
        assert secret not in listed.body.decode()
    assert listed.json["items"][0]["url"] == f"{receiver.url}/…cret"
    changed = client.patch(f"/api/channel-targets/{targets['/send']['id']}", {"name": "Gateway"})
    assert changed.status == 200 and changed.json["name"] == "Gateway"
    client.post(f"/api/channel-targets/{targets['/send']['id']}/test")
    again = wait_for(lambda: receiver.at("/send")[1:], "the secrets to stay")[0]
    assert again.headers["authorization"] == "Bearer secretsecret"
    log = wait_for(
        lambda: (found := client.get("/api/deliveries?status=sent").json["items"]) and len(found) >= 7 and found,
        "the log of deliveries",
    )
    assert {d["channel"] for d in log} >= {"slack", "teams", "pagerduty", "sms"}
    assert all(d["address"] in ("Ops", "Gateway") for d in log if d["channel"] == "sms")


def sigv4(request, key: str, secret: str, region: str, service: str) -> str:
    """AWS Signature Version 4, computed a second time."""
    names = ["content-type", "host", "x-amz-date"]
    stamp = request.headers["x-amz-date"]
    canonical = "\n".join(
        ["POST", request.path, ""]
        + [f"{name}:{request.headers[name]}" for name in names]
        + ["", ";".join(names), hashlib.sha256(request.body).hexdigest()]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    code = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        code = hmac.new(code, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(code, text.encode(), hashlib.sha256).hexdigest()
    return (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )


def test_an_alarm_reaches_people_and_services_until_it_is_acknowledged_and_over(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    key = "R0123456789ABCDEF0123456789ABCDE"
    target(client, kind="pagerduty", routingKey=key, url=f"{receiver.url}/pager")
    target(client, kind="slack", url=f"{receiver.url}/slack")
    made = client.post(
        "/api/escalations",
        {
            "name": "On call",
            "steps": [{"afterMinutes": 0, "targets": [{"kind": "role", "id": "admin"}]},
                      {"afterMinutes": 15, "targets": [{"kind": "role", "id": "manager"}]}],
        },
    )  # fmt: skip
    assert made.status == 201 and made.json["repeatMinutes"] == 30, made.body
    alarm = f"alarm:{uuid.uuid4()}"
    data = {"rule": "cpu", "name": "CPU over 80 %", "detail": "It is 91 %.", "severity": "alarm"}
    happened(weft, "alarm.raised", alarm, data)
    slack = wait_for(lambda: receiver.at("/slack"), "Slack to hear")[0]
    assert slack.json["text"] == "🚨 Alarm: CPU over 80 %"
    trigger = wait_for(lambda: receiver.at("/pager"), "PagerDuty to hear")[0].json
    assert (trigger["event_action"], trigger["dedup_key"]) == ("trigger", alarm)
    assert trigger["payload"]["severity"] == "critical"

    def told():
        items = client.get("/api/inbox").json["items"]
        return [m for m in items if m["subject"] == "Alarm: CPU over 80 %"]

    # Once as an administrator, once by the escalation's first step.
    first, second = wait_for(lambda: len(told()) == 2 and told(), "both messages")
    assert first["needsAcknowledgement"] and second["needsAcknowledgement"]
    (running,) = client.get("/api/incidents?state=open").json["items"]
    assert running["incident"] == alarm and running["steps"] == 1 and running["nextAt"]

    done = client.post(f"/api/inbox/{first['id']}/acknowledge", {"note": "I have it"})
    assert done.status == 204, done.body
    assert all(not m["needsAcknowledgement"] and m["acknowledgedBy"] for m in told())
    (stopped,) = client.get("/api/incidents").json["items"]
    assert stopped["state"] == "acknowledged" and stopped["note"] == "I have it"
    events = rows(weft.data, "SELECT data FROM event WHERE type = 'inbox.acknowledged'")
    assert [json.loads(data)["incident"] for (data,) in events] == [alarm]
    happened(weft, "alarm.cleared", alarm, data)
    actions = wait_for(lambda: len(receiver.at("/pager")) == 3 and receiver.at("/pager"), "its end")
    assert [request.json["event_action"] for request in actions] == ["trigger", "acknowledge", "resolve"]
    assert all(request.json["dedup_key"] == alarm for request in actions)


def test_a_browser_can_read_what_it_is_pushed_and_only_it(serve, receiver):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()

    def decode(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def point(key) -> bytes:
        form = serialization.PublicFormat.UncompressedPoint
        return key.public_bytes(serialization.Encoding.X962, form)

    browser, auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"
    receiver.answers = {"/push/1": (201, {}, b"")}
    subscription = {
        "endpoint": f"{receiver.url}/push/1",
        "expirationTime": None,
        "keys": {"p256dh": encode(point(browser.public_key())), "auth": encode(auth)},
        "label": "Phone",
    }
    made = client.post("/api/me/push", subscription)
    assert made.status == 201, made.body
    assert [b["label"] for b in client.get("/api/me/push").json["items"]] == ["Phone"]
    data = {"rule": "cpu", "name": "CPU", "detail": "Grüße 🚚", "severity": "alarm"}
    happened(weft, "alarm.raised", f"alarm:{uuid.uuid4()}", data)
    request = wait_for(lambda: receiver.at("/push/1"), "the push")[0]
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["urgency"] == "high" and int(request.headers["ttl"]) > 0

    # RFC 8188 and 8291, the browser's side.
    body = request.body
    salt, size, server = body[:16], int.from_bytes(body[16:20], "big"), body[21 : 21 + body[20]]
    assert size == 4096 and len(body) <= 4096
    other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server)
    shared = browser.exchange(ec.ECDH(), other)

    def derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

    info = b"WebPush: info\0" + point(browser.public_key()) + server
    material = derive(auth, shared, info, 32)
    content = derive(salt, material, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derive(salt, material, b"Content-Encoding: nonce\0", 12)
    text = AESGCM(content).decrypt(nonce, body[21 + body[20] :], None)
    assert text.endswith(b"\x02")
    said = json.loads(text[:-1])
    assert said["title"] == "Alarm: CPU" and "Grüße 🚚" in said["body"] and said["severity"] == "alarm"

    # RFC 8292: the token is signed with the key that the browser subscribed with.
    scheme, token, shown = request.headers["authorization"].split(" ")
    public = client.get("/api/push-key").json["key"]
    assert scheme == "vapid" and shown == f"k={public}"
    signed, signature = token.removeprefix("t=").rstrip(",").rsplit(".", 1)
    claims = json.loads(decode(signed.split(".")[1]))
    assert claims["aud"] == receiver.url and time.time() < claims["exp"] <= time.time() + 86_400
    raw = decode(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(public))
    key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))

    assert client.send("DELETE", f"/api/me/push/{made.json['id']}", None, {}).status == 204
    assert client.get("/api/me/push").json["items"] == []


def test_preferences_are_kept_whole_and_bad_ones_refused(weft):
    client = Client.signed_in(weft)
    standard = client.get("/api/me/channels")
    assert standard.status == 200 and standard.json["channels"]["inbox"] == {"enabled": True, "minimum": "info"}
    assert standard.json["channels"]["email"]["address"] == weft.email
    chosen = {
        "channels": {
            "inbox": {"enabled": True, "minimum": "info"},
            "email": {"enabled": True, "minimum": "warning"},
            "sms": {"enabled": True, "minimum": "alarm", "address": "+43 660 1234567"},
            "push": {"enabled": False, "minimum": "alarm"},
        },
        "quietHours": {"from": "22:00", "to": "06:00", "timeZone": "Europe/Vienna", "exceptAlarm": True},
        "language": "de",
    }
    answer = client.post("/api/me/channels", chosen, method="PUT")
    assert answer.status == 200, answer.body
    kept = client.get("/api/me/channels").json
    assert kept["quietHours"] == chosen["quietHours"] and kept["language"] == "de"
    assert kept["channels"]["sms"] == {"enabled": True, "minimum": "alarm", "address": "+436601234567"}
    for bad, pointer in [
        ({"quietHours": {**chosen["quietHours"], "timeZone": "Europe/Atlantis"}}, "/quietHours/timeZone"),
        ({"quietHours": {**chosen["quietHours"], "to": "25:00"}}, "/quietHours/to"),
        ({"channels": {"sms": {"enabled": True}}}, "/channels/sms/address"),
        ({"channels": {"sms": {"enabled": True, "address": "112"}}}, "/channels/sms/address"),
        ({"channels": {"pigeon": {"enabled": True}}}, "/channels"),
        ({"language": "tlh"}, "/language"),
    ]:
        refused = client.post("/api/me/channels", bad, method="PUT")
        assert refused.status in (400, 422), (bad, refused.body)
        assert pointer in refused.body.decode(), (bad, refused.body)
    assert client.post("/api/me/channels", {}, method="PUT").status == 200


def test_an_organisation_can_change_the_words_of_a_message(serve):
    weft = serve()
    client = Client.signed_in(weft)
    client.wait_until_idle()
    path = "/api/message-templates/logistics.order-booked-customer/en"
    words = {"subject": "Booked: {{reference}}", "body": "Hello {{customer}}!\n{{vehicles}}\n"}
    assert client.post(path, words, method="PUT").status == 204
    refused = client.post(path, words | {"body": "{{password}}"}, method="PUT")
    assert refused.status == 422 and "{{reference}}" in refused.body.decode()
    placed = client.post("/api/orders", draft(DATE)).json["id"]
    order = client.order_when(placed, "booked")
    sent = [m for m in client.messages(order["customer"]["id"]) if order["reference"] in m["subject"]]
    (mail,) = [message for message in sent if message["channel"] == "email"]
    assert mail["subject"] == f"Booked: {order['reference']}" and mail["body"].startswith("Hello ")
    listed = client.get("/api/message-templates").json["items"]
    assert [t["isDefault"] for t in listed if f"/{t['kind']}/{t['language']}" in path] == [False]
    assert client.send("DELETE", path, None, {}).status == 204
    listed = client.get("/api/message-templates").json["items"]
    assert all(t["isDefault"] for t in listed)


def test_only_administrators_see_and_change_where_messages_go(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    hook = webhook(client, f"{receiver.url}/x", "*")
    change(weft.data, "UPDATE identity_membership SET roles = ?", ['["viewer"]'])
    viewer = Client.signed_in(weft)
    for method, path in [
        ("GET", "/api/webhooks"), ("GET", f"/api/webhooks/{hook['id']}/deliveries"),
        ("POST", f"/api/webhooks/{hook['id']}/rotate"), ("DELETE", f"/api/webhooks/{hook['id']}"),
        ("GET", "/api/channel-targets"), ("GET", "/api/deliveries"), ("GET", "/api/escalations"),
    ]:  # fmt: skip
        assert viewer.send(method, path, None, {}).status == 403, path
    assert viewer.get("/api/me/channels").status == 200


def test_changes_of_where_messages_go_are_in_the_audit_log_without_secrets(serve, receiver):
    weft = serve()
    client = Client.signed_in(weft)
    hook = webhook(client, receiver.url + "/hook?token=geheim-url", "order.*")
    path = f"/api/webhooks/{hook['id']}"
    assert client.patch(path, {"url": receiver.url + "/other?token=geheim-url", "enabled": False}).status == 200
    rotated = client.post(path + "/rotate").json["secret"]
    assert client.post(path, method="DELETE").status == 204
    made = target(client, kind="pagerduty", name="On call", routingKey="R0123456789ABCDEFGHIJ")
    steps = [{"afterMinutes": 0, "targets": [{"kind": "target", "id": made["id"]}]}]
    policy = client.post("/api/escalations", {"name": "Night", "steps": steps}).json
    assert client.patch(f"/api/escalations/{policy['id']}", {"repeatMinutes": 0}).status == 200
    # What is refused leaves no entry.
    assert client.patch(f"/api/escalations/{policy['id']}", {"repeatMinutes": 3}).status == 422
    answer = client.get("/api/audit?limit=100").json
    found = [
        (entry["action"], entry["subject"], entry["detail"])
        for entry in reversed(answer["items"])
        if entry["action"].split(".")[0] in ("webhook", "target", "escalation")
    ]
    name = hook["name"]
    assert found == [
        ("webhook.created", f"webhook:{hook['id']}", {"name": name, "enabled": True}),
        (
            "webhook.changed",
            f"webhook:{hook['id']}",
            {"name": name, "enabled": False, "changed": ["enabled", "url"]},
        ),
        ("webhook.secret-rotated", f"webhook:{hook['id']}", {"name": name, "enabled": False}),
        ("webhook.removed", f"webhook:{hook['id']}", {"name": name, "enabled": False}),
        ("target.created", f"target:{made['id']}", {"name": "On call", "enabled": True}),
        ("escalation.created", f"escalation:{policy['id']}", {"name": "Night", "enabled": True}),
        (
            "escalation.changed",
            f"escalation:{policy['id']}",
            {"name": "Night", "enabled": True, "changed": ["repeatMinutes"]},
        ),
    ]
    text = str(answer)
    for secret in ("geheim", hook["secret"], rotated, "R0123456789"):
        assert secret not in text
    assert client.get("/api/audit/verify").json["ok"]
