"""Time series: what devices write, what people ask, and what a killed server still has."""

import http.client
import json
import random
import subprocess
import threading
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import urlencode

import pytest
from client import Client, rows, wait_for
from conftest import start

PASSWORD = "correct horse battery staple 9"


@pytest.fixture
def serve(weft_binary, tmp_path, monkeypatch):
    """Starts a server on the test's folder, with settings as environment variables."""
    running = []

    def start_server(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"WEFT_{name.upper()}", str(value))
        running.append(start(weft_binary, tmp_path / "data"))
        return running[-1]

    yield start_server
    for weft in running:
        weft.stop()


@pytest.fixture(scope="module")
def client(weft):
    return Client.signed_in(weft)


def minute(offset: int = 0) -> datetime:
    """The beginning of the minute so many minutes from this hour's beginning, two hours ago."""
    hour = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    return hour - timedelta(hours=2) + timedelta(minutes=offset)


def text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def series(name: str, points, **more) -> dict:
    return {
        "name": name,
        "points": [{"time": text(at), "value": value} for at, value in points],
        **more,
    }


def write(client, *entries: dict):
    return client.post("/api/series/points", {"series": list(entries)})


def ask(client, path: str = "/api/series/query", **query):
    query = {key: text(at) if isinstance(at, datetime) else at for key, at in query.items()}
    return client.get(f"{path}?{urlencode(query)}")


def member(weft, client, role: str) -> Client:
    """A signed-in person with one role."""
    email = f"series-{role}@weft.example"
    made = client.post(
        "/api/accounts", {"name": role, "email": email, "roles": [role], "password": PASSWORD}
    )
    assert made.status == 201, made.body
    other = Client(weft.url)
    answer = other.post("/auth/token", {"email": email, "password": PASSWORD})
    other.token = answer.json["accessToken"]
    return other


def test_points_are_written_listed_and_read(client):
    points = [(minute(0), 20.5), (minute(1), 21), (minute(2), -4.25)]
    labels = {"device": "d1", "line": "L1"}
    answer = write(client, series("t.read", points, labels=labels, unit="Cel"))
    assert answer.status == 200, answer.body
    assert answer.json == {"points": 3, "series": 1, "created": 1}
    listed = ask(client, "/api/series", name="t.read").json["items"]
    assert [(item["labels"], item["unit"], item["kind"]) for item in listed] == [
        (labels, "Cel", "gauge")
    ]
    read = ask(
        client, "/api/series/points", name="t.read", **{"from": minute(0), "to": minute(2)}
    ).json["items"][0]
    assert read["points"] == [{"time": text(at), "value": value} for at, value in points[:2]]
    latest = ask(client, "/api/series/latest", name="t.read", match="device=d*").json["items"]
    assert [item["latest"]["value"] for item in latest] == [-4.25]
    short = ask(
        client, "/api/series/points", name="t.read", limit=2,
        **{"from": minute(0), "to": minute(9)},
    ).json["items"][0]  # fmt: skip
    assert short["nextFrom"] == text(minute(2)) and len(short["points"]) == 2


def test_steps_by_hand(client):
    a = [(minute(0), 2), (minute(0) + timedelta(seconds=30), 4), (minute(3), 10)]
    b = [(minute(0), 6)]
    answer = write(
        client,
        series("t.steps", a, labels={"d": "a"}),
        series("t.steps", b, labels={"d": "b"}),
    )
    assert answer.status == 200, answer.body
    span = {"name": "t.steps", "from": minute(0), "to": minute(4), "step": 60}

    def values(**more):
        answer = ask(client, **span, **more)
        assert answer.status == 200, answer.body
        return [line["values"] for line in answer.json["lines"]]

    assert values(aggregate="avg", match="d=a") == [[3, None, None, 10]]
    assert values(aggregate="avg", by="*") == [[4, None, None, 10]]
    assert values(aggregate="sum") == [[6, None, None, 10], [6, None, None, None]]
    assert values(aggregate="count", by="d") == [[2, 0, 0, 1], [1, 0, 0, 0]]
    assert values(match="d=a", fill="previous") == [[3, 3, 3, 10]]
    # A third of the way from 3 to 10 is a step each.
    linear = values(match="d=a", fill="linear")[0]
    assert linear == pytest.approx([3, 3 + 7 / 3, 3 + 14 / 3, 10])
    assert ask(client, **span, aggregate="rate").status == 422


@pytest.mark.parametrize(
    "kind, body, count",
    [
        ("text/plain", "t.line,device=d1 value={ns}\nt.line,device=d2 value=2,other=3i {ns_}", 3),
        ("text/csv", "name,time,value,device\nt.csv,{rfc},1,d1\nt.csv,{us},2,d2\n", 2),
        ("application/x-ndjson", '{{"name":"t.nd","time":{us},"value":1}}\n', 1),
    ],
)
def test_texts_of_points(client, kind, body, count):
    at = minute(5)
    micros = int(at.timestamp()) * 1_000_000
    body = body.format(rfc=text(at), us=micros, ns=f"1 {micros}000", ns_=f"{micros}000")
    answer = client.send("POST", "/api/series/points", body.encode(), {"Content-Type": kind})
    assert answer.status == 200, answer.body
    assert answer.json["points"] == count


def test_a_refused_point_refuses_its_batch_and_says_where(client):
    good = series("t.refused", [(minute(0), 1)])
    cases = [
        ({"name": "1x", "points": [{"value": 1}]}, 422, "/series/1/name"),
        ({"name": "x", "labels": {"a b": "c"}, "points": [{"value": 1}]}, 422, "/series/1/labels/a b"),
        ({"name": "x", "points": [{"value": "1"}]}, 422, "/series/1/points/0/value"),
        ({"name": "x", "points": [{"value": 1}, {"time": "2001-01-01T00:00:00Z", "value": 1}]}, 422,
         "/series/1/points/1"),
        ({"name": "x", "points": []}, 422, "/series/1/points"),
        ({"name": "x", "points": [{"value": 1, "oops": 2}]}, 422, "/series/1/points/0/oops"),
    ]  # fmt: skip
    for bad, status, pointer in cases:
        answer = write(client, good, bad)
        assert answer.status == status, answer.body
        found = answer.json.get("pointer") or answer.json["errors"][0]["pointer"]
        assert found == pointer, answer.body
    text = b"t.refused value=1\nt.refused value=oops\n"
    answer = client.send("POST", "/api/series/points", text, {"Content-Type": "text/plain"})
    assert answer.status == 400 and answer.json["line"] == 2, answer.body
    assert ask(client, "/api/series", name="t.refused").json["items"] == []
    answer = client.send("POST", "/api/series/points", b"x", {"Content-Type": "image/png"})
    assert answer.status == 400 and answer.code == "unknown-format"


def test_a_series_keeps_its_unit_and_kind(client):
    assert write(client, series("t.unit", [(minute(0), 1)], unit="s", kind="counter")).status == 200
    answer = write(client, series("t.unit", [(minute(1), 1)], unit="ms"))
    assert answer.status == 409 and answer.code == "series-differs"


def test_too_large_questions_are_refused(client):
    assert write(client, series("t.large", [(minute(0), 1)])).status == 200
    answer = ask(
        client, name="t.large", step=1, **{"from": minute(-5_000), "to": minute(60)}
    )  # fmt: skip
    assert answer.status == 422 and answer.code == "query-too-large"
    answer = ask(client, name="t.large", step=60, **{"from": minute(1), "to": minute(1)})
    assert answer.status == 422


def test_who_may_do_what(weft, client):
    viewer, technician = member(weft, client, "viewer"), member(weft, client, "technician")
    loader = member(weft, client, "loader")
    assert write(technician, series("t.roles", [(minute(0), 1)])).status == 200
    assert write(viewer, series("t.roles", [(minute(0), 1)])).status == 403
    assert ask(viewer, "/api/series/latest", name="t.roles").status == 200
    assert ask(loader, "/api/series/latest", name="t.roles").status == 403
    operator = member(weft, client, "operator")
    answer = operator.send("DELETE", "/api/series?name=t.roles&reason=x", None, {})
    assert answer.status == 403


def test_a_device_writes_with_a_key_and_does_nothing_else(weft, client):
    body = {"name": "press 7", "roles": ["device"], "expiresInDays": 30}
    made = client.post("/api/keys", body)
    assert made.status == 201 and made.json["roles"] == ["device"], made.body
    device = Client(weft.url, made.json["secret"])
    points = [(minute(0), 7), (minute(1), 8)]
    assert write(device, series("t.device", points)).status == 200
    line = b"t.device value=9\n"
    answer = device.send("POST", "/api/series/points", line, {"Content-Type": "text/plain"})
    assert answer.status == 200, answer.body
    read = ask(
        client, "/api/series/points", name="t.device", **{"from": minute(0), "to": minute(2)}
    ).json["items"][0]["points"]
    assert [point["value"] for point in read] == [7, 8]
    # It reads nothing, its own points neither, and changes nothing else.
    for path in (
        "/api/series?name=t.device", "/api/series/latest?name=t.device", "/api/orders",
        "/api/events", "/api/executions", "/api/accounts", "/api/keys", "/api/audit", "/api/alarms",
        "/api/metrics", "/api/me/sessions", "/api/schedules", "/api/workflows",
    ):  # fmt: skip
        answer = device.get(path)
        assert answer.status == 403, (path, answer.status, answer.body)
    assert device.post("/api/keys", body).status == 403
    assert device.post("/api/executions", {"workflow": "x"}).status == 403
    path = "/api/series?name=t.device&reason=x"
    assert device.send("DELETE", path, None, {}).status == 403
    # People do not get the role, and whoever is no admin cannot give it.
    person = {"name": "A", "email": "a.device@weft.example", "roles": ["device"], "password": PASSWORD}
    answer = client.post("/api/accounts", person)
    assert answer.status == 422 and answer.code == "invalid-role", answer.body
    assert member(weft, client, "manager").post("/api/keys", body).status == 403
    revoked = client.post(f"/api/keys/{made.json['id']}/revoke", {"reason": "scrapped"})
    assert revoked.status < 300, revoked.body
    assert write(device, series("t.device", [(minute(2), 1)])).status == 401


def test_deleted_series_are_gone_and_it_is_told_why(client):
    for device in ("a", "b"):
        labels = {"device": device}
        assert write(client, series("t.gone", [(minute(0), 1)], labels=labels)).status == 200
    query = urlencode({"name": "t.gone", "match": "device=a"})
    assert client.send("DELETE", f"/api/series?{query}", None, {}).status == 422
    answer = client.send("DELETE", f"/api/series?{query}&reason=test+rig", None, {})
    assert answer.status == 200 and answer.json == {"deleted": 1}, answer.body
    assert client.send("DELETE", f"/api/series?{query}&reason=again", None, {}).status == 404
    left = ask(client, "/api/series", name="t.gone").json["items"]
    assert [item["labels"]["device"] for item in left] == ["b"]
    audit = client.get("/api/audit?action=series.deleted").json["items"]
    assert audit[0]["detail"]["reason"] == "test rig"


def test_an_organisation_has_so_many_series(serve):
    client = Client.signed_in(serve(series_most=3))
    entries = [series("t", [(minute(0), 1)], labels={"n": str(n)}) for n in range(4)]
    answer = write(client, *entries)
    assert answer.status == 409 and answer.code == "too-many-series"
    assert write(client, *entries[:3]).status == 200
    assert write(client, entries[3]).status == 409
    assert write(client, entries[0]).status == 200


def test_settings_that_contradict_themselves_stop_the_start(weft_binary, tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_SERIES_RETENTION", "sensor.*=30/7/100/100")
    done = subprocess.run(
        [weft_binary, "serve", "--port", "0", "--data", tmp_path / "data"],
        capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert done.returncode == 1 and "30/7/100/100" in done.stderr


def test_hours_that_are_over_are_rolled_up(serve):
    weft = serve()
    client = Client.signed_in(weft)
    points = [(minute(n), n) for n in range(60)]
    assert write(client, series("t.rolled", points)).status == 200
    span = {"name": "t.rolled", "from": minute(0), "to": minute(60), "aggregate": "sum"}
    before = ask(client, **span, step=3_600).json
    # A batch waits for ten seconds at most, and then for the next round of rolling up.
    rolled = "SELECT count(*) FROM series_block WHERE resolution = 3600"
    wait_for(lambda: rows(weft.data, rolled)[0][0] == 1, "the hour to be rolled up", within=90)
    # The wait outlasts an idle connection.
    client.connection.close()
    after = ask(client, **span, step=3_600).json
    assert before == after and after["resolution"] == "hour"
    assert after["lines"][0]["values"] == [59 * 60 / 2]
    # A late point corrects it.
    assert write(client, series("t.rolled", [(minute(10), 1_000)])).status == 200
    assert ask(client, **span, step=3_600).json["lines"][0]["values"] == [59 * 30 - 10 + 1_000]


def test_command_line(serve, weft_binary, tmp_path):
    weft = serve()
    weft.stop()
    file = tmp_path / "points.csv"
    file.write_text(f"name,time,value\nt.file,{text(minute(0))},1\nt.file,{text(minute(1))},3\n")

    def run(*words):
        return subprocess.run(
            [weft_binary, "series", *map(str, words), "--data", weft.data],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip

    done = run("import", file)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"points": 2, "series": 1, "created": 1}
    span = ["--from", text(minute(0)), "--to", text(minute(2))]
    done = run("query", "t.file", *span, "--step", 120, "--aggregate", "max")
    assert json.loads(done.stdout)["lines"][0]["values"][0] == 3, done.stderr
    assert json.loads(run("query", "t.file", *span).stdout)["items"][0]["points"][1]["value"] == 3
    file.write_text("name,value\nt.file,x\n")
    done = run("import", file)
    assert done.returncode == 1 and "line 2" in done.stderr


class Gateway(threading.Thread):
    """Writes batches one after another until the server is gone; a batch's points share a value."""

    def __init__(self, weft, token: str, number: int, first: int):
        super().__init__()
        self.client = Client(weft.url, token)
        self.number = number
        self.batch = first
        self.acknowledged: list[int] = []
        self.refused: list[bytes] = []

    def run(self) -> None:
        begin = int(minute(0).timestamp()) * 1_000_000
        while True:
            at = begin + self.batch * 1_000
            entries = [
                {
                    "name": "t.crash",
                    "labels": {"gateway": str(self.number), "sensor": str(sensor)},
                    "points": [{"time": at + n, "value": self.batch} for n in range(5)],
                }
                for sensor in range(8)
            ]
            try:
                answer = self.client.post("/api/series/points", {"series": entries})
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 429:
                time.sleep(0.2)
                continue
            if answer.status != 200:
                self.refused.append(answer.body)
                return
            self.acknowledged.append(self.batch)
            self.batch += 1


def test_a_killed_server_has_every_acknowledged_batch_once(weft_binary, tmp_path):
    dice = random.Random(6)
    data = tmp_path / "data"
    acknowledged: dict[int, list[int]] = {number: [] for number in range(3)}
    for _ in range(4):
        weft = start(weft_binary, data)
        token = Client.signed_in(weft).token
        gateways = [
            Gateway(weft, token, number, 1 + max(known, default=0))
            for number, known in acknowledged.items()
        ]
        for gateway in gateways:
            gateway.start()
        time.sleep(dice.uniform(0.5, 2.5))
        weft.kill()
        for gateway in gateways:
            gateway.join()
            assert not gateway.refused, gateway.refused
            acknowledged[gateway.number] += gateway.acknowledged

    weft = start(weft_binary, data)
    try:
        client = Client.signed_in(weft)
        total = sum(len(known) for known in acknowledged.values())
        assert total > 20, "the server was killed before it did anything"

        def check():
            span = {"from": minute(0), "to": minute(60), "limit": 50_000}
            for number, known in acknowledged.items():
                for sensor in range(8):
                    match = f"gateway={number},sensor={sensor}"
                    answer = ask(client, "/api/series/points", name="t.crash", match=match, **span)
                    points = answer.json["items"][0]["points"]
                    assert len({point["time"] for point in points}) == len(points)
                    counts: dict[int, int] = {}
                    for point in points:
                        counts[point["value"]] = counts.get(point["value"], 0) + 1
                    # A batch is there as a whole; one that was not acknowledged may be, too.
                    assert set(counts.values()) <= {5}
                    assert set(known) <= set(counts)

        check()
        # And again when all of it has been made into blocks.
        batches = "SELECT count(*) FROM series_batch"
        wait_for(lambda: rows(data, batches)[0][0] == 0, "every batch to be a block", within=60)
        check()
    finally:
        weft.stop()
