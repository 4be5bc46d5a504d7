"""What every client of the API may rely on: versions, pages, sorting, budgets, origins, screening."""

import json
import os
import threading
import time
from datetime import datetime
from urllib.parse import quote

import pytest
from client import Client, draft, in_days, parcel, wait_for
from conftest import start

DATE = in_days(150)
ORIGIN = "https://erp.example"


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """Starts servers with a configuration of their own, and stops them after the module."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    running = []

    def begin(**configuration):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in configuration.items():
                patch.setenv(f"WEFT_{name}", value)
            running.append(start(binary, tmp_path_factory.mktemp("api") / "data"))
        return running[-1]

    yield begin
    for weft in running:
        weft.stop()


@pytest.fixture(scope="module")
def server(serve):
    weft = serve(CORS_ORIGINS=ORIGIN, SERVER_URL="https://weft.example")
    Client.signed_in(weft).wait_until_idle()
    return weft


@pytest.fixture
def client(server):
    return Client.signed_in(server)


def order(client, **changes) -> dict:
    answer = client.post("/api/orders", draft(DATE, parcel(), **changes))
    assert answer.status == 201, answer.body
    return client.order_when(answer.json["id"], "booked", "failed")


def assert_problem(answer, status: int, code: str) -> dict:
    assert (answer.status, answer.code) == (status, code), answer.body[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json


# Versions


def test_what_has_not_changed_is_not_sent_again(client):
    found = order(client)
    path = f"/api/orders/{found['id']}"
    first = client.get(path)
    tag = first.headers["etag"]
    assert tag.startswith(f'"v{found["version"]}-')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, **{"If-None-Match": known})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert client.get(path, **{"If-None-Match": '"v1-0"'}).status == 200


def test_a_change_meant_for_an_older_version_is_refused_with_the_present_one(client):
    found = order(client)
    path = f"/api/orders/{found['id']}"
    tag = client.get(path).headers["etag"]

    def change(notes: str, expected: str | None):
        headers = {"Content-Type": "application/json"}
        if expected:
            headers["If-Match"] = expected
        return client.send("PATCH", path, json.dumps({"notes": notes}).encode(), headers)

    first = change("first", tag)
    assert first.status == 200 and first.json["version"] == found["version"] + 1
    late = change("late", tag)
    problem = assert_problem(late, 412, "version-mismatch")
    assert problem["currentVersion"] == found["version"] + 1
    assert client.get(path).json["notes"] == "first"
    assert change("second", first.headers["etag"]).status == 200
    assert change("third", f'"v{found["version"] + 2}"').status == 200, "the version alone will do"
    assert change("fourth", "*").status == 200
    assert change("fifth", None).status == 200, "without If-Match the last one wins"
    assert change("sixth", '"nonsense"').status == 412


def test_bookings_have_versions_too(client):
    booking = order(client)["bookings"][0]
    path = f"/api/bookings/{booking['id']}"
    tag = client.get(path).headers["etag"]
    body = b'{"status":"released"}'
    headers = {"Content-Type": "application/json", "If-Match": '"v9"'}
    assert client.send("PATCH", f"{path}/status", body, headers).status == 412
    headers["If-Match"] = tag
    answer = client.send("PATCH", f"{path}/status", body, headers)
    assert answer.status == 200 and answer.json["version"] == 2


def test_a_route_without_versions_does_not_ignore_if_match(client):
    headers = {"Content-Type": "application/json", "If-Match": '"v1"'}
    body = json.dumps(draft(DATE)).encode()
    assert_problem(client.send("POST", "/api/orders", body, headers), 400, "no-version")


@pytest.mark.parametrize("kind", ["vehicles", "customers"])
def test_vehicles_and_customers_have_tags(client, kind):
    path = f"/api/{kind}/{client.get(f'/api/{kind}?limit=1').json['items'][0]['id']}"
    tag = client.get(path).headers["etag"]
    assert client.get(path, **{"If-None-Match": tag}).status == 304


# Lists


def pages(client, path: str, between=lambda: None) -> list[dict]:
    """Every item of a list, page by page."""
    items, cursor = [], None
    while True:
        mark = f"&cursor={quote(cursor)}" if cursor else ""
        answer = client.get(f"{path}{mark}")
        assert answer.status == 200, answer.body
        items += answer.json["items"]
        cursor = answer.json["nextCursor"]
        if cursor is None:
            return items
        between()


@pytest.mark.parametrize(
    ("path", "sort", "key"),
    [
        ("/api/orders", "-createdAt", lambda item: datetime.fromisoformat(item["createdAt"])),
        ("/api/orders", "reference", lambda item: item["reference"]),
        ("/api/orders", "-requestedDate,reference", lambda item: item["requestedDate"]),
        ("/api/bookings", "date", lambda item: item["date"]),
        ("/api/customers", "name", lambda item: item["name"].encode()),
        ("/api/vehicles", "-name", lambda item: item["name"].encode()),
        ("/api/depots", "name", lambda item: item["name"].encode()),
        ("/api/decisions", "-at", lambda item: datetime.fromisoformat(item["at"])),
        ("/api/executions", "-startedAt", lambda item: datetime.fromisoformat(item["startedAt"])),
        ("/api/inbox", "at", lambda item: datetime.fromisoformat(item["at"])),
    ],
)
def test_pages_hold_every_item_once_in_order(client, path, sort, key):
    whole = pages(client, f"{path}?sort={sort}&limit=200")
    small = pages(client, f"{path}?sort={sort}&limit=2")
    assert [item["id"] for item in small] == [item["id"] for item in whole]
    assert len({item["id"] for item in whole}) == len(whole) > 2
    keys = [key(item) for item in whole]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_a_page_stays_where_it_is_while_orders_come_in(client):
    before = [item["id"] for item in pages(client, "/api/orders?limit=200")]
    placed = []

    def place():
        if len(placed) < 3:
            placed.append(client.post("/api/orders", draft(DATE)).json["id"])

    seen = [item["id"] for item in pages(client, "/api/orders?limit=7", between=place)]
    assert len(placed) == 3
    assert seen == before, "newest first: what came meanwhile is before the first page"
    after = [item["id"] for item in pages(client, "/api/orders?limit=200")]
    assert after == placed[::-1] + before


def test_a_second_field_sorts_within_the_first(client):
    items = pages(client, "/api/orders?sort=status,-reference&limit=5")
    keys = [item["status"] for item in items]
    assert keys == sorted(keys) and len(set(keys)) > 1
    for status in set(keys):
        references = [item["reference"] for item in items if item["status"] == status]
        assert references == sorted(references, reverse=True)


def test_a_cursor_that_was_changed_or_belongs_elsewhere_is_refused(client):
    cursor = client.get("/api/orders?limit=1").json["nextCursor"]
    changed = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    for path in (
        f"/api/orders?limit=1&cursor={changed}",
        f"/api/orders?limit=1&cursor={cursor[:-4]}",
        f"/api/orders?limit=1&sort=reference&cursor={cursor}",
        f"/api/orders?limit=1&status=booked&cursor={cursor}",
        f"/api/bookings?limit=1&cursor={cursor}",
        "/api/orders?cursor=1795220165034734_01930000-0000-7000-8000-0a0000000040",
    ):
        assert assert_problem(client.get(path), 400, "invalid-cursor")["pointer"] == "/cursor"
    assert client.get(f"/api/orders?limit=9&cursor={cursor}").status == 200


@pytest.mark.parametrize(
    ("path", "code", "pointer", "word"),
    [
        ("/api/orders?limt=1", "unknown-parameter", "/limt", '"limit"'),
        ("/api/orders?colour=red", "unknown-parameter", "/colour", "customerId"),
        ("/api/depots/?x=1", "not-found", None, ""),
        ("/api/orders?limit=1&limit=2", "repeated-parameter", "/limit", "twice"),
        ("/api/orders?sort=colour", "unknown-sort", "/sort", "createdAt"),
        ("/api/orders?sort=requesteddate", "unknown-sort", "/sort", '"requestedDate"'),
        ("/api/me/views?pge=orders", "unknown-parameter", "/pge", '"page"'),
    ],
)
def test_a_parameter_that_is_not_known_is_named_with_the_nearest(client, path, code, pointer, word):
    answer = client.get(path)
    problem = assert_problem(answer, 404 if code == "not-found" else 400, code)
    assert problem.get("pointer") == pointer and word in problem["detail"]


def test_a_query_belongs_to_get(client):
    answer = client.post("/api/orders?reference=X", draft(DATE))
    assert_problem(answer, 400, "unknown-parameter")


def test_bookings_are_listed_by_status_day_vehicle_and_order(client):
    found = order(client)
    booking = found["bookings"][0]
    by_order = client.get(f"/api/bookings?orderId={found['id']}").json["items"]
    assert [item["id"] for item in by_order] == [booking["id"]]
    vehicle = booking["vehicle"]["id"]
    day = client.get(f"/api/bookings?vehicleId={vehicle}&from={DATE}&to={DATE}").json["items"]
    assert booking["id"] in [item["id"] for item in day]
    assert all(item["date"] == DATE and item["vehicle"]["id"] == vehicle for item in day)
    assert client.get("/api/bookings?status=released&limit=200").json["items"] != by_order
    assert client.get("/api/bookings?status=lost").status == 422


def test_decisions_say_how_many_tools_were_called_and_where_to_look(client):
    found = order(client)
    items = client.get(f"/api/decisions?subject=order:{found['id']}").json["items"]
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)
    assert {item["links"]["execution"] for item in items} == {
        f"/api/executions/{found['execution']['id']}"
    }
    for item in items:
        whole = client.get(item["links"]["self"]).json
        assert len(whole["toolCalls"]) == item["toolCallCount"] > 0
    newest = client.get("/api/decisions?agent=logistics.transport&limit=5").json["items"]
    assert {item["agent"] for item in newest} == {"logistics.transport"}


# Bulk actions and saved views


def test_many_orders_are_cancelled_at_once_each_by_itself(client):
    first, second = order(client), order(client)
    nobody = "01930000-0000-7000-8000-000000000001"
    body = {"action": "cancel", "ids": [first["id"], nobody], "reason": "The customer withdrew"}
    results = client.post("/api/orders/bulk", body).json["results"]
    assert [result["ok"] for result in results] == [True, False]
    assert results[1]["problem"]["status"] == 404
    again = client.post("/api/orders/bulk", {**body, "ids": [first["id"], second["id"]]})
    assert [result["ok"] for result in again.json["results"]] == [False, True]
    assert again.json["results"][0]["problem"]["code"] == "illegal-transition"
    for identity in (first["id"], second["id"]):
        found = client.order(identity)
        assert (found["status"], found["statusReason"]) == ("cancelled", "The customer withdrew")
        assert {booking["status"] for booking in found["bookings"]} == {"released"}


def test_failed_orders_are_tried_again_together(client):
    mast = parcel("Mast", 1, lengthMm=20_000)
    placed = [client.post("/api/orders", draft(in_days(151), mast)).json["id"] for _ in range(2)]
    for identity in placed:
        client.order_when(identity, "failed")
    body = {"action": "retry", "ids": placed, "reason": "A longer vehicle was hired"}
    results = client.post("/api/orders/bulk", body).json["results"]
    assert all(result["ok"] for result in results)
    for identity in placed:
        found = wait_for(
            lambda identity=identity: [
                change
                for change in client.order(identity)["history"]
                if change["to"] == "received" and change["reason"]
            ],
            "the order to be tried again",
        )
        assert found[0]["reason"] == "A longer vehicle was hired"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete", "ids": [], "reason": "x"},
        {"action": "cancel", "ids": [], "reason": "x"},
        {"action": "cancel", "ids": ["01930000-0000-7000-8000-000000000001"]},
        {"action": "cancel", "ids": ["01930000-0000-7000-8000-000000000001"] * 2, "reason": "x"},
        {"action": "cancel", "ids": ["x"], "reason": "x"},
    ],
)
def test_a_bulk_action_that_makes_no_sense_is_refused_whole(client, body):
    assert client.post("/api/orders/bulk", body).status == 422


def test_views_are_kept_shared_and_deleted(client):
    view = {"page": "orders", "name": "Mine", "query": "status=failed", "shared": True}
    made = client.post("/api/me/views", view)
    assert made.status == 201 and {**made.json, **view} == made.json
    taken = client.post("/api/me/views", view)
    assert assert_problem(taken, 409, "name-taken")["pointer"] == "/name"
    names = [item["name"] for item in client.get("/api/me/views?page=orders").json["items"]]
    assert names == ["Mine"]
    assert client.get("/api/me/views?page=vehicles").json["items"] == []
    path = f"/api/me/views/{made.json['id']}"
    assert client.send("DELETE", path, None, {}).status == 204
    assert client.send("DELETE", path, None, {}).status == 404


# What is sent


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_json_is_refused_with_what_to_send(client, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = client.send("POST", "/api/orders", json.dumps(draft(DATE)).encode(), headers)
    problem = assert_problem(answer, 415, "unsupported-media-type")
    assert "application/json" in problem["detail"] and answer.headers["accept"] == "application/json"


def test_free_text_in_a_body_is_nobodys_business(client):
    texts = ["O'Brien; DROP TABLE orders --", "<script>alert(1)</script>", "' OR 1=1 --"]
    for text in texts:
        found = client.post("/api/orders", draft(DATE, parcel(name=text), notes=text))
        assert found.status == 201, found.body
        kept = client.order(found.json["id"])
        assert (kept["notes"], kept["items"][0]["name"]) == (text, text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("' OR '1'='1", "sql-injection"),
        ("1 or 1=1", "sql-injection"),
        ("x' UNION SELECT name, password FROM users --", "sql-injection"),
        ("x'; DROP TABLE orders", "sql-injection"),
        ("1;WAITFOR DELAY '0:0:5'", "sql-injection"),
        ("x'/**/or/**/1=1", "sql-injection"),
        ("admin'--", "sql-injection"),
        ("%27%20or%201=1--", "sql-injection"),
        ("<script>alert(1)</script>", "script"),
        ("<img src=x onerror=alert(1)>", "script"),
        ("javascript:alert(1)", "script"),
        ("../../etc/passwd", "traversal"),
        ("${jndi:ldap://x}", "expression"),
    ],
)
def test_a_clear_attack_in_a_query_is_refused_and_counted(client, text, rule):
    answer = client.get(f"/api/orders?q={quote(text)}")
    assert rule in assert_problem(answer, 403, "request-screened")["detail"]
    counted = f'weft_screened_total{{rule="{rule}",action="blocked"}}'
    assert counted in client.get("/metrics").body.decode()


@pytest.mark.parametrize(
    "text",
    ["O'Brien", "O'Brien; DROP", "Rock 'n' Roll", "Union Select GmbH", "Müller & Söhne",
     "5 < 6", "select", "drop table lamps", "50% off", "Fish and Chips", "and/or", "C++", "a=b"],
)  # fmt: skip
def test_text_that_only_looks_like_an_attack_is_searched_for(client, text):
    assert client.get(f"/api/orders?q={quote(text)}").status == 200


def test_too_deep_and_too_many_are_refused_and_counted(client):
    deep = b'{"a":' * 100 + b"1" + b"}" * 100
    answer = client.send("POST", "/api/orders", deep, {"Content-Type": "application/json"})
    assert_problem(answer, 400, "too-deep")
    many = "&".join(f"a{number}=1" for number in range(101))
    assert_problem(client.get(f"/api/orders?{many}"), 400, "too-many-parameters")
    text = client.get("/metrics").body.decode()
    assert 'weft_refused_inputs_total{reason="depth"}' in text
    assert 'weft_refused_inputs_total{reason="query"}' in text


# Budgets


def test_every_answer_says_what_is_left(client):
    before = client.get("/api/depots")
    assert before.headers["ratelimit-limit"] == "5000"
    assert 4_000 < int(before.headers["ratelimit-remaining"]) < 5_000
    assert int(before.headers["ratelimit-reset"]) >= 1
    missing = client.get("/api/orders/none")
    assert missing.status == 404 and "ratelimit-remaining" in missing.headers


def test_a_flood_without_sign_in_cannot_starve_who_is_signed_in(serve):
    weft = serve(LIMITS_ANONYMOUS="20/40", LIMITS_FAILING="1/10")
    signed_in = Client.signed_in(weft)
    Client(weft.url).get("/health/live")
    stop = threading.Event()
    statuses: dict[str, list[int]] = {"nobody": [], "forged": []}

    def flood(name: str, token: str | None):
        while not stop.is_set():
            try:
                answer = Client(weft.url, token).get("/api/orders")
                statuses[name].append(answer.status)
            except OSError:
                continue

    threads = [
        threading.Thread(target=flood, args=("nobody", None), daemon=True),
        threading.Thread(target=flood, args=("nobody", None), daemon=True),
        threading.Thread(target=flood, args=("forged", "eyJhbGciOiJFUzI1NiJ9.e30.AA"), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        wait_for(
            lambda: 429 in statuses["nobody"][-20:] and 429 in statuses["forged"][-20:],
            "the flood to be refused",
        )
        slowest, refused = 0.0, 0
        for _ in range(100):
            began = time.monotonic()
            refused += signed_in.get("/api/depots").status != 200
            slowest = max(slowest, time.monotonic() - began)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert refused == 0
    assert slowest < 2
    # After the burst nearly all of the flood is refused: the rate is 20 and 1 a second.
    assert statuses["nobody"].count(401) < 40 + 20 * 60
    assert statuses["forged"].count(401) <= 10 + 60
    assert set(statuses["nobody"]) == {401, 429} == set(statuses["forged"])


def test_a_refusal_says_when_to_come_again(serve):
    weft = serve(LIMITS_PLANS="standard=1/5, big=1000/1000", LIMITS_ASSIGN="role:viewer=big")
    client = Client.signed_in(weft)
    answers = [client.get("/api/depots") for _ in range(8)]
    assert [answer.status for answer in answers[:5]] == [200] * 5
    last = answers[-1]
    problem = assert_problem(last, 429, "rate-limited")
    assert int(last.headers["retry-after"]) == problem["retryAfterSeconds"] == 1
    assert last.headers["ratelimit-remaining"] == "0"
    wait_for(lambda: client.get("/api/depots").status == 200, "the budget to fill", every=0.3)


# Addresses and origins


def test_addresses_are_refused_and_taken_by_range(serve):
    weft = serve(SERVER_PROXIES="127.0.0.0/8", SCREENING_DENY="203.0.113.0/24 2001:db8::/32")
    client = Client.signed_in(weft)
    assert client.get("/api/depots").status == 200
    for address in ("203.0.113.9", "2001:db8::1", "10.0.0.1, 203.0.113.9, 127.0.0.2"):
        answer = client.get("/api/depots", **{"X-Forwarded-For": address})
        assert_problem(answer, 403, "address-refused")
    assert client.get("/api/depots", **{"X-Forwarded-For": "203.0.113.9, 10.1.1.1"}).status == 200


def test_who_is_no_proxy_cannot_say_where_a_request_comes_from(server, client):
    answer = client.get("/api/depots", **{"X-Forwarded-For": "203.0.113.9"})
    assert answer.status == 200


def test_pages_of_a_configured_origin_may_call(server, client):
    asked = Client(server.url).send(
        "OPTIONS",
        "/api/orders",
        None,
        {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = client.get("/api/depots", Origin=ORIGIN)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/api/depots", "https://other.example"),
        ("/api/depots", "http://erp.example"),
        ("/api/depots", "null"),
        ("/auth/token", ORIGIN),
        ("/auth/refresh", ORIGIN),
    ],
)
def test_nobody_else_may_and_sign_in_is_not_shared(server, client, path, origin):
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = Client(server.url).send("OPTIONS", path, None, preflight)
    answer = client.get(path, Origin=origin)
    for got in (asked, answer):
        assert not [name for name in got.headers if name.startswith("access-control")]


def test_every_answer_tells_browsers_to_be_careful(server, client):
    for path in ("/api/depots", "/api/nothing", "/console/", "/docs", "/health/live"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
