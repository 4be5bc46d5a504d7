"""Objects: put, read, listed and deleted, and what distributed Maps read and write of them."""

import json
import urllib.parse

import pytest
from client import Client, rows, wait_for
from test_workflows import begin, deploy, machine, run_when

PASSWORD = "correct horse battery staple 9"


@pytest.fixture(scope="module")
def client(weft):
    return Client.signed_in(weft)


def put(client, key, content, type="text/csv", **headers):
    fields = {"Content-Type": type, **headers}
    return client.send("PUT", f"/api/objects/{urllib.parse.quote(key)}", content, fields)


def told(client, key):
    """What the log tells of an object, oldest first."""
    subject = urllib.parse.quote(f"object:{key}")
    events = client.get(f"/api/events?subject={subject}&sort=seq").json["items"]
    return [(event["type"], event["data"]["version"]) for event in events]


def test_an_object_has_versions_and_each_stays_readable(client):
    key = "stock/Lager Süd, 1.csv"
    place = f"/api/objects/{urllib.parse.quote(key)}"
    first = put(client, key, b"id\n1\n")
    assert first.status == 201, first.body
    assert (first.json["key"], first.json["version"], first.json["size"]) == (key, 1, 5)
    assert first.json["contentType"] == "text/csv" and not first.json["deleted"]
    # The same bytes are the same version; it is told once.
    same = put(client, key, b"id\n1\n")
    assert (same.status, same.json) == (200, first.json)
    second = put(client, key, b"id\n2\n", **{"If-Match": first.headers["etag"]})
    assert (second.status, second.json["version"]) == (201, 2)
    stale = put(client, key, b"id\n3\n", **{"If-Match": first.headers["etag"]})
    assert (stale.status, stale.code) == (412, "version-mismatch")
    assert stale.json["currentVersion"] == 2

    newest = client.get(place)
    assert newest.body == b"id\n2\n" and newest.headers["content-type"] == "text/csv"
    assert newest.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''Lager%20S%C3%BCd%2C%201.csv"
    )
    assert newest.headers["etag"] == second.headers["etag"]
    assert client.get(place, **{"If-None-Match": second.headers["etag"]}).status == 304
    assert client.get(f"{place}?version=1").body == b"id\n1\n"

    assert client.send("DELETE", place, None, {}).status == 422
    gone = client.send("DELETE", f"{place}?reason=counted%20again", None, {})
    assert gone.status == 200 and gone.json["deleted"] and gone.json["version"] == 3
    assert client.get(place).code == "object-not-found"
    assert client.get(f"{place}?version=2").body == b"id\n2\n"
    listed = client.get(f"/api/object-versions?key={urllib.parse.quote(key)}&limit=2").json
    assert [v["version"] for v in listed["items"]] == [3, 2]
    rest = client.get(
        f"/api/object-versions?key={urllib.parse.quote(key)}&limit=2&cursor={listed['nextCursor']}"
    ).json
    assert [v["version"] for v in rest["items"]] == [1] and rest["nextCursor"] is None
    assert told(client, key) == [("object.stored", 1), ("object.stored", 2), ("object.deleted", 3)]
    kept = client.get("/api/audit?action=object.deleted").json["items"]
    assert kept[0]["detail"]["reason"] == "counted again"


def test_objects_are_listed_by_prefix_page_by_page(client):
    for name in ("b", "a", "c"):
        assert put(client, f"listed/{name}", name.encode()).status == 201
    put(client, "listed-not", b"")
    page = client.get("/api/objects?prefix=listed/&limit=2").json
    assert [v["key"] for v in page["items"]] == ["listed/a", "listed/b"]
    page = client.get(f"/api/objects?prefix=listed/&limit=2&cursor={page['nextCursor']}").json
    assert [v["key"] for v in page["items"]] == ["listed/c"] and page["nextCursor"] is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("a//b", 422, "invalid-object-key"),
        ("../etc/passwd", 400, "bad-target"),
        ("x" * 513, 422, "invalid-object-key"),
        ("none", 404, "object-not-found"),
        ("none?version=0", 422, "out-of-range"),
        ("none?version=two", 422, "out-of-range"),
        ("none?version=1&version=2", 400, "unknown-parameter"),
        ("none?versoin=1", 400, "unknown-parameter"),
    ],
)
def test_what_cannot_be_an_object_is_refused(client, path, status, code):
    answer = client.get(f"/api/objects/{path}")
    assert (answer.status, answer.code) == (status, code), answer.body


def test_a_content_that_is_too_large_is_refused_and_changes_nothing(client):
    large = put(client, "large", bytes((64 << 20) + 1))
    assert large.status == 413
    assert client.get("/api/objects/large").status == 404
    wrong = put(client, "wrong", b"1", type="neither")
    assert (wrong.status, wrong.code) == (422, "invalid-content-type")


def test_only_administrators_and_managers_of_the_organisation_reach_objects(weft, client):
    put(client, "secret.txt", b"42", type="text/plain")
    made = client.post(
        "/api/accounts",
        {
            "email": "objects@weft.example",
            "name": "Somebody",
            "password": PASSWORD,
            "roles": ["planner"],
        },
    )
    assert made.status == 201, made.body
    other = Client(weft.url)
    answer = other.post("/auth/token", {"email": "objects@weft.example", "password": PASSWORD})
    other.token = answer.json["accessToken"]
    assert other.get("/api/objects/secret.txt").code == "forbidden"
    assert put(other, "secret.txt", b"43").status == 403
    assert other.get("/api/objects").status == 403
    assert other.get("/api/object-versions?key=secret.txt").status == 403
    assert other.send("DELETE", "/api/objects/secret.txt?reason=x", None, {}).status == 403
    nobody = Client(weft.url)
    assert nobody.get("/api/objects/secret.txt").status == 401
    assert put(nobody, "secret.txt", b"43").status == 401
    assert client.get("/api/objects/secret.txt").body == b"42"


def reader(format, key, **more):
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": format, **more},
        "Parameters": {"Bucket": "any", "Key": key},
    }


def mapped(reader, states, **more):
    return machine(
        "All",
        All={
            "Type": "Map",
            "ItemReader": reader,
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, **states},
            "End": True,
            **more,
        },
    )


PASS = machine("Each", Each={"Type": "Pass", "End": True})


def test_a_map_reads_rows_and_writes_its_results_as_objects(client):
    lines = ["sku,count"] + [f"S{n},{n}" for n in range(250)]
    put(client, "count/rows.csv", "\n".join(lines).encode())
    definition = mapped(
        reader("CSV", "count/rows.csv", CSVHeaderLocation="FIRST_ROW"),
        machine(
            "Each",
            Each={"Type": "Pass", "Parameters": {"sku.$": "$.sku"}, "End": True},
        ),
        ResultWriter={
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "any", "Prefix": "counted"},
        },
    )
    deploy(client, "objects.rows", definition)
    done = run_when(client, begin(client, "objects.rows"), "SUCCEEDED", "FAILED")
    assert done["status"] == "SUCCEEDED", done
    place = done["output"]["ResultWriterDetails"]["Key"]
    manifest = json.loads(client.get(f"/api/objects/{place}").body)
    assert manifest["Succeeded"] == 250 and manifest["Failed"] == 0
    folder = place.rsplit("/", 1)[0]
    parts = [f"{folder}/SUCCEEDED_{n}.json" for n in range(manifest["Parts"])]
    results = [r for part in parts for r in json.loads(client.get(f"/api/objects/{part}").body)]
    skus = [json.loads(r["Output"])["sku"] if isinstance(r["Output"], str) else r["Output"]["sku"]
            for r in results]  # fmt: skip
    assert sorted(skus) == sorted(f"S{n}" for n in range(250))


def test_a_map_reads_one_version_from_its_first_item_to_its_last(client):
    def lines(word):
        return "\n".join(json.dumps({"n": n, "word": word}) for n in range(300)).encode()

    put(client, "count/lines.jsonl", lines("old"), type="application/jsonl")
    # One item at a time, and the first waits for us: the page that it is of has been read then.
    states = machine(
        "First",
        First={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": 0, "Next": "Hold"}],
            "Default": "Each",
        },
        Hold={
            "Type": "Task",
            "Resource": "weft:activity:objects.hold",
            "ResultPath": None,
            "Next": "Each",
        },
        Each={"Type": "Pass", "End": True},
    )
    lined = mapped(reader("JSONL", "count/lines.jsonl"), states, MaxConcurrency=1)
    deploy(client, "objects.lines", lined)

    def held():
        return client.post("/api/activities/objects.hold/task", {"waitSeconds": 5}).json["taskToken"]

    def go_on(token):
        body = {"taskToken": token, "output": None}
        assert client.post("/api/tasks/success", body).status == 204

    run = begin(client, "objects.lines")
    token = wait_for(held, "the first item", 20)
    put(client, "count/lines.jsonl", lines("new"), type="application/jsonl")
    go_on(token)
    done = run_when(client, run, "SUCCEEDED", "FAILED")
    assert done["status"] == "SUCCEEDED", done
    assert [item["n"] for item in done["output"]] == list(range(300))
    assert {item["word"] for item in done["output"]} == {"old"}
    # A run that begins now reads the new one, and one may name a version.
    run = begin(client, "objects.lines")
    go_on(wait_for(held, "the first item", 20))
    again = run_when(client, run, "SUCCEEDED")
    assert {item["word"] for item in again["output"]} == {"new"}
    named = reader("JSONL", "count/lines.jsonl")
    named["Parameters"]["VersionId"] = "1"
    deploy(client, "objects.named", mapped(named, PASS))
    first = run_when(client, begin(client, "objects.named"), "SUCCEEDED")
    assert {item["word"] for item in first["output"]} == {"old"}


def test_a_map_runs_over_every_object_under_a_prefix(client):
    keys = [f"many/{n:03}.txt" for n in range(620)]
    for key in keys:
        assert put(client, key, key.encode(), type="text/plain").status == 201
    listing = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": "any", "Prefix": "many/"},
    }
    states = machine(
        "Each", Each={"Type": "Pass", "Parameters": {"key.$": "$.Key"}, "End": True}
    )
    deploy(client, "objects.prefix", mapped(listing, states))
    done = run_when(client, begin(client, "objects.prefix"), "SUCCEEDED", "FAILED")
    assert done["status"] == "SUCCEEDED", done
    assert [item["key"] for item in done["output"]] == keys


@pytest.mark.parametrize(
    ("content", "cause"),
    [(None, 'there is no object "count/broken.json"'), (b'{"items": 1', "not JSON")],
)
def test_a_map_whose_items_cannot_be_read_fails_and_says_why(client, content, cause):
    if content is not None:
        put(client, "count/broken.json", content, type="application/json")
    deploy(client, "objects.broken", mapped(reader("JSON", "count/broken.json"), PASS))
    done = run_when(client, begin(client, "objects.broken"), "SUCCEEDED", "FAILED")
    assert done["error"] == "States.ItemReaderFailed" and cause in done["cause"], done


def test_an_object_that_arrives_starts_a_workflow(weft, client):
    deploy(client, "objects.arrived", PASS)
    rule = client.post(
        "/api/event-rules",
        {
            "name": "objects-arrived",
            "pattern": {"type": ["object.stored"], "data": {"key": [{"prefix": "in/"}]}},
            "target": {"kind": "workflow", "workflow": "objects.arrived"},
        },
    )
    assert rule.status == 201, rule.body
    put(client, "out/1.csv", b"1")
    put(client, "in/1.csv", b"1")

    def runs():
        found = client.get("/api/executions?workflow=objects.arrived").json["items"]
        return found if found else None

    found = wait_for(runs, "the run", 20)
    assert len(found) == 1
    detail = client.get(f"/api/executions/{found[0]['id']}").json
    assert detail["input"]["key"] == "in/1.csv" and detail["input"]["version"] == 1
    assert rows(weft.data, "SELECT count(*) FROM object_version WHERE name = 'in/1.csv'") == [(1,)]
