"""Two processes on one PostgreSQL run workflows; both are killed and the server restarts meanwhile."""

import http.client
import json
import os
import random
import threading
import time
from collections import Counter

import pytest
from client import Client, wait_for
from postgres import Server, serve, server  # noqa: F401 (fixtures)
from test_workflows import ASK, deploy, machine

LONG = "long" in os.environ.get("WEFT_TESTS", "")
RUNS = 300
STARTERS = 3
DECIDERS = 2
NAME = "e2e.both"


def asks(what: str, then: str) -> dict:
    """Writes a question into the store, with an event, and waits until somebody answers it."""
    given = {**ASK["Parameters"], "title.$": f"States.Format('{what} {{}}', $.number)"}
    return {**ASK, "Parameters": given, "ResultPath": None, "Next": then}


STEPS = machine(
    "Before",
    Before={"Type": "Wait", "Seconds": 1, "Next": "Ask"},
    Ask=asks("Ask", "Between"),
    Between={"Type": "Wait", "Seconds": 2, "Next": "Confirm"},
    Confirm=asks("Confirm", "Done"),
    Done={"Type": "Pass", "End": True},
)


class Processes:
    """The processes that are there now; whoever finds one gone asks another."""

    def __init__(self, serve, count: int):
        self.serve = serve
        self.here = [serve() for _ in range(count)]
        self.token = Client.signed_in(self.here[0]).token
        self.isOver = False

    def kill(self, index: int) -> None:
        weft = self.here.pop(index)
        weft.kill()

    def join(self) -> None:
        """One more starts on the same database."""
        self.here.append(self.serve())


class Caller(threading.Thread):
    """Does something again and again, at whichever process is there."""

    def __init__(self, processes: Processes, seed: int):
        super().__init__(daemon=True)
        self.processes = processes
        self.dice = random.Random(seed)
        self.client: Client | None = None
        self.refused: list[str] = []
        self.start()

    def post(self, path: str, body: dict):
        """An answer that counts; None when the request may or may not have been heard."""
        if self.client is None:
            weft = self.dice.choice(self.processes.here)
            self.client = Client(weft.url, self.processes.token)
        try:
            answer = self.client.post(path, body) if body else self.client.get(path)
        except (OSError, http.client.HTTPException):
            self.client = None
            return None
        if answer.status in (429, 503):
            time.sleep(0.1)
            return None
        return answer


class Starter(Caller):
    """Starts runs by name, each until that is acknowledged."""

    def __init__(self, processes: Processes, number: int):
        self.numbers = range(number, RUNS, STARTERS)
        self.acknowledged: dict[str, str] = {}
        super().__init__(processes, number)

    def run(self) -> None:
        for number in self.numbers:
            name = f"both/{number}"
            body = {"workflow": NAME, "name": name, "input": {"number": number}}
            while not self.processes.isOver and name not in self.acknowledged:
                answer = self.post("/api/executions", body)
                if answer and answer.status == 201:
                    self.acknowledged[name] = answer.json["id"]
                elif answer:
                    self.refused.append(f"{answer.status} {answer.body}")
                    return


class Decider(Caller):
    """Agrees to whatever is asked."""

    def __init__(self, processes: Processes, number: int):
        self.agreed: list[str] = []
        super().__init__(processes, 100 + number)

    def run(self) -> None:
        while not self.processes.isOver:
            answer = self.post("/api/approvals?open=true&limit=100", {})
            if answer and answer.status != 200:
                self.refused.append(f"{answer.status} {answer.body}")
                return
            waiting = answer.json["items"] if answer else []
            self.dice.shuffle(waiting)
            for approval in waiting:
                self.decide(approval["id"])
            if not waiting:
                time.sleep(0.05)

    def decide(self, approval: str) -> None:
        answer = self.post(f"/api/approvals/{approval}/decide", {"approve": True})
        if answer and answer.status == 200:
            self.agreed.append(approval)
        # The other one was quicker, or our own answer was lost on its way back.
        elif answer and answer.status != 409:
            self.refused.append(f"{answer.status} {answer.body}")


def succeeded(server: Server) -> int:
    sql = f"SELECT count(*) FROM execution WHERE workflow = '{NAME}' AND status = 'SUCCEEDED'"
    return int(server.rows(sql)[0][0])


def asked(server: Server) -> int:
    return int(server.rows("SELECT count(*) FROM approval")[0][0])


@pytest.mark.parametrize("seed", range(8 if LONG else 1))
def test_both_processes_are_killed_and_every_run_ends_once(seed, server, serve, monkeypatch):
    dice = random.Random(seed)
    monkeypatch.setenv("WEFT_WORKFLOWS_LEASE", "3")
    processes = Processes(serve, 2)
    client = Client(processes.here[0].url, processes.token)
    client.wait_until_idle()
    deploy(client, NAME, STEPS)
    starters = [Starter(processes, number) for number in range(STARTERS)]
    deciders = [Decider(processes, number) for number in range(DECIDERS)]
    callers = [*starters, *deciders]
    try:
        # In the middle of starting: some runs are asked about already, others are not there yet.
        wait_for(lambda: asked(server) > dice.randint(0, 60), "the first questions")
        processes.kill(dice.randint(0, 1))
        wait_for(lambda: asked(server) > RUNS + dice.randint(0, 60), "the second questions", 60)
        server.control("restart", "immediate")
        wait_for(lambda: succeeded(server) > dice.randint(1, RUNS // 3), "the first ends", 60)
        processes.join()
        processes.kill(0)
        processes.join()
        wait_for(lambda: succeeded(server) == RUNS, "every run to end", 90)
    finally:
        processes.isOver = True
        for caller in callers:
            caller.join(30)
    assert not [problem for caller in callers for problem in caller.refused]
    acknowledged = {name: run for starter in starters for name, run in starter.acknowledged.items()}
    assert len(acknowledged) == RUNS
    audit(server, acknowledged, [agreed for decider in deciders for agreed in decider.agreed])


def audit(server: Server, acknowledged: dict[str, str], agreed: list[str]) -> None:
    """Every acknowledged run is there once and did everything once."""
    rows = server.rows(f"SELECT name, id, status FROM execution WHERE workflow = '{NAME}'")
    assert {name: run for name, run, _ in rows} == acknowledged
    assert {status for _, _, status in rows} == {"SUCCEEDED"}
    histories: dict[str, list[dict]] = {}
    for run, events in server.rows(
        f"""
        SELECT execution, events FROM execution_turn
        WHERE execution IN (SELECT id FROM execution WHERE workflow = '{NAME}')
        ORDER BY execution, turn
        """
    ):
        histories.setdefault(run, []).extend(json.loads(events))
    for run in acknowledged.values():
        history = histories[run]
        assert [event["id"] for event in history] == list(range(1, len(history) + 1)), run
        # Two waits, two tasks that wait for an answer, and a Pass: what AWS writes for them.
        assert Counter(event["type"] for event in history) == {
            "ExecutionStarted": 1,
            "WaitStateEntered": 2, "WaitStateExited": 2,
            "TaskStateEntered": 2, "TaskScheduled": 2, "TaskStarted": 2, "TaskSubmitted": 2,
            "TaskSucceeded": 2, "TaskStateExited": 2,
            "PassStateEntered": 1, "PassStateExited": 1,
            "ExecutionSucceeded": 1,
        }, run  # fmt: skip
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        ]
        assert entered == ["Before", "Ask", "Between", "Confirm", "Done"], run
    # What the steps did in the store: two questions of each run, each with its event, each answered.
    questions = server.rows("SELECT id, execution, title, state FROM approval")
    assert {state for *_, state in questions} == {"approved"}
    assert Counter((run, title) for _, run, title, _ in questions) == {
        (run, f"{what} {name.removeprefix('both/')}"): 1
        for name, run in acknowledged.items()
        for what in ("Ask", "Confirm")
    }
    told = Counter(
        tuple(row)
        for row in server.rows("SELECT type, subject FROM event WHERE type LIKE 'approval.%'")
    )
    assert told == {
        (kind, f"approval:{identity}"): 1
        for identity, *_ in questions
        for kind in ("approval.requested", "approval.decided")
    }
    # Whoever was told that they decided did, once.
    assert max(Counter(agreed).values()) == 1
    ends = Counter(
        (kind, json.loads(data)["executionId"])
        for kind, data in server.rows(
            "SELECT type, data FROM event WHERE type LIKE 'execution.%'"
            f" AND CAST(data AS jsonb) ->> 'workflow' = '{NAME}'"
        )
    )
    assert ends == {("execution.succeeded", run): 1 for run in acknowledged.values()}
    for table in ("workflow_token", "execution_live"):
        assert server.rows(f"SELECT count(*) FROM {table}") == [["0"]], table
