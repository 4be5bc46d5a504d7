"""Every command of the program: what it prints, what it leaves, and how it refuses."""

import json
import os
import pty
import re
import select

import pytest
from cli import EXAMPLES, begun, call, init, misused, orders, refused, sign_in, until
from cli import run, serving  # noqa: F401 (fixtures)

COMMANDS = [
    ["serve"],
    ["init"],
    ["user", "add"],
    ["import", "orders"],
    ["backup"],
    ["restore"],
    ["doctor"],
    ["config"],
    ["pack"],
    ["workflow"],
    ["events"],
    ["test", "crash"],
    ["jsonata"],
]


# Usage


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_printed_on_standard_output(run, words):
    done = run(*words, "--help")
    assert done.returncode == 0 and done.err == ""
    assert "weft " + " ".join(words) in done.out
    assert run("help", *words).out == done.out


def test_usage_names_every_command(run):
    done = run("--help")
    assert done.returncode == 0 and done.err == ""
    for words in COMMANDS:
        assert words[0] in done.out
    misused(run(), "usage: weft COMMAND")


def test_unknown_commands_and_options_name_the_nearest(run):
    misused(run("restor"), 'did you mean "restore"?')
    misused(run("user"), "usage: weft user add")
    misused(run("user", "remove"), "usage: weft user add")
    misused(run("init", "--organization", "A"), "did you mean --organisation?")
    misused(run("init", "--email"), "--email needs a value")
    misused(run("doctor", "now"), 'unexpected "now"')


def test_version(run):
    assert re.fullmatch(r"weft \d+\.\d+\.\d+\n", run("version").out)


# init


def test_init_makes_an_administrator_who_can_sign_in(run, serving, tmp_path):
    made = init(run)
    assert made["organisation"]["name"] == "Acme"
    assert made["account"]["roles"] == ["admin", "planner"]
    assert len(made["password"]) == 20
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    server = serving(tmp_path / "data")
    token = sign_in(server, "ada@example.org", made["password"])
    status, me = call(server, "/api/me", token=token)
    assert status == 200 and me["organisation"] == made["organisation"]


def test_init_takes_the_password_of_a_file_and_does_not_print_it(run, serving, tmp_path):
    (tmp_path / "password").write_text("correct horse battery\n")
    made = init(run, "data", "Acme", "ada@example.org", "--password-file", "password")
    assert "password" not in made
    server = serving(tmp_path / "data")
    assert sign_in(server, "ada@example.org", "correct horse battery")


def test_init_refuses_an_organisation_that_is_there(run):
    init(run)
    again = run("init", "--data", "data", "--organisation", "Acme", "--email", "bo@example.org")
    refused(again, 'there is an organisation "Acme" already', "weft user add")
    assert again.out == ""
    init(run, "data", "Northwind", "bo@example.org")


def test_init_refuses_bad_input_and_leaves_nothing(run, tmp_path):
    misused(run("init", "--email", "a@example.org"), "--organisation is needed")
    misused(run("init", "--organisation", "Acme"), "--email is needed")
    base = ["init", "--data", "data", "--organisation", "Acme", "--email"]
    refused(run(*base, "nobody"), "expected an e-mail address")
    assert not (tmp_path / "data").exists()
    (tmp_path / "short").write_text("short\n")
    refused(run(*base, "a@example.org", "--password-file", "short"), "10 to 128 characters")
    refused(run(*base, "a@example.org", "--password-file", "nothing"), "No such file")
    made = init(run, "data", "Acme", "a@example.org")
    assert made["account"]["email"] == "a@example.org"


def test_init_asks_on_a_terminal_without_echo(weft_binary, tmp_path):
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execv(weft_binary, [weft_binary, "init", "--organisation", "Acme", "--data", "data"])
    shown = b""

    def answer(question, text):
        nonlocal shown
        while not shown.rstrip().endswith(question):
            assert select.select([terminal], [], [], 30)[0], shown
            shown += os.read(terminal, 4096)
        os.write(terminal, text + b"\n")

    answer(b"Your e-mail address:", b"ada@example.org")
    answer(b"Password for ada@example.org:", b"correct horse battery")
    answer(b"Once more:", b"correct horse battery")
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # Linux's way of saying that the other side is closed.
            break
        if not part:
            break
        shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0, shown
    assert b'"ada@example.org"' in shown and b"battery" not in shown


# user add


def test_user_add_works_beside_a_server(run, serving, tmp_path):
    init(run)
    server = serving(tmp_path / "data")
    (tmp_path / "password").write_text("correct horse battery\n")
    done = run(
        *["user", "add", "--data", "data", "--email", "Bo@Example.org", "--name", "Bo"],
        *["--roles", "planner,viewer", "--password-file", "password", "--organisation", "Acme"],
    )
    assert done.returncode == 0, done.err
    account = json.loads(done.out)["account"]
    assert account["email"] == "bo@example.org" and account["roles"] == ["planner", "viewer"]
    token = sign_in(server, "bo@example.org", "correct horse battery")
    _, me = call(server, "/api/me", token=token)
    assert me["roles"] == ["planner", "viewer"] and me["organisation"]["name"] == "Acme"


def test_user_add_refuses_bad_input(run):
    init(run)
    base = ["user", "add", "--data", "data"]
    misused(run(*base, "--name", "Bo"), "--email is needed")
    misused(run(*base, "--email", "bo@example.org"), "--name is needed")
    full = [*base, "--email", "bo@example.org", "--name", "Bo"]
    misused(run(*full, "--roles", "planer"), 'did you mean "planner"?')
    misused(run(*full, "--roles", ""), "is no role")
    refused(run(*full, "--organisation", "Other"), "no such organisation")
    assert json.loads(run(*full).out)["account"]["roles"] == ["viewer"]
    refused(run(*full), "there is an account with the e-mail bo@example.org")
    elsewhere = ["user", "add", "--data", "typo", "--email", "c@example.org", "--name", "C"]
    refused(run(*elsewhere), "there is no Weft data in typo", "weft init")


def test_several_organisations_must_be_told_apart(run):
    init(run)
    init(run, "data", "Northwind", "nora@example.org")
    base = ["user", "add", "--data", "data", "--email", "bo@example.org", "--name", "Bo"]
    refused(run(*base), "name one with --organisation")
    assert run(*base, "--organisation", "Northwind").returncode == 0


# import


DEMO = ["--data", "data", "--organisation", "Weft Demo Freight"]


def test_import_places_orders_which_a_running_server_plans(run, serving, tmp_path):
    server = serving(tmp_path / "data")
    done = run("import", "orders", EXAMPLES / "orders.csv", *DEMO)
    assert done.returncode == 0, done.err
    assert json.loads(done.out) == {"imported": 3, "rejected": 0, "errors": []}
    token = sign_in(server)
    placed = orders(server, token)
    assert {"PO-1001", "PO-1002", "PO-1003"} <= placed.keys()
    # The demonstration's own orders may take a while before these; begun they are at once.
    until(lambda: {placed[f"PO-100{n}"]["id"] for n in (1, 2, 3)} <= begun(tmp_path / "data"), 10)


def test_import_refuses_all_for_one_bad_order_unless_partial(run, serving, tmp_path):
    serving(tmp_path / "data").stop()
    lines = (EXAMPLES / "orders.csv").read_text().splitlines()
    bad = [line.replace("Maashaven Chemie", "Nobody Ltd") for line in lines]
    (tmp_path / "bad.csv").write_text("\n".join(bad))
    done = run("import", "orders", "bad.csv", *DEMO)
    refused(done, "nothing was imported", 'row 4, customer: there is no customer "Nobody Ltd"')
    answer = json.loads(done.out)
    assert answer["imported"] == 0 and answer["rejected"] == 3
    assert [error["row"] for error in answer["errors"]] == [4]
    partial = run("import", "orders", "bad.csv", "--partial", *DEMO)
    assert partial.returncode == 0, partial.err
    answer = json.loads(partial.out)
    assert answer["imported"] == 2 and answer["rejected"] == 1
    again = run("import", "orders", "bad.csv", "--partial", *DEMO)
    refused(again, "nothing was imported")


def test_import_knows_json_by_ending_and_by_content(run, serving, tmp_path):
    serving(tmp_path / "data").stop()
    order = json.loads((EXAMPLES / "order.json").read_text())
    (tmp_path / "orders.json").write_text(json.dumps([order]))
    done = run("import", "orders", "orders.json", *DEMO)
    assert done.returncode == 0 and json.loads(done.out)["imported"] == 1, done.err
    text = json.dumps([order | {"reference": "PO-4712"}]).encode()
    done = run("import", "orders", "-", *DEMO, stdin=text)
    assert done.returncode == 0 and json.loads(done.out)["imported"] == 1, done.err


def test_import_refuses_bad_files(run, tmp_path):
    init(run)
    misused(run("import", "orders"), "a FILE is needed")
    refused(run("import", "orders", "none.csv", "--data", "data"), "No such file")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    refused(run("import", "orders", "bytes.csv", "--data", "data"), "is not UTF-8")
    (tmp_path / "broken.json").write_text("[{")
    refused(run("import", "orders", "broken.json", "--data", "data"))
    (tmp_path / "empty.csv").write_text("")
    refused(run("import", "orders", "empty.csv", "--data", "data"))


# config


def test_config_explains_without_secrets(run, tmp_path):
    (tmp_path / "weft.json").write_text('{"server":{"port":9000}}')
    done = run("config", "--explain", WEFT_MAIL_PASSWORD="hunter2hunter2")
    assert done.returncode == 0 and done.err == ""
    assert "now: 9000, from weft.json" in done.out
    assert "a secret, from WEFT_MAIL_PASSWORD" in done.out and "hunter2" not in done.out
    misused(run("config"), "--explain")


def test_config_refuses_what_it_does_not_know(run, tmp_path):
    refused(run("config", "--explain", WEFT_SERVER_PROT="1"), "did you mean WEFT_SERVER_PORT?")
    (tmp_path / "a.json").write_text('{"mail":{"hsot":"x"}}')
    refused(run("config", "--explain", "--config", "a.json"), "did you mean mail.host?")
    (tmp_path / "a.json").write_text("{")
    refused(run("config", "--explain", "--config", "a.json"), "a.json")
    refused(run("config", "--explain", "--config", "none.json"), "No such file")
    refused(run("config", "--explain", WEFT_SERVER_PORT="70000"), "0 to 65535")


# test crash


def test_a_crash_test_says_what_it_went_through_and_is_the_same_every_time(run):
    first, second = run("test", "crash", "--seed", 7), run("test", "crash", "--seed", 7)
    assert first.returncode == 0 and first.err == ""
    assert first.out == second.out
    report = json.loads(first.out)
    assert report["problems"] == [] and report["executions"] == report["events"] > 0
    traced = run("test", "crash", "--seed", 7, "--trace")
    assert traced.err.count("the machine dies") == report["crashes"] > 0


def test_a_crash_test_runs_a_workflow_of_the_users(run, tmp_path):
    task = {"Type": "Task", "Resource": "arn:aws:lambda:eu-central-1:1:function:pay", "End": True}
    definition = tmp_path / "pay.asl.json"
    definition.write_text(json.dumps({"StartAt": "Pay", "States": {"Pay": task}}))
    done = run("test", "crash", "--seed", 1, "--seeds", 5, "--workflow", definition)
    assert done.returncode == 0
    summary = json.loads(done.out)
    assert summary["calls"] - summary["repeatedCalls"] == summary["executions"] > 0
    definition.write_text("{}")
    refused(run("test", "crash", "--seed", 1, "--workflow", definition), "States")


def test_a_crash_test_refuses_what_it_does_not_understand(run):
    misused(run("test", "crash"), "--seed is needed")
    misused(run("test", "crash", "--seed", "x"), "--seed must be a whole number")
