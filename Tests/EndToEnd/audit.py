"""Checks that the store of a stopped server tells one story, with SQLite of our own."""

import hashlib
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

ENDINGS = {"SUCCEEDED": "ExecutionSucceeded", "FAILED": "ExecutionFailed", "ABORTED": "ExecutionAborted"}
STATUS_AFTER = {"placed": "received", "retried": "received"}
HOLDS_VEHICLE = ("booked", "dispatched")


class Audit:
    """Everything that must hold whenever all workflows have ended."""

    def __init__(self, data: Path):
        self.data = data
        self.problems: list[str] = []

    def check(self, condition, problem: str) -> None:
        if not condition:
            self.problems.append(problem)

    def run(self) -> list[str]:
        with closing(sqlite3.connect(self.data / "weft.db")) as self.db:
            self.check(self.db.execute("PRAGMA integrity_check").fetchone() == ("ok",), "integrity")
            self.check(not self.db.execute("PRAGMA foreign_key_check").fetchall(), "foreign keys")
            self.orders = {
                identity: json.loads(body)
                for identity, body in self.db.execute("SELECT id, body FROM logistics_order")
            }
            self.events()
            self.executions()
            self.agents()
            self.bookings()
            self.messages()
            self.objects()
        return self.problems

    def events(self) -> None:
        """The log and the records agree, and every placed order was taken up once."""
        told: dict[str, list[str]] = {identity: [] for identity in self.orders}
        for subject, type in self.db.execute("SELECT subject, type FROM event ORDER BY seq"):
            noun, verb = type.split(".", 1)
            if noun == "order":
                told[subject.removeprefix("order:")].append(verb)
        for identity, status, in self.db.execute("SELECT id, status FROM logistics_order"):
            verbs = told[identity]
            name = self.orders[identity]["reference"]
            self.check(verbs[:1] == ["placed"], f"{name}: first event {verbs[:1]}")
            self.check(verbs.count("placed") == 1, f"{name}: placed {verbs.count('placed')} times")
            # A delay by minutes changes no status.
            moved = [verb for verb in verbs if verb != "delayed"]
            last = STATUS_AFTER.get(moved[-1], moved[-1]) if moved else None
            self.check(last == status, f"{name}: {status} but the log ends with {verbs}")
            self.check(
                self.orders[identity]["status"] == status, f"{name}: row and body disagree"
            )
            retried = verbs.count("retried")
            self.check(verbs.count("booked") <= 1 + retried, f"{name}: booked twice: {verbs}")
            subject = f"order:{identity}"
            causes = 1 + retried
            started = self.count(
                "execution", "subject = ? AND workflow = 'logistics.process-order'", subject
            )
            self.check(started == causes, f"{name}: {started} runs for {causes} causes")
            causes = self.count(
                "event",
                "subject = ? AND type IN ('order.delayed', 'order.cancelled')"
                " AND json_extract(data, '$.tripId') IS NOT NULL",
                subject,
            )
            started = self.count(
                "execution", "subject = ? AND workflow = 'logistics.replan-trip'", subject
            )
            self.check(started == causes, f"{name}: {started} trips planned anew for {causes} causes")
        self.check(self.count("dead_letter") == 0, "dead letters")
        newest = self.db.execute("SELECT max(seq) FROM event").fetchone()[0]
        cursors = [seq for (seq,) in self.db.execute("SELECT seq FROM event_cursor")]
        self.check(all(seq <= newest for seq in cursors), f"cursor {cursors} beyond {newest}")

    def executions(self) -> None:
        """Histories are complete, in sequence and ended once."""
        for identity, status in self.db.execute("SELECT id, status FROM execution"):
            turns = self.db.execute(
                "SELECT events FROM execution_turn WHERE execution = ? ORDER BY turn", [identity]
            )
            history = [event for (events,) in turns for event in json.loads(events)]
            numbers = [event["id"] for event in history]
            types = Counter(entry["type"] for entry in history)
            self.check(status in ENDINGS, f"run {identity} is {status}")
            self.check(numbers == list(range(1, len(numbers) + 1)), f"run {identity}: {numbers}")
            self.check(
                all(entry["previousEventId"] < entry["id"] for entry in history),
                f"run {identity}: previousEventId",
            )
            self.check(types["ExecutionStarted"] == 1, f"run {identity}: {types}")
            ends = [entry["type"] for entry in history if entry["type"] in ENDINGS.values()]
            self.check(ends == [ENDINGS.get(status)], f"run {identity} is {status}, ends {ends}")
            self.check(history[-1]["type"] in ENDINGS.values(), f"run {identity}: more after its end")
            # What was scheduled has ended once, unless the run was aborted meanwhile.
            ended = types["TaskSucceeded"] + types["TaskFailed"] + types["TaskTimedOut"]
            missing = types["TaskScheduled"] - ended
            allowed = (0, 1) if status == "ABORTED" else (0,)
            self.check(missing in allowed, f"run {identity}: {missing} tasks without an end")
        left = self.db.execute(
            """
            SELECT count(*) FROM execution_live
            WHERE execution NOT IN (SELECT id FROM execution WHERE status = 'RUNNING')
            """
        ).fetchone()[0]
        self.check(left == 0, f"{left} ended runs are still under way")

    def agents(self) -> None:
        """Every run of an agent that was not aborted left one decision or one failure."""
        ended = Counter(run for (run,) in self.db.execute("SELECT run FROM decision"))
        ended.update(run for (run,) in self.db.execute("SELECT run FROM agent_failure"))
        aborted = {
            identity
            for (identity,) in self.db.execute("SELECT id FROM execution WHERE status = 'ABORTED'")
        }
        for (run,) in self.db.execute("SELECT key FROM agent_run"):
            if run.split("/")[0] in aborted:
                self.check(ended[run] <= 1, f"agent run {run}: {ended[run]} decisions")
            else:
                self.check(ended[run] == 1, f"agent run {run}: {ended[run]} decisions")
            steps = [
                step
                for (step,) in self.db.execute(
                    "SELECT step FROM agent_step WHERE run = ? ORDER BY step", [run]
                )
            ]
            first = steps[0] if steps else 0
            self.check(
                steps == list(range(first, first + len(steps))), f"agent run {run}: steps {steps}"
            )
        for run in ended:
            self.check(self.count("agent_run", "key = ?", run) == 1, f"decision without run {run}")

    def bookings(self) -> None:
        """A booked order holds one vehicle for each load of one plan, or shares one; nothing else does."""
        twice = self.db.execute(
            """
            SELECT vehicle, date, count(*) FROM logistics_booking WHERE status <> 'released'
            GROUP BY organisation, vehicle, date
            HAVING count(DISTINCT coalesce(trip, id)) > 1 OR sum(seat = 0) <> 1
            """
        ).fetchall()
        self.check(not twice, f"booked twice: {twice}")
        for identity, order in self.orders.items():
            name, status = order["reference"], order["status"]
            found = self.db.execute(
                "SELECT load, date, vehicle FROM logistics_booking"
                " WHERE order_id = ? AND status IN (?, ?)",
                [identity, *HOLDS_VEHICLE],
            ).fetchall()
            shares = self.count(
                "logistics_booking", "order_id = ? AND trip IS NOT NULL AND status <> 'released'", identity
            )
            self.check(shares == 0 or len(found) == 1, f"{name} shares and holds {found}")
            if status not in HOLDS_VEHICLE:
                self.check(
                    status == "delivered" or not found, f"{name} is {status} but holds {found}"
                )
                if status == "failed":
                    reason = order["history"][-1]["reason"]
                    self.check(reason, f"{name} failed without a reason")
                continue
            self.check(found, f"{name} is {status} without a booking")
            self.check(
                all(date == order["requestedDate"] for _, date, _ in found), f"{name}: {found}"
            )
            loads = sorted(load for load, _, _ in found if load)
            if loads and not shares:
                plan = loads[0].split("/")[0]
                count = len(self.layout(identity)["plans"][int(plan)]["vehicles"])
                expected = sorted(f"{plan}/{index}" for index in range(count))
                self.check(loads == expected, f"{name}: loads {loads} instead of {expected}")
        made = self.db.execute("SELECT count(*) FROM event WHERE type = 'booking.made'").fetchone()
        self.check(made[0] == self.count("logistics_booking"), "booking.made and bookings differ")

    def messages(self) -> None:
        """Of every booking the customer and the planner hear once, also of one on a shared trip that takes
        its place; of a failure the planner hears."""
        keys = [key for (key,) in self.db.execute("SELECT effect_key FROM channels_outbox")]
        told = Counter(tuple(key.split(":")[i] for i in (0, 1, -1)) for key in keys)
        for identity, order in self.orders.items():
            name, status = order["reference"], order["status"]
            if any(change["to"] == "received" for change in order["history"][1:]):
                continue  # Retried: how often people are told is that test's business.
            if status == "booked":
                shared = self.count("logistics_booking", "order_id = ? AND trip IS NOT NULL", identity)
                for channel in ("email", "inbox"):
                    count = told[("order-booked", identity, channel)]
                    self.check(count == 1 + shared, f"{name}: told {count} times by {channel}")
            if status == "failed":
                count = told[("order-failed", identity, "inbox")]
                self.check(count == 1, f"{name}: told {count} times that it failed")
                self.check(
                    told[("order-booked", identity, "email")] == 0, f"{name}: told of no booking"
                )
        links = Counter(
            (link, subject)
            for link, subject in self.db.execute("SELECT link, subject FROM channels_inbox")
        )
        delivered = Counter(
            (link, subject)
            for link, subject in self.db.execute(
                "SELECT link, subject FROM channels_outbox"
                " WHERE channel = 'inbox' AND status = 'delivered'"
            )
        )
        self.check(links == delivered, f"inbox and outbox differ: {links} {delivered}")

    def objects(self) -> None:
        """Every object's file holds what its record says."""
        for name, version, digest, size in self.db.execute(
            "SELECT name, version, sha256, size FROM object_version WHERE sha256 IS NOT NULL"
        ):
            blob = self.data / "objects" / "blobs" / digest[:2] / digest
            if not blob.is_file():
                self.problems.append(f"{name} version {version} has no file")
                continue
            content = blob.read_bytes()
            self.check(
                hashlib.sha256(content).hexdigest() == digest and len(content) == size,
                f"{name} version {version} is damaged",
            )
        fitting = Counter(
            subject.removeprefix("order:")
            for subject, body in self.db.execute(
                "SELECT subject, body FROM decision WHERE agent = 'logistics.analyser'"
            )
            if json.loads(body)["output"]["fits"]
        )
        aborted = {
            subject.removeprefix("order:")
            for (subject,) in self.db.execute(
                "SELECT subject FROM execution WHERE status = 'ABORTED'"
            )
        }
        for identity, order in self.orders.items():
            versions = self.count("object_version", "name = ?", f"order-{identity}.json")
            # Saving the same content again makes no new version; a run that was aborted may have
            # saved before it decided.
            most = fitting[identity] + (identity in aborted)
            least = 1 if fitting[identity] else 0
            self.check(
                least <= versions <= most,
                f"{order['reference']}: {versions} layouts of {fitting[identity]} analyses",
            )

    def layout(self, order: str) -> dict:
        """The newest layout document of an order."""
        (digest,) = self.db.execute(
            "SELECT sha256 FROM object_version WHERE name = ? ORDER BY version DESC LIMIT 1",
            [f"order-{order}.json"],
        ).fetchone()
        return json.loads((self.data / "objects" / "blobs" / digest[:2] / digest).read_bytes())

    def count(self, table: str, where: str = "TRUE", *parameters: str) -> int:
        return self.db.execute(
            f"SELECT count(*) FROM {table} WHERE {where}", parameters
        ).fetchone()[0]


def assert_consistent(data: Path) -> None:
    """Fails with every contradiction that a stopped server's store has."""
    problems = Audit(data).run()
    assert not problems, "\n".join(problems)
