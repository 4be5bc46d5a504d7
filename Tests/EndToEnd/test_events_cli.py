"""`weft events` and `weft bench events` on files, as a user tries patterns without a server."""

import json
import os
from pathlib import Path

import pytest
from cli import misused, refused
from cli import run  # noqa: F401 (fixture)

DATA = Path(os.environ.get("WEFT_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
EVENTS = DATA / "events"


@pytest.fixture
def pattern(tmp_path):
    def write(value):
        path = tmp_path / "pattern.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return write


def test_match_says_true_or_false_for_each_line(run, pattern, tmp_path):
    path = pattern({"detail": {"state": [{"prefix": "run"}], "n": [{"numeric": [">", 1]}]}})
    events = tmp_path / "events.ndjson"
    events.write_text(
        '{"detail":{"state":"running","n":2}}\n{"detail":{"state":"running","n":1}}\n'
        '\n{"detail":{"state":"st\\u006fpped","n":2}}\r\n{"detail":{"state":"r\\u0075n","n":1e1}}'
    )
    done = run("events", "match", "--pattern", path, events)
    assert done.returncode == 0 and done.out == "true\nfalse\nfalse\ntrue\n"
    again = run("events", "match", "--pattern", path, stdin=events.read_bytes())
    assert again.returncode == 0 and again.out == done.out


def test_explain_tells_why(run, pattern, tmp_path):
    event = tmp_path / "event.json"
    event.write_text('{"d":[{"a":1},{"b":2}],"s":"x"}')
    path = pattern({"d": {"a": [1], "b": [2]}, "s": ["x"]})
    done = run("events", "explain", "--pattern", path, event)
    told = json.loads(done.out)
    assert done.returncode == 0 and told["matched"] is False
    assert [leaf["matched"] for leaf in told["leaves"]] == [True, True, True]
    assert told["conflicts"][0]["pointers"] == ["/d/a", "/d/b"]
    told = json.loads(run("events", "explain", "--pattern", pattern({"s": ["y"]}), event).out)
    assert told["leaves"] == [
        {
            "pointer": "/s",
            "path": "s",
            "wanted": ["y"],
            "found": ["x"],
            "matched": False,
            "reason": '"x": accepted by no alternative',
        }
    ]


def test_what_is_malformed_is_refused_with_its_place(run, pattern, tmp_path):
    bad = pattern({"a": [{"prefx": "b"}]})
    refused(run("events", "match", "--pattern", bad, stdin=b"{}"), 'did you mean "prefix"?', "/a/0")
    refused(run("events", "match", "--pattern", pattern("{"), stdin=b"{}"), "line 1, column 2")
    refused(run("events", "match", "--pattern", tmp_path / "none", stdin=b"{}"), "cannot read")
    good = pattern({"a": [1]})
    done = run("events", "match", "--pattern", good, stdin=b'{"a":1}\n{"b":[1,]}\n{"a":1}\n')
    # What came before is answered; after the malformed line nothing is.
    assert done.out == "true\n" and done.returncode == 1
    assert "line 2: byte 8" in done.err
    refused(run("events", "explain", "--pattern", good, stdin=b"[]"), "byte 0: expected an object")
    misused(run("events", "match"), "--pattern is needed")
    misused(run("events"), "usage: weft events match")


@pytest.mark.skipif(not EVENTS.exists(), reason="WEFT_DATA is missing")
def test_reference_cases(run, pattern):
    for case in json.loads((EVENTS / "correctness-cases.json").read_text()):
        done = run("events", "match", "--pattern", pattern(case["rule"]), stdin=json.dumps(case["event"]).encode())
        assert done.out == ("true\n" if case["expected_match"] else "false\n"), case["name"]


@pytest.mark.skipif(not EVENTS.exists(), reason="WEFT_DATA is missing")
def test_bench_measures(run):
    done = run("bench", "events", EVENTS / "bench-2000.jsonl", "--rules", "numeric", "--count", "50", "--seconds", "0.1")
    numbers = json.loads(done.out)
    assert numbers["rules"] == 50 and numbers["events"] >= 2000 and numbers["matchesPerEvent"] > 0
    misused(run("bench", "events", EVENTS / "bench-2000.jsonl", "--rules", "any"), "--rules must be one of")
