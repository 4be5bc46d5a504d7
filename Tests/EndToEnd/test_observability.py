"""What operators see: traces, logs, metrics, dashboards, alarms, and what is sent to a collector."""

import json
from datetime import datetime

import pytest
from client import Client, change, draft, in_days, parcel, rows, wait_for
from collector import Collector
from conftest import start

DATE = in_days(190)
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
PASSWORD = "correct horse battery staple 9"


@pytest.fixture
def serve(weft_binary, tmp_path, monkeypatch):
    """Starts a server on the test's folder, with settings as environment variables."""
    running = []

    def start_server(**settings):
        defaults = {"packing_seconds": 0.05, "metrics_interval": 1, "traces_sample": 0}
        for name, value in {**defaults, **settings}.items():
            monkeypatch.setenv(f"WEFT_{name.upper()}", str(value))
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()


def at_rest(weft) -> Client:
    client = Client.signed_in(weft)
    client.wait_until_idle()
    return client


def member(weft, client, role: str) -> Client:
    """A signed-in person with one role."""
    email = f"{role}@weft.example"
    made = client.post(
        "/api/accounts", {"name": role, "email": email, "roles": [role], "password": PASSWORD}
    )
    assert made.status == 201, made.body
    other = Client(weft.url)
    answer = other.post("/auth/token", {"email": email, "password": PASSWORD})
    assert answer.status == 200, answer.body
    other.token = answer.json["accessToken"]
    return other


def place(client, trace: str = TRACE) -> str:
    """Places an order within a trace of the caller's."""
    headers = {"Content-Type": "application/json", "traceparent": f"00-{trace}-{CALLER}-01"}
    answer = client.send("POST", "/api/orders", json.dumps(draft(DATE)).encode(), headers)
    assert answer.status == 201, answer.body
    return answer.json["id"]


def spans_of(client, trace: str = TRACE) -> list[dict]:
    """The trace's spans once the delivery, the last of them, is among them."""

    def there():
        answer = client.get(f"/api/traces/{trace}")
        spans = answer.json["spans"] if answer.status == 200 else []
        seen = {span["kind"] for span in spans} | {span["name"] for span in spans}
        return spans if {"ingress", "channel", "workflow", "execution.succeeded"} <= seen else None

    return wait_for(there, "the trace to be whole")


def moment(span: dict) -> float:
    return datetime.fromisoformat(span["startedAt"]).timestamp()


def path_of(span: dict, spans: list[dict]) -> list[str]:
    """The names from the root down to a span."""
    known = {each["spanId"]: each for each in spans}
    names = [span["name"]]
    while span["parentId"] in known:
        span = known[span["parentId"]]
        names.insert(0, span["name"])
    return names


RUN = ["POST /api/orders", "logistics.create-order", "order.placed", "logistics.process-order"]


def test_an_order_is_one_trace_from_the_request_to_the_message(serve):
    client = at_rest(serve())
    order = place(client)
    client.order_when(order, "booked")
    spans = spans_of(client)

    root = [span for span in spans if span["kind"] == "ingress"]
    assert len(root) == 1 and root[0]["parentId"] == CALLER
    assert root[0]["attributes"]["http.route"] == "/api/orders"
    assert root[0]["attributes"]["http.response.status_code"] == 201
    # One tree: every other span hangs below it, and none began before what it is part of.
    known = {span["spanId"]: span for span in spans}
    for span in spans:
        assert path_of(span, spans)[0] == "POST /api/orders", span
        if span["parentId"] in known:
            # An event is known to the millisecond.
            began, before = moment(span), moment(known[span["parentId"]])
            assert began > before - 0.002, (span, known[span["parentId"]])
        assert not span["error"]

    paths = [path_of(span, spans) for span in spans]
    flow = RUN[-1]
    for expected in (
        RUN,
        [*RUN[:2], "transaction"],
        [*RUN, f"{flow}/TakeUp", "logistics.orchestrator", "logistics.fetch-order"],
        [*RUN, f"{flow}/Analyse", "logistics.analyser", "logistics.pack-order"],
        [*RUN, f"{flow}/Analyse", "logistics.analyser", "logistics.save-layout", "transaction"],
        [*RUN, f"{flow}/BookTransport", "logistics.transport", "logistics.book-vehicle",
         "booking.made"],
        [*RUN, f"{flow}/RecordBooking", "logistics.update-order-status", "order.booked"],
        [*RUN, f"{flow}/NotifyCustomer", "logistics.notify-customer", "inbox"],
        [*RUN, "execution.succeeded"],
    ):  # fmt: skip
        assert expected in paths, f"{expected} is not among {paths}"

    listed = client.get("/api/traces?q=POST%20/api/orders&limit=1").json["items"]
    assert listed[0]["traceId"] == TRACE
    assert listed[0]["name"] == "POST /api/orders", spans
    assert listed[0]["spans"] == len(spans) and not listed[0]["error"]
    # By what it is about, too.
    assert client.get(f"/api/traces?q={order}").json["items"][0]["traceId"] == TRACE

    drawn = client.get("/api/service-map").json
    nodes = {node["id"]: node for node in drawn["nodes"]}
    assert nodes["agent:logistics.analyser"]["calls"] >= 1
    assert {"from": "agent:logistics.analyser", "to": "tool:logistics.pack-order"}.items() <= next(
        edge for edge in drawn["edges"] if edge["to"] == "tool:logistics.pack-order"
    ).items()


def test_queries_leave_no_trace_unless_sampled(serve):
    weft = serve(traces_sample=0, traces_slow=600_000)
    client = at_rest(weft)
    for _ in range(20):
        client.get("/api/vehicles")
    place(client)
    wait_for(lambda: client.get(f"/api/traces/{TRACE}").status == 200, "the order's trace")
    assert client.get("/api/traces?q=GET").json["items"] == []
    weft.stop()
    client = at_rest(serve(traces_sample=1))

    # Ten queries in a second may leave a trace; the ones that look for it take part in that.
    def seen():
        client.get("/api/vehicles")
        return client.get("/api/traces?q=GET%20/api/vehicles").json["items"]

    wait_for(seen, "a query's trace", every=0.5)


def test_what_is_seen_is_sent_to_the_collector(serve):
    # The first three requests are refused for now, and come again.
    collector = Collector(503, 429, 502)
    try:
        weft = serve(
            otlp_endpoint=collector.url, otlp_headers="x-api-key=s3cret,x-tenant=freight"
        )
        client = at_rest(weft)
        client.order_when(place(client), "booked")
        shown = {span["spanId"]: span for span in spans_of(client)}
        arrived = wait_for(
            lambda: collector.spans() if shown.keys() <= collector.spans().keys() else None,
            "every span to arrive",
        )
        for identity, span in shown.items():
            sent = arrived[identity]
            assert sent.trace_id.hex() == TRACE
            assert sent.parent_span_id.hex() == (span["parentId"] or "")
            assert sent.name == span["name"]
            assert abs(sent.start_time_unix_nano / 1e9 - moment(span)) < 1e-5
            took = (sent.end_time_unix_nano - sent.start_time_unix_nano) / 1e6
            assert abs(took - span["durationMs"]) < 1e-3
            attributes = {pair.key: pair.value for pair in sent.attributes}
            assert attributes["weft.kind"].string_value == span["kind"]
            for name, value in span["attributes"].items():
                kind = {str: "string_value", int: "int_value", bool: "bool_value"}.get(type(value))
                if kind:
                    assert getattr(attributes[name], kind) == value
            assert (sent.status.code == 2) == span["error"]
        server = [span for span in arrived.values() if span.kind == 2]
        assert "POST /api/orders" in {span.name for span in server}
        request = collector.taken["/v1/traces"][0]
        service = request.resource_spans[0].resource.attributes[0]
        assert (service.key, service.value.string_value) == ("service.name", "weft")
        assert all(fields["x-api-key"] == "s3cret" for fields in collector.headers)
        assert all(fields["x-tenant"] == "freight" for fields in collector.headers)
        assert all(fields["Content-Type"] == "application/x-protobuf" for fields in collector.headers)
        # Log lines go the same way.
        lines = {line["message"] for line in client.get("/api/logs?limit=200").json["items"]}
        wait_for(
            lambda: lines <= {line.body.string_value for line in collector.lines()},
            "every line to arrive",
        )
        assert "s3cret" not in weft.log.read_text()
    finally:
        collector.close()


def test_failing_agents_raise_an_alarm_that_clears(serve):
    weft = serve()
    client = at_rest(weft)
    rules = client.get("/api/alarm-rules").json["items"]
    assert {
        (rule["metric"], rule["statistic"], rule["comparison"], rule["threshold"])
        for rule in rules
        if rule["isDefault"]
    } >= {
        ("weft_agent_run_seconds", "ratio", ">", 5),
        ("weft_http_request_seconds", "p99", ">", 2),
        ("weft_machine_cpu_percent", "average", ">", 80),
        ("weft_store_connections", "maximum", ">", 80),
    }
    rule = next(rule for rule in rules if rule["metric"] == "weft_agent_run_seconds")
    quick = {"periodSeconds": 10, "periods": 1, "datapointsToAlarm": 1, "holdPeriods": 1}
    assert client.patch(f"/api/alarm-rules/{rule['id']}", quick).json["periodSeconds"] == 10

    # Records that cannot be read: whoever looks which vehicles are free, fails.
    change(weft.data, "CREATE TABLE kept AS SELECT id, body FROM logistics_vehicle")
    change(weft.data, "UPDATE logistics_vehicle SET body = json_remove(body, '$.rates')")

    def raised():
        client.order_when(place(client, TRACE[:-1] + "d"), "failed")
        return client.get("/api/alarms?state=active").json["items"]

    active = wait_for(raised, "the alarm", within=45, every=0.5)
    alarm = next(each for each in active if each["rule"] == rule["id"])
    assert alarm["severity"] == "alarm" and alarm["unit"] == "%"
    assert alarm["value"] > alarm["threshold"] == 5
    assert "ratio of weft_agent_run_seconds was" in alarm["detail"]
    assert any(point["value"] for point in alarm["datapoints"])
    # From the end of the period that breached to the inbox: less than a second.
    [(raised, data)] = rows(
        weft.data,
        "SELECT time, data FROM event WHERE type = 'alarm.raised' AND subject = ?",
        [f"alarm:{alarm['id']}"],
    )
    assert '"value"' in data and '"datapoints"' in data
    told = wait_for(
        lambda: rows(
            weft.data,
            "SELECT finished_at FROM channels_outbox WHERE channel = 'inbox'"
            " AND status = 'delivered' AND subject LIKE 'Alarm: Agent error%'",
        ),
        "the alarm to be told",
    )
    period_end = raised // 10_000_000 * 10_000_000
    assert told[0][0] - period_end < 1_000_000, (raised, told)
    assert any(
        message["subject"] == "Alarm: Agent error rate above 5 %"
        for message in client.get("/api/inbox").json["items"]
    )

    noted = client.post(f"/api/alarms/{alarm['id']}/acknowledge", {"note": "fleet is full"})
    assert noted.json["acknowledged"] and noted.json["acknowledgedBy"]["name"] == "Demo Planner"
    assert client.get("/api/alarms").json["counts"] == {"active": 1, "unacknowledged": 0}
    shelved = client.post(
        f"/api/alarms/{alarm['id']}/shelve", {"minutes": 5, "reason": "new vans tomorrow"}
    )
    assert shelved.status == 200 and shelved.json["shelvedReason"] == "new vans tomorrow"
    assert client.post(f"/api/alarms/{alarm['id']}/shelve", {"minutes": 5}).status == 422

    # Runs that go well again clear it.
    change(
        weft.data,
        "UPDATE logistics_vehicle SET body = (SELECT body FROM kept WHERE kept.id = logistics_vehicle.id)",
    )
    days = iter(range(200, 300))

    def cleared():
        other = client.post("/api/orders", draft(in_days(next(days)))).json["id"]
        client.order_when(other, "booked", "failed")
        found = client.get(f"/api/alarms/{alarm['id']}").json
        return found if found["state"] == "cleared" else None

    over = wait_for(cleared, "the alarm to clear", within=60, every=1)
    assert over["clearedAt"] and over["note"] == "fleet is full"
    kinds = [
        kind
        for (kind,) in rows(
            weft.data,
            "SELECT type FROM event WHERE subject = ? ORDER BY seq",
            [f"alarm:{alarm['id']}"],
        )
    ]
    assert kinds == ["alarm.raised", "alarm.acknowledged", "alarm.shelved", "alarm.cleared"]


def test_rules_are_checked_kept_and_deleted(serve):
    client = Client.signed_in(serve())
    good = {
        "name": "Long runs", "metric": "weft_agent_run_seconds", "statistic": "p99",
        "threshold": 30, "labels": {"agent": "logistics.analyser"},
    }  # fmt: skip
    for change_, pointer, words in (
        ({"metric": "weft_agent_run_second"}, "/metric", "did you mean weft_agent_run_seconds?"),
        ({"labels": {"agnet": "x"}}, "/labels/agnet", "it has agent, outcome"),
        ({"statistic": "maximum"}, "/statistic", "expected average, sum, rate"),
        ({"periodSeconds": 45}, "/periodSeconds", "multiple of 60"),
        ({"periods": 3, "datapointsToAlarm": 4}, "/datapointsToAlarm", "of 3 periods"),
    ):
        answer = client.post("/api/alarm-rules", {**good, **change_})
        assert answer.status == 422, answer.body
        assert words in answer.json["detail"] and answer.json["pointer"] == pointer, answer.body
    made = client.post("/api/alarm-rules", good)
    assert made.status == 201, made.body
    path = f"/api/alarm-rules/{made.json['id']}"
    assert not made.json["isDefault"]
    assert client.patch(path, {"enabled": False}).json["enabled"] is False
    assert client.send("DELETE", path, None, {}).status == 204
    assert client.patch(path, {"enabled": True}).status == 404

    def default_rule():
        return next((r for r in client.get("/api/alarm-rules").json["items"] if r["isDefault"]), None)

    default = wait_for(default_rule, "default rules")
    refused = client.send("DELETE", f"/api/alarm-rules/{default['id']}", None, {})
    assert refused.status == 409 and refused.code == "default-rule"


def test_dashboards_have_the_figures_of_the_business_and_the_machine(serve):
    client = at_rest(serve())
    client.order_when(client.post("/api/orders", draft(DATE)).json["id"], "booked")

    # The demonstration's orders and ours, by the API's own counts; tables are looked at every 30 s.
    counts = client.get("/api/orders?limit=1").json["counts"]

    def filled():
        shown = client.get("/api/dashboards/executive?minutes=10").json
        widgets = {widget["id"]: widget for widget in shown["widgets"]}
        bars = {each["name"]: each["points"][-1]["value"] for each in widgets["orders"]["series"]}
        return widgets if bars.get("booked") == counts["booked"] else None

    executive = wait_for(filled, "figures", within=60, every=0.5)
    assert executive["cost-per-order"]["value"] > 0
    assert 0 < executive["volume-utilisation"]["value"] <= 100
    assert 0 < executive["weight-utilisation"]["value"] <= 100
    operations = client.get("/api/dashboards/operations?minutes=10").json
    lines = {widget["id"]: widget for widget in operations["widgets"]}
    for name in ("requests", "latency", "cpu", "memory", "connections", "agents"):
        points = [p["value"] for series in lines[name]["series"] for p in series["points"]]
        assert any(value is not None for value in points), name
    developer = client.get("/api/dashboards/developer?minutes=10").json
    widgets = {widget["id"]: widget for widget in developer["widgets"]}
    routes = {series["name"] for series in widgets["routes"]["series"]}
    assert "/api/orders" in routes
    assert any(p["value"] for p in widgets["commit"]["series"][0]["points"])
    assert client.get("/api/dashboards/none").status == 404
    assert client.get("/api/dashboards/executive?minutes=0").status == 422


def test_roles_decide_what_is_shown(serve):
    weft = serve()
    client = Client.signed_in(weft)
    everything = ("/api/traces", "/api/logs", "/api/service-map", "/api/dashboards/operations")
    for role, allowed in (("operator", True), ("viewer", False), ("manager", False)):
        person = member(weft, client, role)
        for path in everything:
            assert person.get(path).status == (200 if allowed else 403), (role, path)
        assert person.get("/api/dashboards/executive").status == 200
        assert person.get("/api/alarms").status == 200
        names = [item["name"] for item in person.get("/api/dashboards").json["items"]]
        assert names == (["executive", "operations", "developer"] if allowed else ["executive"])
    customer = member(weft, client, "customer")
    for path in (*everything, "/api/alarms", "/api/dashboards/executive", "/api/alarm-rules"):
        assert customer.get(path).status == 403, path


def test_another_organisation_sees_nothing_of_it(serve):
    weft = serve()
    client = at_rest(weft)
    client.order_when(place(client), "booked")
    spans_of(client)
    rule = client.get("/api/alarm-rules").json["items"][0]["id"]
    assert client.get("/api/logs").json["items"], "the sole organisation sees the installation's"
    weft.stop()
    other, person = "01930000-0000-7000-8000-0000000000aa", "01930000-0000-7000-8000-0000000000ab"
    data = weft.data
    change(data, "INSERT INTO identity_organisation (id, name, created_at)"
        " VALUES (?, 'Other Freight', 0)", [other])
    columns = [row[1] for row in rows(data, "PRAGMA table_info(identity_account)")]
    values = {"id": "?", "email": "'other@weft.example'"}
    change(
        data,
        f"INSERT INTO identity_account ({', '.join(columns)})"
        f" SELECT {', '.join(values.get(name, name) for name in columns)}"
        " FROM identity_account WHERE email = ?",
        [person, weft.email],
    )
    change(
        data,
        "INSERT INTO identity_membership (organisation, account, roles, created_at)"
        " SELECT ?, ?, roles, created_at FROM identity_membership"
        " WHERE account = (SELECT id FROM identity_account WHERE email = ?)",
        [other, person, weft.email],
    )
    weft = serve()
    email, weft.email = weft.email, "other@weft.example"
    stranger = Client.signed_in(weft)
    weft.email = email
    ours = Client.signed_in(weft)
    # The same trace id, claimed by the stranger.
    body = {"name": "theirs", "metric": "weft_agent_run_seconds", "statistic": "p99", "threshold": 1}
    headers = {"Content-Type": "application/json", "traceparent": f"00-{TRACE}-{CALLER}-01"}

    def claimed():
        stranger.send("POST", "/api/alarm-rules", json.dumps(body).encode(), headers)
        return stranger.get(f"/api/traces/{TRACE}").status == 200

    wait_for(claimed, "the stranger's trace", every=0.5)
    names = {span["name"] for span in stranger.get(f"/api/traces/{TRACE}").json["spans"]}
    assert names <= {
        "POST /api/alarm-rules", "platform.create-alarm-rule", "transaction", "alarm-rule.created",
    }, names  # fmt: skip
    assert "POST /api/orders" in {
        span["name"] for span in ours.get(f"/api/traces/{TRACE}").json["spans"]
    }
    assert "platform.create-alarm-rule" not in {
        span["name"] for span in ours.get(f"/api/traces/{TRACE}").json["spans"]
    }
    assert stranger.get("/api/traces?q=orders").json["items"] == []
    assert stranger.patch(f"/api/alarm-rules/{rule}", {"enabled": False}).status == 404
    # With two organisations and no operator configured, nobody sees the installation's own.
    for person in (stranger, ours):
        assert [line for line in person.get("/api/logs").json["items"] if not line["traceId"]] == []
        metrics = {item["name"] for item in person.get("/api/metrics").json["items"]}
        assert "weft_machine_cpu_percent" not in metrics and "weft_agent_run_seconds" in metrics
    for name in ("logistics_orders", "weft_agent_run_seconds"):
        assert name in metrics
    widgets = {w["id"]: w for w in stranger.get("/api/dashboards/executive").json["widgets"]}
    assert widgets["orders"]["series"] == []
    weft.stop()
    # The operator is named: it sees the installation's again, the other one does not.
    weft = serve(observability_operator="Weft Demo Freight")
    ours = Client.signed_in(weft)
    assert wait_for(lambda: ours.get("/api/logs").json["items"], "the installation's lines")


def test_log_lines_are_found_by_text_level_and_trace(serve):
    weft = serve(log_level="debug")
    client = Client.signed_in(weft)
    started = wait_for(
        lambda: client.get("/api/logs?q=started%20http").json["items"], "the server's lines"
    )
    assert started[0]["level"] == "debug"
    assert client.get("/api/logs?q=started%20http&level=info").json["items"] == []
    assert client.get("/api/logs?q=100%25_").json["items"] == []
    first = client.get("/api/logs?limit=2").json
    assert len(first["items"]) == 2
    second = client.get(f"/api/logs?limit=2&cursor={first['nextCursor']}").json
    assert {line["seq"] for line in first["items"]}.isdisjoint(
        line["seq"] for line in second["items"]
    )
    assert client.get("/api/logs?level=loud").status == 422
    assert client.get("/api/logs?cursor=x").status == 400
    assert client.get(f"/api/logs?traceId={'0' * 32}").json["items"] == []
