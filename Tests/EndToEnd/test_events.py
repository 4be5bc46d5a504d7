"""Rules of an organisation, drafts, replays, dead letters, events from outside, export and import."""

import json
import time

import pytest
from client import Client, rows, wait_for
from conftest import start
from receiver import Receiver


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def weft(weft_binary, tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_CHANNELS_PRIVATE_TARGETS", "true")
    running = start(weft_binary, tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def client(weft):
    return Client.signed_in(weft)


def outside(number, kind="sensor.read", **data):
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": "https://plant.example/line/4",
        "type": kind,
        "time": f"2026-01-02T03:04:{number:02}Z",
        "data": data,
    }


def bring(client, *events):
    answer = client.post("/api/events", list(events))
    assert answer.status == 200, answer.body
    return answer.json


def dispatched(weft):
    """Waits until every event that is there has been given to the rules that were there."""
    wait_for(
        lambda: rows(
            weft.data,
            "SELECT 1 FROM event_cursor WHERE name = 'dispatcher' AND seq >= (SELECT max(seq) FROM event)",
        ),
        "the dispatcher",
    )


def rule(client, name, pattern, target, **more):
    answer = client.post("/api/event-rules", {"name": name, "pattern": pattern, "target": target, **more})
    assert answer.status == 201, answer.body
    return answer.json


FORWARD = {"kind": "forward", "type": "plant.hot"}


def events(client, query=""):
    answer = client.get(f"/api/events{query}")
    assert answer.status == 200, answer.body
    return answer.json["items"]


def test_a_rule_is_made_changed_tried_and_deleted(client):
    made = rule(
        client, "hot", {"type": ["sensor.read"], "data": {"celsius": [{"numeric": [">", 80]}]}}, FORWARD
    )
    assert made["version"] == 1 and made["enabled"] is True
    assert client.post("/api/event-rules", {**pick(made), "name": "hot"}).code == "rule-exists"
    listed = client.get("/api/event-rules?sort=-changedAt&limit=1").json["items"]
    assert [each["name"] for each in listed] == ["hot"]

    bring(client, outside(1, celsius=90), outside(2, celsius=20))
    wait_for(lambda: len(events(client, "?type=plant.hot")) == 1, "it")
    hot = events(client, "?type=plant.*")[0]
    assert hot["data"] == {"celsius": 90} and hot["source"].startswith("weft/forward/1/https://plant")

    changed = change(client, "hot", {"enabled": False}, 1)
    assert changed.status == 200 and changed.json["version"] == 2
    stale = change(client, "hot", {"enabled": True}, 1)
    assert stale.status == 412, stale.body
    bring(client, outside(3, celsius=99))
    time.sleep(0.3)
    assert len(events(client, "?type=plant.hot")) == 1

    gone = client.send("DELETE", "/api/event-rules/hot?reason=sensor%20removed", None, {})
    assert gone.status == 204, gone.body
    assert client.get("/api/event-rules/hot").status == 404
    audit = client.get("/api/audit?limit=5").json["items"]
    assert audit[0]["action"] == "event-rule.deleted"
    assert audit[0]["detail"]["reason"] == "sensor removed"


def change(client, name, body, version):
    headers = {"Content-Type": "application/json", "If-Match": f'"v{version}"'}
    return client.send("PATCH", f"/api/event-rules/{name}", json.dumps(body).encode(), headers)


def pick(made):
    return {key: made[key] for key in ("pattern", "target")}


def test_what_makes_no_sense_is_refused_with_its_place(client):
    def refused(body, pointer, status=422):
        answer = client.post("/api/event-rules", body)
        assert answer.status == status, answer.body
        assert answer.json.get("pointer") == pointer, answer.body

    good = {"name": "a", "pattern": {"type": ["x"]}, "target": FORWARD}
    refused({**good, "name": "A b"}, "/name")
    refused({**good, "name": "logistics.process-order"}, "/name")
    refused({**good, "pattern": {"type": [{"prefx": "x"}]}}, "/pattern/type/0")
    refused({**good, "pattern": {}}, "/pattern")
    refused({**good, "target": {"kind": "workflow", "workflow": "logistics.proces-order"}}, "/target/workflow")
    refused({**good, "target": {"kind": "agent", "agent": "nobody"}}, "/target/agent")
    refused({**good, "target": {"kind": "webhook", "webhook": "x"}}, "/target/webhook")
    refused(
        {**good, "target": {"kind": "notification", "roles": ["king"], "subject": "x"}}, "/target/roles"
    )
    assert client.get("/api/event-rules").json["items"] == []


def test_each_kind_of_target_takes_what_its_rule_matches(client, receiver, weft):
    hook = client.post(
        "/api/webhooks", {"name": "Ours", "url": receiver.url, "events": ["nothing.at-all"]}
    ).json
    pattern = {"type": ["sensor.read"], "data": {"celsius": [{"exists": True}]}}
    rule(client, "to-hook", pattern, {"kind": "webhook", "webhook": hook["id"]})
    rule(
        client,
        "to-people",
        pattern,
        {"kind": "notification", "roles": ["admin"], "severity": "warning", "subject": "It is hot"},
    )
    rule(client, "to-agent", pattern, {"kind": "agent", "agent": "logistics.analyser"})
    rule(client, "to-workflow", pattern, {"kind": "workflow", "workflow": "logistics.process-order"})
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    deployed = {"agent": "workflows.runner", "definition": definition}
    assert client.post("/api/workflows/e2e.cool/versions", deployed).status == 201
    rule(client, "to-own-workflow", pattern, {"kind": "workflow", "workflow": "e2e.cool"})
    bring(client, outside(1, celsius=90))
    wait_for(lambda: receiver.received, "it")
    body = json.loads(receiver.received[0].body)
    assert body["type"] == "sensor.read" and body["data"] == {"celsius": 90}
    wait_for(
        lambda: any(each["subject"] == "It is hot" for each in client.get("/api/inbox").json["items"]),
        "the message",
    )
    names = [name for (name,) in rows(weft.data, "SELECT name FROM execution")]
    assert sum(name.startswith("to-agent/") for name in names) == 1
    assert sum(name.startswith("to-workflow/") for name in names) == 1
    assert sum(name.startswith("to-own-workflow/") for name in names) == 1


def test_drafts_are_tried_and_explained(client):
    bring(client, outside(1, celsius=90), outside(2, celsius=20))
    draft = {"type": ["sensor.read"], "data": {"celsius": [{"numeric": [">", 80]}]}}
    # The program's own events may have come meanwhile.
    tried = client.post("/api/event-rules/test", {"pattern": draft, "last": 20}).json
    assert tried["examined"] == len(tried["results"]) and tried["matched"] == 1
    ours = [each for each in tried["results"] if each["event"]["type"] == "sensor.read"]
    assert [each["matched"] for each in ours] == [False, True]
    leaf = ours[0]["explanation"]["leaves"][0]
    assert leaf["path"] == "data.celsius" and leaf["found"] == [20] and leaf["reason"]
    sample = client.post("/api/event-rules/test", {"pattern": draft, "events": [{"type": "x"}]}).json
    assert sample["matched"] == 0
    bad = client.post("/api/event-rules/test", {"pattern": {"a": [{"cidr": "x"}]}})
    assert bad.status == 422 and bad.json["pointer"] == "/pattern/a/0"

    count = client.post(
        "/api/events/replay",
        {"pattern": draft, "from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z", "dryRun": True},
    ).json
    assert count["events"] == 2 and count["matched"] == 1 and count["complete"] is True

    rule(client, "hot", draft, FORWARD)
    cold = next(each for each in events(client, "?type=sensor.read") if each["data"]["celsius"] == 20)
    told = client.get(f"/api/events/{cold['id']}/explain?rule=hot").json
    assert told["matched"] is False and told["explanation"]["leaves"][0]["found"] == [20]
    own = client.get(f"/api/events/{cold['id']}/explain?rule=logistics.process-order").json
    assert own["matched"] is False
    assert client.get(f"/api/events/{cold['id']}/explain?rule=none").status == 404


def test_a_replay_gives_a_rule_the_past_and_its_failures_are_redriven(client, receiver, weft):
    bring(client, *[outside(number, celsius=number) for number in range(40)])
    dispatched(weft)
    hook = client.post(
        "/api/webhooks", {"name": "Ours", "url": receiver.url, "events": ["nothing.at-all"]}
    ).json
    rule(
        client,
        "hot",
        {"type": ["sensor.read"], "data": {"celsius": [{"numeric": [">=", 30]}]}},
        {"kind": "webhook", "webhook": hook["id"]},
    )
    assert client.patch(f"/api/webhooks/{hook['id']}", {"enabled": False}).status == 200
    span = {"from": "2026-01-02T03:04:00Z", "to": "2026-01-02T03:04:35Z"}
    begun = client.post("/api/event-replays", {"rule": "hot", **span, "reason": "missed"})
    assert begun.status == 202, begun.body
    path = f"/api/event-replays/{begun.json['id']}"
    wait_for(lambda: client.get(path).json["status"] == "done", "it")
    done = client.get(path).json
    assert (done["examined"], done["delivered"], done["failed"]) == (35, 0, 5), done
    assert client.post(path + "/cancel", {"reason": "late"}).code == "replay-ended"

    letters = client.get("/api/dead-letters?rule=hot&sort=at").json["items"]
    assert len(letters) == 5 and "disabled" in letters[0]["reason"]
    shown = client.get(f"/api/dead-letters/{letters[0]['id']}").json
    assert shown["event"]["type"] == "sensor.read"
    again = client.post("/api/dead-letters/redrive", {"ids": [letters[0]["id"], "x"]}).json["results"]
    assert [each["ok"] for each in again] == [False, False]
    assert again[0]["problem"]["code"] == "not-taken"
    assert client.get("/api/dead-letters?rule=hot").json["items"][0]["attempts"] == 2

    gone = client.post("/api/dead-letters/discard", {"ids": [letters[4]["id"]], "reason": "old"})
    assert gone.json["results"] == [{"id": letters[4]["id"], "ok": True}]
    assert client.patch(f"/api/webhooks/{hook['id']}", {"enabled": True}).status == 200
    results = client.post("/api/dead-letters/redrive", {"rule": "hot"}).json["results"]
    assert len(results) == 4 and all(each["ok"] for each in results)
    wait_for(lambda: len(receiver.received) == 4, "it")
    assert client.get("/api/dead-letters?rule=hot").json["items"] == []


def test_events_from_outside_are_checked_one_by_one_and_taken_once(client, weft):
    taken = bring(client, outside(1), {**outside(2), "specversion": "0.3"}, outside(3), "no event")
    assert (taken["taken"], taken["known"], taken["refused"]) == (2, 0, 2)
    assert taken["results"][1]["problem"]["pointer"] == "/specversion"
    again = bring(client, outside(1))
    assert (again["taken"], again["known"]) == (0, 1)
    assert again["results"][0]["eventId"] == taken["results"][0]["eventId"]
    # One that looks like the program's own starts nothing.
    before = rows(weft.data, "SELECT count(*) FROM execution")
    bring(client, outside(5, "order.placed", id="x"))
    rule(client, "any", {"type": ["after"]}, FORWARD)
    bring(client, outside(6, "after"))
    wait_for(lambda: events(client, "?type=plant.hot"), "it")
    assert rows(weft.data, "SELECT count(*) FROM execution") == before

    lines = "\n".join(json.dumps(outside(number)) for number in (7, 8))
    answer = client.send(
        "POST", "/api/events", lines.encode(), {"Content-Type": "application/x-ndjson"}
    )
    assert answer.status == 200 and answer.json["taken"] == 2
    answer = client.send("POST", "/api/events", b"a,b", {"Content-Type": "text/csv"})
    assert answer.status == 415, answer.body


def test_the_log_is_exported_and_imported(client, weft, weft_binary, tmp_path):
    bring(client, *[outside(number, n=number) for number in range(20)])
    answer = client.send("GET", "/api/events/export?type=sensor.*&from=2026-01-02T03:04:10Z", None, {})
    assert answer.status == 200
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [line["data"]["n"] for line in lines] == list(range(10, 20))
    assert all(line["specversion"] == "1.0" for line in lines)
    assert client.send("GET", "/api/events/export?typ=x", None, {}).status == 422

    import subprocess

    def weft_events(*words):
        return subprocess.run(
            [weft_binary, "events", *words, "--data", str(weft.data)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
        )

    exported = weft_events("export", "--type", "sensor.read")
    assert exported.returncode == 0 and len(exported.stdout.splitlines()) == 20, exported.stderr
    file = tmp_path / "in.ndjson"
    file.write_text("\n".join(json.dumps(outside(number)) for number in range(18, 25)))
    brought = weft_events("import", str(file))
    assert brought.returncode == 0, brought.stderr
    assert json.loads(brought.stdout) == {"taken": 5, "known": 2, "refused": 0, "problems": []}


def test_queues_and_retention_are_told(client):
    kept = client.post(
        "/api/event-retention",
        {"items": [{"type": "sensor.*", "days": 30}], "reason": "storage"},
        method="PUT",
    )
    assert kept.status == 200, kept.body
    assert client.get("/api/event-retention").json == {"items": [{"type": "sensor.*", "days": 30}]}
    twice = {"items": [{"type": "a", "days": 1}] * 2, "reason": "x"}
    assert client.post("/api/event-retention", twice, method="PUT").status == 422

    def told():
        text = client.send("GET", "/metrics", None, {}).body.decode()
        return 'weft_queue_depth{queue="dead-letters"}' in text and (
            'weft_queue_oldest_seconds{queue="dispatcher"}' in text
        )

    wait_for(told, "the gauges")
