"""`weft jsonata`: expressions on files and standard input, and the reference's test suite through it."""

import json
import os
import pathlib
import subprocess

import pytest
from cli import misused, run  # noqa: F401 (fixture)

DATA = pathlib.Path(
    os.environ.get("WEFT_DATA", pathlib.Path(__file__).parents[3] / "shared" / "data")
)


def test_a_value_is_printed_as_json(run, tmp_path):
    (tmp_path / "orders.json").write_text(
        '{"orders": [{"id": 1, "price": 5, "qty": 3}, {"id": 2, "price": 20, "qty": 2}]}'
    )
    (tmp_path / "b.json").write_text('{"least": 10}')
    total = run("jsonata", "$sum(orders.(price * qty))", "--input", "orders.json")
    assert (total.returncode, total.out, total.err) == (0, "55\n", "")
    dear = run(
        "jsonata",
        'orders[price > $least].{"id": id, "total": price * qty}',
        "--input",
        "orders.json",
        "--bindings",
        "b.json",
    )
    assert json.loads(dear.out) == {"id": 2, "total": 40}


def test_help_is_printed_on_standard_output(run):
    done = run("jsonata", "--help")
    assert done.returncode == 0 and done.err == ""
    assert "usage: weft jsonata EXPR" in done.out
    assert "jsonata" in run("--help").out


def test_nothing_is_printed_where_there_is_no_value(run):
    done = run("jsonata", "no.such.thing")
    assert (done.returncode, done.out, done.err) == (0, "", "")


def test_standard_input_is_read(weft_binary):
    done = subprocess.run(
        [weft_binary, "jsonata", "$count($)", "--input", "-"],
        input=b"[1, 2, 3]",
        capture_output=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (0, b"3\n")


def test_errors_have_the_code_and_the_message_of_the_reference(run):
    done = run("jsonata", '$number("x")')
    assert done.returncode == 1 and done.out == ""
    first = done.err.splitlines()[0]
    assert first == 'D3030: Unable to cast value to a number: "x"'
    done = run("jsonata", "1 +")
    assert done.returncode == 1 and done.err.startswith("S0207: Unexpected end of expression")


def test_wrong_usage_is_told(run, tmp_path):
    misused(run("jsonata"), "usage: weft jsonata EXPR")
    misused(run("jsonata", "1", "2"), 'unexpected "2"')
    misused(run("jsonata", "1", "--inputs", "x"), "did you mean --input?")
    (tmp_path / "list.json").write_text("[1]")
    assert run("jsonata", "1", "--bindings", "list.json").returncode == 1
    assert run("jsonata", "1", "--input", "missing.json").returncode == 1


def test_limits_end_what_does_not_end(run):
    endless = "($f := function($n){ 1 + $f($n) }; $f(1))"
    done = run("jsonata", endless, "--depth", "300")
    assert done.returncode == 1 and done.err.startswith("U1001: Stack overflow")
    done = run("jsonata", "($f := function(){ $f() }; $f())", "--time", "200")
    assert done.returncode == 1 and done.err.startswith("U1001: Expression evaluation timeout")
    misused(run("jsonata", "1", "--depth", "many"), "whole number")


@pytest.mark.skipif(not (DATA / "jsonata").exists(), reason="no reference data; set WEFT_DATA")
@pytest.mark.parametrize("group", ["joins", "parent-operator", "function-formatNumber", "transform"])
def test_groups_of_the_reference_pass_through_the_program(run, tmp_path, group):
    for file in sorted((DATA / "jsonata" / "groups" / group).glob("*.json")):
        specs = json.loads(file.read_text())
        for spec in specs if isinstance(specs, list) else [specs]:
            expression = spec.get("expr") or (file.parent / spec["expr-file"]).read_text()
            words = ["jsonata", expression]
            if "data" in spec:
                (tmp_path / "input.json").write_text(json.dumps(spec["data"]))
                words += ["--input", "input.json"]
            elif spec.get("dataset"):
                words += ["--input", str(DATA / "jsonata" / "datasets" / (spec["dataset"] + ".json"))]
            (tmp_path / "bindings.json").write_text(json.dumps(spec.get("bindings", {})))
            done = run(*words, "--bindings", "bindings.json")
            if "code" in spec:
                assert done.returncode == 1 and done.err.startswith(spec["code"] + ":"), expression
            elif "result" in spec:
                assert done.returncode == 0, (expression, done.err)
                assert json.loads(done.out) == spec["result"], expression
            else:
                assert done.returncode == 0 and done.out == "", expression
