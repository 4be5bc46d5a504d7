"""Workflows that an organisation deploys: versions, runs and what is done with them, schedules."""

import os
import random
import threading
import time
from datetime import datetime, timedelta, timezone

import http.client
import json

import pytest
from client import Client, rows, wait_for
from conftest import start

AGENT = "workflows.runner"
ASK = {
    "Type": "Task",
    "Resource": "weft:tool:workflows.request-approval.waitForTaskToken",
    "Parameters": {
        "token.$": "$$.Task.Token",
        "title.$": "$.title",
        "details.$": "$",
        "roles": ["admin"],
    },
    "TimeoutSeconds": 3600,
}


def deploy(client, name, definition, expect=201):
    answer = client.post(
        f"/api/workflows/{name}/versions", {"agent": AGENT, "definition": definition}
    )
    assert answer.status == expect, answer.body
    return answer.json


def begin(client, workflow, body=None, **more):
    answer = client.post("/api/executions", {"workflow": workflow, "input": body or {}, **more})
    assert answer.status == 201, answer.body
    return answer.json["id"]


def run_when(client, run, *statuses, within=30):
    def there():
        found = client.get(f"/api/executions/{run}").json
        return found if found["status"] in statuses else None

    return wait_for(there, f"run {run} to be {' or '.join(statuses)}", within)


def machine(first, **states):
    return {"StartAt": first, "States": states}


def test_a_deployed_workflow_asks_a_person_and_goes_on_with_the_answer(weft):
    client = Client.signed_in(weft)
    definition = machine(
        "Ask",
        Ask={**ASK, "ResultPath": "$.answer", "Next": "Agreed"},
        Agreed={
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.answer.approved", "BooleanEquals": True, "Next": "Done"}
            ],
            "Default": "Refused",
        },
        Done={"Type": "Succeed"},
        Refused={"Type": "Fail", "Error": "Refused"},
    )
    assert deploy(client, "e2e.ask", definition)["version"] == 1
    # The same again is the same version.
    assert deploy(client, "e2e.ask", definition)["version"] == 1
    runs = {
        approve: begin(client, "e2e.ask", {"title": f"May I ({approve})?"}, subject="thing:1")
        for approve in (True, False)
    }
    for approve, run in runs.items():
        def asked():
            waiting = client.get("/api/approvals?open=true").json["items"]
            return next((a for a in waiting if a["executionId"] == run), None)

        approval = wait_for(asked, "the question")
        assert approval["status"] == "open" and "May I" in approval["title"]
        decided = client.post(
            f"/api/approvals/{approval['id']}/decide", {"approve": approve, "comment": "So be it"}
        )
        assert decided.status == 200, decided.body
        assert decided.json["status"] == ("approved" if approve else "rejected")
        again = client.post(f"/api/approvals/{approval['id']}/decide", {"approve": True})
        assert (again.status, again.code) == (409, "approval-is-closed")
    done = run_when(client, runs[True], "SUCCEEDED")
    assert done["output"]["answer"]["comment"] == "So be it"
    assert run_when(client, runs[False], "FAILED")["error"] == "Refused"
    listed = client.get("/api/executions?workflow=e2e.ask&status=FAILED&error=Refused").json
    assert [r["id"] for r in listed["items"]] == [runs[False]]
    comparison = client.get(f"/api/executions/{runs[True]}/compare/{runs[False]}").json
    states = [(row["state"], row["left"] is None, row["right"] is None) for row in comparison["rows"]]
    assert states == [
        ("Ask", False, False), ("Agreed", False, False), ("Done", False, True),
        ("Refused", True, False),
    ]  # fmt: skip
    assert comparison["firstDifference"] == 0


def test_bad_definitions_and_foreign_tools_are_refused(weft):
    client = Client.signed_in(weft)
    broken = machine("There", Here={"Type": "Succeed"})
    answer = client.post("/api/workflows/e2e.bad/versions", {"agent": AGENT, "definition": broken})
    assert answer.status == 422 and answer.code == "invalid-definition", answer.body
    assert answer.json["problems"]
    foreign = machine(
        "Book", Book={"Type": "Task", "Resource": "weft:tool:logistics.book-vehicle", "End": True}
    )
    answer = client.post("/api/workflows/e2e.bad/versions", {"agent": AGENT, "definition": foreign})
    assert answer.status == 422 and "does not list" in answer.json["detail"], answer.body
    answer = client.post(
        "/api/workflows/e2e.bad/versions", {"agent": "no.body", "definition": machine("A", A={"Type": "Succeed"})}
    )
    assert answer.status == 422, answer.body
    problems = client.post("/api/workflows/lint", {"definition": broken}).json["problems"]
    assert problems and all(p["message"] for p in problems)
    assert client.post("/api/executions", {"workflow": "e2e.bad"}).status == 404


def test_versions_and_aliases_choose_what_starts(weft):
    client = Client.signed_in(weft)
    for word in ("one", "two"):
        deploy(client, "e2e.versions", machine("P", P={"Type": "Pass", "Result": word, "End": True}))
    path = "/api/workflows/e2e.versions"
    put = lambda alias, routes: client.post(  # noqa: E731
        f"{path}/aliases/{alias}", {"routes": routes}, method="PUT"
    )
    assert put("live", [{"version": 1, "weight": 100}]).status == 200
    assert put("half", [{"version": 1, "weight": 50}, {"version": 2, "weight": 50}]).status == 200
    assert put("bad", [{"version": 1, "weight": 50}]).code == "invalid-routes"
    assert put("bad", [{"version": 9, "weight": 100}]).code == "unknown-version"

    def output(name):
        return run_when(client, begin(client, name), "SUCCEEDED")["output"]

    assert output("e2e.versions") == "two"
    assert output("e2e.versions:1") == "one"
    assert output("e2e.versions:live") == "one"
    assert {output("e2e.versions:half") for _ in range(30)} == {"one", "two"}
    retire = lambda version: client.post(  # noqa: E731
        f"{path}/versions/{version}/retire", {"reason": "old"}
    )
    assert retire(1).code == "version-in-use"
    assert retire(2).code == "version-in-use"
    assert client.post(f"{path}/aliases/half", method="DELETE").status == 204
    assert retire(2).json["retireReason"] == "old"
    assert output("e2e.versions") == "one"
    assert [v["version"] for v in client.get(f"{path}/versions").json["items"]] == [2, 1]


def test_a_run_is_paused_stopped_and_redriven(weft):
    client = Client.signed_in(weft)
    deploy(
        client,
        "e2e.waits",
        machine(
            "Wait",
            Wait={"Type": "Wait", "Seconds": 1, "Next": "Pick"},
            Pick={"Type": "Task", "Resource": "weft:activity:e2e.pick", "Next": "Done"},
            Done={"Type": "Succeed"},
        ),
    )
    run = begin(client, "e2e.waits", {"a": 1}, name="e2e/paused")
    assert begin(client, "e2e.waits", name="e2e/paused") == run
    post = lambda verb, body=None: client.post(f"/api/executions/{run}/{verb}", body or {})  # noqa: E731
    assert post("pause").json["paused"] is True
    assert post("pause").code == "run-is-paused"
    time.sleep(1.2)
    assert client.get(f"/api/executions/{run}").json["state"] == "Wait"
    assert [r["id"] for r in client.get("/api/executions?paused=true").json["items"]] == [run]
    assert post("resume").json["paused"] is False
    task = client.post("/api/activities/e2e.pick/task", {"workerName": "robot 7"}).json
    assert task["input"] == {"a": 1}
    assert post("stop", {"reason": "not today"}).json["status"] == "ABORTED"
    late = client.post("/api/tasks/success", {"taskToken": task["taskToken"], "output": 1})
    assert (late.status, late.code) == (404, "invalid-token")
    assert post("redrive").json["status"] == "RUNNING"
    task = client.post("/api/activities/e2e.pick/task", {"workerName": "robot 8"}).json
    assert client.post("/api/tasks/heartbeat", {"taskToken": task["taskToken"]}).status == 204
    done = client.post("/api/tasks/success", {"taskToken": task["taskToken"], "output": {"b": 2}})
    assert done.status == 204
    assert run_when(client, run, "SUCCEEDED")["output"] == {"b": 2}
    assert post("redrive").code == "run-is-not-redrivable"
    assert post("stop", {"reason": "late"}).code == "run-has-ended"
    events = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"/api/executions/{run}/history?limit=5{cursor and '&cursor=' + cursor}").json
        events += page["items"]
        cursor = page["nextCursor"]
    assert [e["id"] for e in events] == list(range(1, len(events) + 1))
    types = [e["type"] for e in events]
    assert types.count("ExecutionRedriven") == types.count("ExecutionAborted") == 1
    unchanged = client.get(f"/api/executions/{run}").json["definition"]
    replay = client.post(f"/api/executions/{run}/replay", {"definition": unchanged})
    assert replay.status == 200, replay.body


def test_a_schedule_fires_at_its_time(weft):
    client = Client.signed_in(weft)
    deploy(client, "e2e.ticks", machine("P", P={"Type": "Pass", "End": True}))
    soon = datetime.now(timezone.utc) + timedelta(seconds=2)
    body = {
        "name": "e2e once",
        "expression": f"at({soon:%Y-%m-%dT%H:%M:%S})",
        "target": {"workflow": "e2e.ticks", "input": {"due": "<aws.scheduler.scheduled-time>"}},
    }
    made = client.post("/api/schedules", body)
    assert made.status == 201, made.body
    schedule = made.json
    assert schedule["nextAt"] == f"{soon:%Y-%m-%dT%H:%M:%SZ}"
    assert client.post("/api/schedules", body).code == "schedule-exists"

    def fired():
        found = client.get(f"/api/schedules/{schedule['id']}").json
        return found if found["fired"] else None

    after = wait_for(fired, "the schedule to fire")
    assert after["nextAt"] is None and after["lastError"] is None
    run = run_when(client, after["lastExecutionId"], "SUCCEEDED")
    assert run["output"] == {"due": schedule["nextAt"]}
    preview = client.post(
        "/api/schedules/preview",
        {
            "expression": "cron(30 2 * * ? *)", "timeZone": "Europe/Vienna", "count": 2,
            "after": "2026-03-27T12:00:00Z",
        },
    )  # fmt: skip
    assert preview.json["occurrences"] == ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]
    changed = client.post(
        f"/api/schedules/{schedule['id']}",
        {**body, "expression": "rate(1 hour)", "catchUp": "skip"},
        method="PUT",
    )
    assert changed.status == 200 and changed.json["nextAt"], changed.body
    assert client.post(f"/api/schedules/{schedule['id']}/pause").json["nextAt"] is None
    assert client.post(f"/api/schedules/{schedule['id']}/resume").json["paused"] is False
    assert client.post("/api/schedules", {**body, "name": "b", "expression": "never"}).status == 422
    bad = client.post("/api/schedules", {**body, "name": "c", "timeZone": "Mars/Olympus"})
    assert (bad.status, bad.code) == (422, "unknown-time-zone")
    assert client.post(f"/api/schedules/{schedule['id']}", method="DELETE").status == 204


CRASHING = machine(
    "Both",
    Both={
        "Type": "Parallel",
        "Branches": [
            machine(
                "Wait",
                Wait={"Type": "Wait", "Seconds": 1, "Next": "Pick"},
                Pick={"Type": "Task", "Resource": "weft:activity:e2e.crash", "End": True},
            ),
            machine("Ask", Ask={**ASK, "End": True}),
            machine(
                "Each",
                Each={
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemProcessor": machine(
                        "Item",
                        Item={"Type": "Task", "Resource": "weft:activity:e2e.crash", "End": True},
                    ),
                    "End": True,
                },
            ),
        ],
        "End": True,
    },
)


class Worker(threading.Thread):
    """Answers activities and approvals until it is told to stop or the server is gone."""

    def __init__(self, client: Client):
        super().__init__()
        self.client = client
        self.leaves = False
        self.answered: list[str] = []

    def run(self) -> None:
        try:
            while not self.leaves:
                busy = False
                task = self.client.post("/api/activities/e2e.crash/task", {"waitSeconds": 0}).json
                if task.get("taskToken"):
                    busy = True
                    body = {"taskToken": task["taskToken"], "output": {"n": task["input"]}}
                    if self.client.post("/api/tasks/success", body).status == 204:
                        self.answered.append(task["taskToken"])
                for approval in self.client.get("/api/approvals?open=true&limit=5").json["items"]:
                    busy = True
                    path = f"/api/approvals/{approval['id']}/decide"
                    self.client.post(path, {"approve": True})
                if not busy:
                    time.sleep(0.02)
        except (OSError, http.client.HTTPException):
            return


@pytest.mark.parametrize("seed", range(12 if "long" in os.environ.get("WEFT_TESTS", "") else 2))
def test_killed_in_the_middle_every_run_ends_once(seed, weft_binary, tmp_path):
    dice = random.Random(seed)
    data = tmp_path / "data"
    weft = start(weft_binary, data)
    client = Client.signed_in(weft)
    deploy(client, "e2e.crash", CRASHING)
    count = 25
    for number in range(count):
        begin(
            client, "e2e.crash", {"title": f"Run {number}", "items": [1, 2, 3]},
            name=f"crash/{number}",
        )  # fmt: skip
    answered = []
    for _ in range(3):
        worker = Worker(Client.signed_in(weft))
        worker.start()
        time.sleep(dice.uniform(0.05, 1.5))
        weft.kill()
        worker.join()
        answered += worker.answered
        weft = start(weft_binary, data)
        client = Client.signed_in(weft)
    worker = Worker(Client.signed_in(weft))
    worker.start()
    try:
        # A task that a worker took and did not answer, as the server was gone, is failed by nobody
        # here: such a run is stopped and redriven, which gives its task out again.
        def ended(status="SUCCEEDED"):
            page = client.get(f"/api/executions?workflow=e2e.crash&status={status}&limit=200")
            return [run["id"] for run in page.json["items"]]

        deadline = time.monotonic() + 60
        while len(ended()) < count and time.monotonic() < deadline:
            time.sleep(1)
            stuck = rows(data, "SELECT DISTINCT execution FROM workflow_token WHERE taken = 1 AND activity <> ''")
            for (run,) in stuck:
                if client.post(f"/api/executions/{run}/stop", {"reason": "its worker died"}).status == 200:
                    assert client.post(f"/api/executions/{run}/redrive").status == 200
        assert len(ended()) == count, client.get("/api/executions?workflow=e2e.crash").json
    finally:
        worker.leaves = True
        worker.join()
        weft.stop()
    assert len(set(answered)) == len(answered)
    for (run,) in rows(data, "SELECT id FROM execution WHERE workflow = 'e2e.crash'"):
        turns = rows(data, "SELECT events FROM execution_turn WHERE execution = ? ORDER BY turn", [run])
        events = [event for (text,) in turns for event in json.loads(text)]
        assert [e["id"] for e in events] == list(range(1, len(events) + 1))
        types = [e["type"] for e in events]
        assert types.count("ExecutionSucceeded") == 1 and types[-1] == "ExecutionSucceeded"
        assert types.count("ExecutionStarted") == 1
        assert types.count("ExecutionAborted") == types.count("ExecutionRedriven")
    assert rows(data, "SELECT count(*) FROM workflow_token") == [(0,)]
    left = "SELECT count(*) FROM execution_live l JOIN execution e ON e.id = l.execution"
    assert rows(data, f"{left} WHERE e.workflow = 'e2e.crash'") == [(0,)]
