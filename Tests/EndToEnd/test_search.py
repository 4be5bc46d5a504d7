"""Search over files and over what an installation holds, and what is remembered and forgotten."""

import hashlib
import json
from urllib.parse import urlencode

import pytest
from cli import init, misused, refused
from cli import run  # noqa: F401 (fixture)
from client import CUSTOMER, Client, draft, in_days, parcel, rows, wait_for
from conftest import start

PASSWORD = "correct horse battery staple 9"
PERSON = f"customer:{CUSTOMER}"


@pytest.fixture(scope="module")
def client(weft):
    return Client.signed_in(weft)


def member(weft, client, role: str) -> Client:
    """A signed-in person with one role."""
    email = f"search-{role}@weft.example"
    made = client.post(
        "/api/accounts", {"name": role, "email": email, "roles": [role], "password": PASSWORD}
    )
    assert made.status == 201, made.body
    other = Client(weft.url)
    answer = other.post("/auth/token", {"email": email, "password": PASSWORD})
    other.token = answer.json["accessToken"]
    return other


def search(client, text: str, path: str = "/api/search", **more):
    return client.get(f"{path}?{urlencode({'q': text, **more})}")


def found(client, text: str, **more) -> list[str]:
    answer = search(client, text, **more)
    assert answer.status == 200, answer.body
    return [item["id"] for item in answer.json["items"]]


# Files, without a server


@pytest.fixture
def judged(tmp_path):
    """A corpus, questions and judgements; the first question's answer is the second document."""
    lines = {
        "corpus.jsonl": [
            {"_id": "d1", "title": "Cranes", "text": "Cranes lift containers in the harbour."},
            {"_id": "d2", "title": "", "text": "Refrigerated vehicles keep vaccines cold."},
            {"_id": "d3", "text": "Steel coils are strapped near the axle."},
        ],
        "queries.jsonl": [
            {"_id": "q1", "text": "cold vaccine vehicle"},
            {"_id": "q2", "text": "steel coil"},
            {"_id": "q3", "text": "nobody judged this"},
        ],
    }
    for name, records in lines.items():
        (tmp_path / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td3\t2\n")
    return tmp_path


def evaluate(run, folder, *more):  # noqa: F811
    return run(
        "search", "evaluate", "--corpus", str(folder / "corpus.jsonl"),
        "--queries", str(folder / "queries.jsonl"), "--qrels", str(folder / "qrels.tsv"), *more,
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["bm25", "vector", "hybrid"])
def test_a_judged_collection_is_measured(run, judged, mode):  # noqa: F811
    done = evaluate(run, judged, "--mode", mode)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["mode"] == mode
    assert report["documents"] == 3 and report["queries"] == 2
    assert report["nDCG@10"] == report["recall@10"] == report["recall@100"] == 1
    assert 0 < report["p50Millis"] <= report["p99Millis"]


def test_sci_fact_reaches_the_published_quality(run, reference):  # noqa: F811
    folder = reference / "language/scifact"
    if not folder.is_dir():
        pytest.skip("no SciFact")
    done = run(
        "search", "evaluate", "--corpus", str(folder / "corpus.jsonl"), "--queries",
        str(folder / "queries.jsonl"), "--qrels", str(folder / "qrels/test.tsv"), "--mode", "bm25",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["queries"] == 300 and report["documents"] == 5183
    assert report["nDCG@10"] >= 0.676
    assert report["recall@100"] >= 0.92


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("corpus.jsonl", '{"_id":"d2","text":"a"}\n{"_id":"d3","text":"b"\n', ["corpus.jsonl, line 2"]),
        ("corpus.jsonl", '{"text":"a"}\n', ["corpus.jsonl, line 1", "_id"]),
        ("corpus.jsonl", '{"_id":"d2"}\n', ["corpus.jsonl, line 1", "text"]),
        ("queries.jsonl", '{"_id":"q1","text":"a"}\n{"_id":"q1","text":"b"}\n', ["line 2", "line 1"]),
        ("qrels.tsv", "q1\td2\t1\nq9\td2\t1\n", ["qrels.tsv, line 2", "q9"]),
        ("qrels.tsv", "q1\td9\t1\n", ["qrels.tsv, line 1", "d9"]),
        ("qrels.tsv", "q1 d2 1\n", ["qrels.tsv, line 1", "columns"]),
        ("qrels.tsv", "q1\td2\tgood\n", ["qrels.tsv, line 1", "good"]),
        ("corpus.jsonl", "", ["corpus.jsonl"]),
    ],
)
def test_bad_files_are_named_with_the_line(run, judged, file, content, words):  # noqa: F811
    (judged / file).write_text(content)
    done = evaluate(run, judged)
    refused(done, *words)
    assert done.out == ""


def test_wrong_usage_is_told(run, judged):  # noqa: F811
    misused(evaluate(run, judged, "--mode", "magic"), "--mode")
    misused(run("search", "evaluate", "--corpus", "x"), "--queries")
    refused(evaluate(run, judged, "--corpus", "missing.jsonl"), "missing.jsonl")


# What an installation holds


def test_orders_are_found_by_what_stands_in_them(client):
    notes = "Klingelschild Wolkenstein, hinter der Rampe"
    placed = client.post("/api/orders", draft(in_days(60), parcel("Brass valves"), notes=notes))
    assert placed.status == 201, placed.body
    order = placed.json
    wait_for(lambda: order["id"] in found(client, order["reference"]), "the order to be found")
    for text in ("Wolkenstein", "brass valve", "adige macchine", order["reference"].lower()):
        assert order["id"] in found(client, text), text
    # A part of a word, and a slip of the pen.
    assert order["id"] in found(client, "wolkensteiin", collection="orders")
    answer = search(client, "wolkenstein", collection="orders", facets="status,depot").json
    hit = answer["items"][0]
    assert hit["collection"] == "orders" and hit["title"] == order["reference"]
    assert "Wolkenstein" in hit["excerpt"]
    assert client.get(hit["link"]).json["id"] == order["id"]
    [collection] = answer["collections"]
    assert collection["total"] == 1
    facets = {facet["field"]: facet["values"] for facet in collection["facets"]}
    assert len(facets["status"]) == 1 and facets["status"][0]["count"] == 1
    # What changes is found as it is now.
    booked = client.order_when(order["id"], "booked", "failed")
    assert booked["status"] == "booked"
    wait_for(
        lambda: order["id"] in found(client, "wolkenstein", filter="status=booked"), "its status"
    )
    assert found(client, "wolkenstein", filter="status=received") == []
    # A value with a comma stands in quotes, and marks do not matter.
    assert found(client, "wolkenstein", filter='status="booked"') == [order["id"]]
    assert found(client, "wolkenstein", filter='depot="Nord, Halle 2"') == []
    assert found(client, "wo\u0302lkenste\u1ecbn", collection="orders") == [order["id"]]


def test_decisions_are_found_by_their_reasons(client):
    client.wait_until_idle()
    decision = client.get("/api/decisions?agent=logistics.transport&limit=1").json["items"][0]
    detail = client.get(f"/api/decisions/{decision['id']}").json

    def there():
        # Of many that say the same, the one about that order.
        words = f"{detail['subject']} {detail['choice']} {detail['rationale']}"[:1_900]
        answer = search(client, words, collection="decisions", limit=100)
        return [item for item in answer.json["items"] if item["id"] == decision["id"]]

    [hit] = wait_for(there, "the decision to be found")
    assert hit["fields"]["agent"] == "logistics.transport"
    assert hit["link"] == f"/api/decisions/{decision['id']}"


def test_roles_see_their_collections_only(weft, client):
    technician = member(weft, client, "technician")
    names = [one["collection"] for one in search(technician, "berlin").json["collections"]]
    assert names == ["decisions"]
    hidden = search(technician, "berlin", collection="orders")
    assert hidden.status == 404 and hidden.code == "collection-not-found"
    loader = member(weft, client, "loader")
    assert search(loader, "berlin").status == 403
    assert search(loader, "berlin", path="/api/facts/search").status == 403
    assert search(technician, "x", path="/api/facts/search").status == 403
    assert client.get("/api/search").status == 400 or client.get("/api/search").status == 422


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 2001}, {"q": ""}, {"q": "x", "limit": 0}, {"q": "x", "limit": 101},
        {"q": "x", "mode": "magic"}, {"q": "x", "filter": "nonsense"},
        {"q": "x", "filter": 'depot="Nord'},
        {"q": "x", "facets": "a,b,c,d,e,f,g,h,i"}, {"q": "x", "unknown": "1"},
    ],
)  # fmt: skip
def test_questions_out_of_bounds_are_refused(client, query):
    answer = client.get(f"/api/search?{urlencode(query)}")
    assert answer.status in (400, 422), answer.body
    assert answer.json["detail"]


# Memory


def remember(client, statement: str, **more):
    answer = client.post("/api/facts", {"statement": statement, **more})
    assert answer.status == 200, answer.body
    return answer.json


def test_a_fact_is_remembered_contradicted_and_recalled(client):
    subject = "depot:gate-test"
    first = remember(
        client, "Trucks use gate 4", subject=subject, attribute="gate",
        validFrom="2026-01-01T00:00:00Z", source="yard manual",
    )  # fmt: skip
    assert first["outcome"] == "recorded" and first["confidence"] == 0.8
    assert first["provenance"][0]["source"] == "yard manual"
    second = remember(
        client, "Trucks use gate 5", subject=subject, attribute="gate",
        validFrom="2026-06-01T00:00:00Z",
    )  # fmt: skip
    assert second["ended"] == [first["id"]]

    def at(moment: str) -> list[str]:
        answer = search(
            client, "gate for trucks", "/api/facts/search", subject=subject, validAt=moment
        )
        assert answer.status == 200, answer.body
        listed = client.get(f"/api/facts?{urlencode({'subject': subject, 'validAt': moment})}")
        found = [item["statement"] for item in answer.json["items"]]
        assert found == [item["statement"] for item in listed.json["items"]]
        return found

    assert at("2026-03-01T00:00:00Z") == ["Trucks use gate 4"]
    assert at("2026-06-01T00:00:00Z") == ["Trucks use gate 5"]
    assert at("2025-01-01T00:00:00Z") == []
    shown = client.get(f"/api/facts/{first['id']}").json
    assert [one["version"] for one in shown["revisions"]] == [2, 1]
    assert shown["validUntil"] == "2026-06-01T00:00:00Z"
    assert shown["supersededBy"] == second["id"]

    again = remember(client, "trucks use gate 5.", subject=subject, attribute="gate",
                     source="a driver")  # fmt: skip
    assert again["outcome"] == "merged" and again["id"] == second["id"]
    assert again["confidence"] == pytest.approx(0.96)


def test_a_correction_needs_the_version_that_it_means(client):
    fact = remember(client, "The ramp carries 3 t", subject="depot:ramp-test")
    body = {"subject": "depot:ramp-test", "statement": "The ramp carries 5 t"}
    path = f"/api/facts/{fact['id']}"
    stale = client.send("PUT", path, json.dumps(body).encode(), {
        "Content-Type": "application/json", "If-Match": '"9"'})  # fmt: skip
    assert stale.status == 412, stale.body
    changed = client.post(path, body, method="PUT")
    assert changed.status == 200, changed.body
    assert changed.json["version"] == 2 and changed.json["outcome"] == "changed"
    items = search(client, "ramp 3", "/api/facts/search", mode="bm25", subject="depot:ramp-test")
    assert [item["statement"] for item in items.json["items"]] == ["The ramp carries 5 t"]
    other = client.post(path, {**body, "subject": "depot:other"}, method="PUT")
    assert other.status == 422 and other.code == "subject-differs"


def test_forgetting_leaves_a_receipt_and_nothing_else(weft, client):
    fact = remember(client, "Zuckerwatte lagert in Halle 9", subject="depot:forget-test")
    path = f"/api/facts/{fact['id']}"
    assert fact["id"] in found(client, "zuckerwatte", collection="facts")
    viewer = member(weft, client, "viewer")
    assert viewer.post(f"{path}?reason=x", method="DELETE").status == 403
    assert client.post(path, method="DELETE").status in (400, 422)
    answer = client.post(f"{path}?{urlencode({'reason': 'a mistake'})}", method="DELETE")
    assert answer.status == 200, answer.body
    receipt = answer.json
    assert receipt["facts"] == [fact["id"]]
    assert receipt["removed"] == {
        "facts": 1, "revisions": 1, "documents": 1, "vectors": 1,
        # zuckerwatt, lagert, in is a stop word, hall, 9
        "postings": 4,
    }  # fmt: skip
    content = {key: value for key, value in receipt.items() if key != "hash"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == receipt["hash"]
    assert client.get(path).status == 404
    assert client.post(f"{path}?reason=again", method="DELETE").status == 404
    for mode in ("bm25", "vector", "hybrid"):
        assert fact["id"] not in found(client, "zuckerwatte", collection="facts", mode=mode)
    assert client.get("/api/facts/receipts").json["items"][0] == receipt
    entry = client.get(f"/api/audit?action=fact.erased&subject=fact:{fact['id']}").json["items"][0]
    assert entry["detail"]["hash"] == receipt["hash"]
    if weft.data:
        for table in ("memory_fact", "search_document", "search_posting", "search_field"):
            text = json.dumps(rows(weft.data, f"SELECT * FROM {table}"), default=str)
            assert "uckerwatt" not in text, table


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"statement": "x"}, "subject"),
        ({"subject": "d", "statement": ""}, "statement"),
        ({"subject": "d", "statement": "   "}, "statement"),
        ({"subject": "d", "statement": "x" * 2001}, "statement"),
        ({"subject": "d", "statement": "x", "confidence": 1.5}, "confidence"),
        (
            {"subject": "d", "statement": "x", "validFrom": "2026-02-01T00:00:00Z",
             "validUntil": "2026-01-01T00:00:00Z"},
            "validUntil",
        ),
        (
            {"subject": "d", "statement": "x",
             "decision": "01900000-0000-7000-8000-000000000000"},
            "decision",
        ),
        ({"subject": "d", "statement": "x", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_bad_facts_are_refused_where_they_are_bad(client, body, word):
    answer = client.post("/api/facts", body)
    assert answer.status in (400, 422), answer.body
    assert word in json.dumps(answer.json)


def test_what_is_about_a_person_goes_with_the_person(weft_binary, tmp_path):
    server = start(weft_binary, tmp_path / "data")
    try:
        client = Client.signed_in(server)
        client.wait_until_idle()
        remember(client, "Bellt: Hund Quastenflosser am Tor", subject=PERSON)
        remember(client, "Quastenflosser steht am Kran", subject="depot:north")
        order = client.post(
            "/api/orders", draft(in_days(80), parcel(), notes="Quastenflosser fragen")
        ).json["id"]
        wait_for(lambda: order in found(client, "quastenflosser"), "the order to be found")
        assert len(found(client, "quastenflosser")) == 3
        exported = client.get(f"/api/persons/{PERSON}/export").json["records"]
        assert [one["statement"] for one in exported["memory"]["facts"]] == [
            "Bellt: Hund Quastenflosser am Tor"
        ]
        erased = client.post(f"/api/persons/{PERSON}/erase", {"reason": "case 7"})
        assert erased.status == 200, erased.body
        removed = {(one["room"], one["what"]): one["count"] for one in erased.json["removed"]}
        assert removed[("memory", "facts")] == 1
        assert removed[("search", "documents")] >= 1
        hits = search(client, "quastenflosser").json["items"]
        assert [hit["collection"] for hit in hits] == ["facts"]
        assert hits[0]["excerpt"] == "Quastenflosser steht am Kran"
        # What is left of the orders is found again.
        reference = client.order(order)["reference"]
        wait_for(lambda: order in found(client, reference), "the order without its person")
        late = client.post("/api/facts", {"subject": PERSON, "statement": "Hat ein Tor"})
        assert late.status == 409 and late.code == "person-erased"
        assert len(client.get("/api/facts/receipts").json["items"]) == 1
    finally:
        server.stop()


def test_the_commands_do_the_same_without_a_server(run):  # noqa: F811
    init(run)
    told = run(
        "memory", "remember", "The north gate is closed on Mondays", "--subject", "depot:north",
        "--attribute", "gate", "--data", "data",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    fact = json.loads(told.stdout)
    recalled = run("memory", "recall", "which gate is closed", "--data", "data")
    assert [one["id"] for one in json.loads(recalled.stdout)["items"]] == [fact["id"]]
    asked = run("search", "query", "mondays", "--data", "data")
    assert [one["id"] for one in json.loads(asked.stdout)["items"]] == [fact["id"]]
    forgotten = run("memory", "forget", fact["id"], "--reason", "it is open", "--data", "data")
    assert json.loads(forgotten.stdout)["removed"]["facts"] == 1
    refused(run("memory", "forget", fact["id"], "--reason", "again", "--data", "data"), "no fact")
    kept = json.loads(run("memory", "receipts", "--data", "data").stdout)["items"]
    assert kept == [json.loads(forgotten.stdout)]
    misused(run("memory", "remember", "x", "--data", "data"), "--subject")
