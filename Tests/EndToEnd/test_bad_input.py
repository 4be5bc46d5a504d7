"""Bad input gets a clear, specific error and changes nothing."""

import json
import os
import re
import socket
import time
import uuid
from urllib.parse import urlparse

import pytest
from client import (
    CUSTOMER, DEPOT, Answer, Client, draft, in_days, parcel, rows, wait_for,
    wait_until_indexed, wait_until_told,
)  # fmt: skip
from conftest import start

DATE = in_days(120)
NOBODY = "01930000-0000-7000-8000-000000000001"
VEHICLE = "01930000-0000-7000-8000-fa0000000001"
# What any request may write: who signed in, and what was observed of it.
VOLATILE = {
    "identity_audit", "identity_session", "identity_refresh_token", "sqlite_sequence",
    "trace", "trace_span", "log_line", "metric_series", "metric_point",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own at rest, so that nothing but the test could change its store."""
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    weft = start(binary, tmp_path_factory.mktemp("bad-input") / "data")
    client = Client.signed_in(weft)
    client.wait_until_idle()
    wait_until_told(weft.data)
    wait_until_indexed(weft.data)
    # Those that every organisation begins with.
    wait_for(lambda: client.get("/api/alarm-rules").json["items"], "the alarm rules")
    yield weft
    weft.stop()


@pytest.fixture(scope="module")
def client(server):
    return Client.signed_in(server)


def counts(weft) -> dict[str, int]:
    tables = rows(weft.data, "SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [name for (name,) in tables if name not in VOLATILE]
    both = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names)
    return dict(rows(weft.data, both))


@pytest.fixture
def unchanged(server):
    """Fails the test when it leaves the store with other rows."""
    before = counts(server)
    yield
    assert counts(server) == before


def assert_problem(answer: Answer, status: int, code: str | None = None) -> dict:
    """RFC 9457: a problem that says what was wrong; and nobody's fault but the client's."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", problem["code"])
    assert len(problem["detail"]) > 10
    if code:
        assert problem["code"] == code, problem
    return problem


def changed(pointer: str, value) -> dict:
    """A good order with one thing put elsewhere; `KeyError` as the value takes it away."""
    order = draft(DATE)
    place = order
    *path, last = pointer.strip("/").split("/")
    for step in path:
        place = place[int(step) if isinstance(place, list) else step]
    if value is KeyError:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return order


ORDERS = [
    # What is wrong, where, with which value; the code; what the detail must name.
    ("/customerId", KeyError, "missing-field", "customerId"),
    ("/requestedDate", KeyError, "missing-field", "requestedDate"),
    ("/pickup", KeyError, "missing-field", "pickup"),
    ("/items", KeyError, "missing-field", "items"),
    ("/items/0/weightGrams", KeyError, "missing-field", "weightGrams"),
    ("/customerId", 7, "wrong-type", "string"),
    ("/items", {}, "wrong-type", "array"),
    ("/items/0", "a crate", "wrong-type", "object"),
    ("/items/0/lengthMm", "600", "wrong-type", "whole number"),
    ("/items/0/lengthMm", 600.5, "wrong-type", "whole number"),
    ("/items/0/lengthMm", None, "wrong-type", "whole number"),
    ("/items/0/fragile", "yes", "wrong-type", "true or false"),
    ("/items/0/upright", "height", "wrong-type", "array"),
    ("/items/0/lenghtMm", 600, "unknown-field", '"lengthMm"'),
    ("/requestDate", DATE, "unknown-field", '"requestedDate"'),
    ("/pickup/depot", DEPOT, "unknown-field", '"depotId"'),
    ("/items/0/lengthMm", 0, "invalid-value", "1"),
    ("/items/0/widthMm", -600, "invalid-value", "1"),
    ("/items/0/heightMm", 20_001, "invalid-value", "20"),
    ("/items/0/heightMm", 10**30, None, "1000"),
    ("/items/0/weightGrams", -1, "invalid-value", "1"),
    ("/items/0/weightGrams", 30_000_001, "invalid-value", "30"),
    ("/items/0/quantity", 0, "invalid-value", "1"),
    ("/items/0/quantity", 10_001, "invalid-value", "10"),
    ("/items/0/maxLoadGrams", -5, "invalid-value", "0"),
    ("/items/0/upright", [], "invalid-value", "1"),
    ("/items/0/upright", ["up"], "invalid-value", "height"),
    ("/items/0/upright", ["height", "height"], None, ""),
    ("/items/0/name", "", "invalid-value", "1"),
    ("/items/0/name", "x" * 201, "invalid-value", "200"),
    ("/items/0/id", "item-2", None, "item-1"),
    ("/items/0/stop", 2, "unknown-stop", "stop 2"),
    ("/items/0/stop", 51, "invalid-value", "50"),
    ("/items/0/goodsClass", "Food", "invalid-value", "small letters"),
    ("/items/0/goodsClass", "food-", "invalid-value", "hyphens"),
    ("/items/0/goodsClass", "x" * 41, "invalid-value", "40"),
    ("/items/0/goodsClass", 6.1, "wrong-type", "string"),
    ("/items/0/priority", 10, "invalid-value", "9"),
    ("/items/0/priority", "high", "wrong-type", "whole number"),
    ("/items", [], "invalid-value", "1"),
    ("/items", [parcel()] * 501, "invalid-value", "500"),
    ("/items", [parcel(quantity=10_000)] * 3, "too-many-pieces", "20000"),
    ("/requestedDate", "2020-01-01", "date-in-past", "past"),
    ("/requestedDate", "2027-02-30", "invalid-value", "date"),
    ("/requestedDate", "tomorrow", "invalid-value", "date"),
    ("/customerId", "42", "invalid-value", "UUID"),
    ("/customerId", NOBODY, "customer-not-found", NOBODY),
    ("/pickup/depotId", NOBODY, "depot-not-found", NOBODY),
    ("/pickup/depotId", CUSTOMER, "depot-not-found", CUSTOMER),
    ("/reference", "LO-000001", "reference-taken", "LO-000001"),
    ("/reference", "", "invalid-value", "1"),
    ("/deliveries", [], "invalid-value", "1"),
    ("/notes", "x" * 2_001, "invalid-value", "2"),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("pointer", "value", "code", "named"), ORDERS, ids=[f"{n}{row[0]}" for n, row in enumerate(ORDERS)]
)
def test_a_wrong_order_is_refused_where_it_is_wrong(client, pointer, value, code, named):
    answer = client.post("/api/orders", changed(pointer, value), key=str(uuid.uuid4()))
    problem = assert_problem(answer, 409 if code == "reference-taken" else 422, code)
    assert named in problem["detail"]
    # A missing member is told at its own place; what is wrong within a member, at or below it.
    told = [problem.get("pointer")] + [e.get("pointer") for e in problem.get("errors", [])]
    assert any(place and place.startswith(pointer) for place in told), problem


SYNTAX = [
    (b"", 422, None),
    (b"{", 400, (1, 2)),
    (b'{"a": 1,}', 400, (1, 9)),
    (b'{\n  "a": tru\n}', 400, (2, 8)),
    (b'{"a": 01}', 400, (1, 7)),
    (b"{'a': 1}", 400, (1, 2)),
    (b'{"a": "\x01"}', 400, (1, 8)),
    (b'{"a": "\xff"}', 400, None),
    (b'{"a": 1} x', 400, (1, 10)),
    (b'{"a": 1, "a": 2}', None, None),
    (b"[" * 100_000, 400, None),
    (b"NaN", 400, (1, 1)),
    (b"null", 422, None),
    (b"[]", 422, None),
    (b'"text"', 422, None),
    (b'\xef\xbb\xbf{"a": 1}', None, None),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("body", "status", "place"), SYNTAX, ids=range(len(SYNTAX)))
def test_malformed_json_is_refused_with_line_and_column(client, body, status, place):
    answer = client.send("POST", "/api/orders", body, {"Content-Type": "application/json"})
    problem = assert_problem(answer, status or answer.status)
    assert answer.status in (400, 422)
    if place:
        assert problem["code"] == "malformed-json"
        line, column = place
        assert f"line {line}" in problem["detail"], problem
        assert f"column {column}" in problem["detail"], problem


FOREIGN = [
    ("GET", "/api/orders/{id}", None),
    ("GET", "/api/orders/{id}/layout", None),
    ("POST", "/api/orders/{id}/retry", None),
    ("PATCH", "/api/orders/{id}", {"notes": "mine now"}),
    ("PATCH", "/api/orders/{id}", {"status": "cancelled"}),
    ("GET", "/api/bookings/{id}", None),
    ("PATCH", "/api/bookings/{id}/status", {"status": "released"}),
    ("GET", "/api/customers/{id}", None),
    ("GET", "/api/decisions/{id}", None),
    ("GET", "/api/executions/{id}", None),
    ("POST", "/api/inbox/{id}/read", None),
    ("GET", "/orders/{id}", None),
    ("GET", "/customers/{id}", None),
    ("GET", "/api/transport/bookings/{id}", None),
    ("GET", "/api/nothing", None),
    ("GET", "/console/assets/none.js", None),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("identity", [NOBODY, "42", "a%20b", "O'Brien", "%F0%9F%9A%9A"])
@pytest.mark.parametrize(("method", "path", "body"), FOREIGN)
def test_what_is_not_there_is_not_found(client, method, path, body, identity):
    raw = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if raw else {}
    answer = client.send(method, path.replace("{id}", identity), raw, headers)
    assert_problem(answer, 404)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(("method", "path", "body"), [row for row in FOREIGN if "{id}" in row[1]])
def test_an_attack_in_a_path_is_not_even_read(client, method, path, body):
    raw = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if raw else {}
    answer = client.send(method, path.replace("{id}", "'%20OR%201=1"), raw, headers)
    assert_problem(answer, 403, "request-screened")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("path", "body", "status", "pointer"),
    [
        ("/api/bookings", {"orderId": NOBODY, "vehicleId": VEHICLE}, (404, 422), "/orderId"),
        ("/api/bookings", {"orderId": "x", "vehicleId": VEHICLE}, (422,), "/orderId"),
        ("/api/bookings", {"vehicleId": VEHICLE}, (422,), "/orderId"),
        (
            "/api/bookings/calculate-price",
            {"vehicleId": NOBODY, "distanceMeters": 1, "weightGrams": 1, "volumeMm3": 1},
            (404, 422),
            "/vehicleId",
        ),
        (
            "/api/bookings/calculate-price",
            {"vehicleId": VEHICLE, "distanceMeters": -1, "weightGrams": 1, "volumeMm3": 1},
            (422,),
            "/distanceMeters",
        ),
    ],
)
def test_wrong_bookings_are_refused(client, path, body, status, pointer):
    answer = client.post(path, body)
    assert answer.status in status, answer.body
    problem = assert_problem(answer, answer.status)
    if answer.status == 422:
        told = [problem.get("pointer")] + [e.get("pointer") for e in problem.get("errors", [])]
        assert pointer in told, problem


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "query",
    ["status=lost", "limit=0", "limit=201", "limit=ten", "from=today", "customerId=1"],
)
def test_wrong_filters_are_refused(client, query):
    problem = assert_problem(client.get(f"/api/orders?{query}"), 422)
    assert query.split("=")[0] in json.dumps(problem)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("query", ["cursor=1", "colour=red", "sort=colour"])
def test_parameters_that_cannot_be_read_are_refused(client, query):
    problem = assert_problem(client.get(f"/api/orders?{query}"), 400)
    assert problem["pointer"] == "/" + query.split("=")[0]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/api/orders", "DELETE", {"GET", "POST"}),
        ("/api/orders", "PUT", {"GET", "POST"}),
        (f"/api/orders/{NOBODY}", "DELETE", {"GET", "PATCH"}),
        ("/api/bookings", "PUT", {"GET", "POST"}),
        ("/auth/token", "GET", {"POST"}),
        ("/health/live", "POST", {"GET"}),
        ("/metrics", "POST", {"GET"}),
    ],
)
def test_wrong_methods_name_the_right_ones(client, path, method, allowed):
    answer = client.send(method, path, None, {})
    assert_problem(answer, 405, "method-not-allowed")
    named = {name.strip() for name in answer.headers["allow"].split(",")}
    assert allowed <= named and method not in named


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Basic ZGVtbzpkZW1v",
        "Bearer " + "x" * 8_000,
        # alg none, as forgers try first.
        "Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiJ9.",
    ],
)
def test_bad_tokens_are_refused(server, header):
    stranger = Client(server.url)
    assert_problem(stranger.send("GET", "/api/orders", None, {"Authorization": header}), 401)


@pytest.mark.usefixtures("unchanged")
def test_a_token_that_was_tampered_with_is_refused(server, client):
    head, payload, signature = client.token.split(".")
    for forged in (
        f"{head}.{payload[:-2]}AA.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{head}.{payload}.",
        f"{head}.{payload}",
    ):
        answer = Client(server.url, forged).get("/api/orders")
        assert_problem(answer, 401)
    assert_problem(Client(server.url).post("/api/orders", draft(DATE)), 401, "unauthenticated")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data"])
def test_other_content_types_are_refused(client, kind):
    headers = {"Content-Type": kind}
    answer = client.send("POST", "/api/orders", json.dumps(draft(DATE)).encode(), headers)
    assert_problem(answer, 415, "unsupported-media-type")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("path", ["/api/orders", "/api/orders/import", "/auth/token"])
@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_are_refused_at_once(server, client, path, chunked):
    began = time.monotonic()
    size = 10_000_000
    lines = [f"POST {path} HTTP/1.1", "Host: weft", f"Authorization: Bearer {client.token}"]
    lines.append("Content-Type: application/json")
    lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    part = b" " * 65_536
    if chunked:
        part = b"10000\r\n" + part + b"\r\n"
    answer = exchange(server, head, (part for _ in range(size // 65_536)))
    assert_problem(answer, 413, "too-large")
    assert time.monotonic() - began < 5


def exchange(weft, data: bytes, more=()) -> Answer:
    """Sends bytes as they are, and reads the answer until the server closes."""
    address = urlparse(weft.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        try:
            wire.sendall(data)
            for part in more:
                wire.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        received = b""
        try:
            while part := wire.recv(65_536):
                received += part
        except ConnectionResetError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    headers = {}
    for field in fields:
        name, _, value = field.partition(": ")
        headers[name.lower()] = value
    assert first.startswith("HTTP/1.1 "), received[:200]
    return Answer(int(first.split()[1]), headers, body)


GET = b"GET /health/live HTTP/1.1\r\n"
POST = b"POST /api/orders HTTP/1.1\r\nHost: weft\r\nContent-Type: application/json\r\n"
# The list in the design, and its neighbours.
MALFORMED = {
    "length and chunked": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "two hosts": GET + b"Host: a\r\nHost: b\r\n\r\n",
    "no host": GET + b"\r\n",
    "signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "plus zero": POST + b"Content-Length: +0\r\n\r\n",
    "negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "huge length": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "unknown coding": POST + b"Transfer-Encoding: rot13\r\n\r\n",
    "coding after chunked": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "no token as a name": GET + b"Host: a\r\nX(y): 1\r\n\r\n",
    "empty name": GET + b"Host: a\r\n: 1\r\n\r\n",
    "space before the colon": GET + b"Host : a\r\n\r\n",
    "folded line": GET + b"Host: a\r\nX: 1\r\n 2\r\n\r\n",
    "bare LF": b"GET /health/live HTTP/1.1\nHost: a\n\n",
    "bare LF in fields": GET + b"Host: a\nX: 1\r\n\r\n",
    "bare CR": GET + b"Host: a\r\nX: 1\rY: 2\r\n\r\n",
    "NUL": GET + b"Host: a\r\nX: 1\x002\r\n\r\n",
    "control byte": GET + b"Host: a\r\nX: 1\x072\r\n\r\n",
    "double space": b"GET  /health/live HTTP/1.1\r\nHost: a\r\n\r\n",
    "space at the end": b"GET /health/live HTTP/1.1 \r\nHost: a\r\n\r\n",
    "tab as a space": b"GET\t/health/live HTTP/1.1\r\nHost: a\r\n\r\n",
    "control byte in the target": b"GET /health\x01live HTTP/1.1\r\nHost: a\r\n\r\n",
    "LF in a chunk's size": POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
    "LF after a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n",
    "CR in an extension": POST + b"Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{}\r\n0\r\n\r\n",
    "NUL in an extension": POST + b"Transfer-Encoding: chunked\r\n\r\n2;a=\x00\r\n{}\r\n0\r\n\r\n",
    "bad extension": POST + b"Transfer-Encoding: chunked\r\n\r\n2;=\r\n{}\r\n0\r\n\r\n",
    "no size": POST + b"Transfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n",
    "signed size": POST + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "huge size": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "longer chunk than said": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "encoded NUL": b"GET /api/orders/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "dot segments": b"GET /api/orders/../customers HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded dot segments": b"GET /api/%2e%2e/metrics HTTP/1.1\r\nHost: a\r\n\r\n",
    "encoded slash": b"GET /api/orders/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
    "broken percent": b"GET /api/orders/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32,
}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_are_refused(server, client, name):
    token = f"\r\nAuthorization: Bearer {client.token}\r\n".encode()
    # The first line's end is left alone where it is what is tested.
    data = MALFORMED[name]
    if b"POST" in data[:4]:
        data = data.replace(b"\r\n", token, 1)
    if data.startswith(b"GET /api"):
        data = data.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answer = exchange(server, data)
    assert_problem(answer, 400)
    assert answer.headers["connection"] == "close"


@pytest.mark.usefixtures("unchanged")
def test_too_large_a_header_is_refused(server):
    assert_problem(exchange(server, GET + b"Host: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n"), 431)
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(200))
    assert_problem(exchange(server, GET + b"Host: a\r\n" + many + b"\r\n"), 431)


@pytest.mark.usefixtures("unchanged")
def test_a_request_smuggled_behind_a_malformed_one_is_not_run(server, client):
    order = json.dumps(draft(DATE)).encode()
    hidden = POST + b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (
        client.token.encode(),
        len(order),
        order,
    )
    outer = POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert_problem(exchange(server, outer + hidden), 400)


def test_a_key_used_again_for_another_order_is_refused(server, client):
    key = str(uuid.uuid4())
    first = client.post("/api/orders", draft(DATE), key)
    assert first.status == 201
    client.order_when(first.json["id"], "booked", "failed")
    wait_until_told(server.data)
    wait_until_indexed(server.data)
    before = counts(server)
    assert_problem(
        client.post("/api/orders", draft(DATE, parcel("Other")), key), 422, "idempotency-key-reused"
    )
    again = client.post("/api/orders", draft(DATE), key)
    assert again.status == 201 and again.json["id"] == first.json["id"]
    assert_problem(client.post("/api/orders", draft(DATE), "k" * 201), 422, "invalid-idempotency-key")
    assert counts(server) == before


@pytest.mark.parametrize(
    "item",
    [
        parcel("Mast", 1, lengthMm=20_000),
        parcel("Boiler", 1, lengthMm=3_000, widthMm=3_500, heightMm=3_500),
        parcel("Anvil", 1, weightGrams=30_000_000),
    ],
    ids=["too long", "too high", "too heavy"],
)
def test_goods_that_fit_no_vehicle_fail_with_a_reason(server, client, item):
    placed = client.post("/api/orders", draft(in_days(121), item))
    assert placed.status == 201, "a fleet may grow until the day: the order itself is not wrong"
    order = client.order_when(placed.json["id"], "failed")
    assert item["name"] in order["statusReason"], order["statusReason"]
    assert order["bookings"] == [] and order["price"] is None
    # Tried again with the same fleet, it fails again and says so.
    assert client.post(f"/api/orders/{order['id']}/retry").status == 200
    again = client.order_when(order["id"], "failed")
    assert [change["to"] for change in again["history"]].count("failed") == 2
