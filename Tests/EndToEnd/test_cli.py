"""Every command of the program: what it prints, what it leaves, and how it refuses."""

import json
import os
import pty
import re
import select
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from conftest import ROOT, start

EXAMPLES = ROOT / "examples"
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
]


@pytest.fixture
def run(weft_binary, tmp_path):
    """Runs the program in an empty folder without a terminal."""

    def run(*arguments, stdin: bytes = b"", **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")}
        done = subprocess.run(
            [weft_binary, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment | variables,
            timeout=60,
        )
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        for sign in ("Fatal error", "StoreError(", "GeneralFault(", "IdentityError("):
            assert sign not in done.err, done.err
        return done

    return run


@pytest.fixture
def serving(weft_binary):
    """Starts servers, and stops what still runs in the end."""
    servers = []

    def serving(data, arguments=None):
        servers.append(start(weft_binary, data, arguments=arguments))
        return servers[-1]

    yield serving
    for server in servers:
        server.stop()


def call(server, path, body=None, token=None, method=None):
    """The status and JSON of a request."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def sign_in(server, email=None, password=None):
    body = {"email": email or server.email, "password": password or server.password}
    status, answer = call(server, "/auth/token", body)
    assert status == 200, answer
    return answer["accessToken"]


def orders(server, token):
    """All orders by their reference."""
    found, cursor = {}, None
    while True:
        path = "/api/orders?limit=100" + (f"&cursor={cursor}" if cursor else "")
        status, page = call(server, path, token=token)
        assert status == 200, page
        found |= {order.get("reference") or order["id"]: order for order in page["items"]}
        cursor = page.get("nextCursor")
        if not cursor:
            return found


def begun(data):
    """The ids of the orders for which a workflow was begun."""
    store = sqlite3.connect(f"file:{data}/weft.db?mode=ro", uri=True)
    try:
        rows = store.execute("SELECT subject FROM execution").fetchall()
    finally:
        store.close()
    return {subject.removeprefix("order:") for (subject,) in rows}


def until(condition, seconds=30):
    """Waits for a condition and answers what it gave."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return value


def refused(done, *words):
    assert done.returncode == 1, (done.returncode, done.out, done.err)
    for word in words:
        assert word in done.err, done.err


def misused(done, *words):
    assert done.returncode == 2, (done.returncode, done.out, done.err)
    assert done.out == ""
    for word in words:
        assert word in done.err, done.err


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


def init(run, data="data", organisation="Acme", email="ada@example.org", *more):
    done = run("init", "--data", data, "--organisation", organisation, "--email", email, *more)
    assert done.returncode == 0, done.err
    return json.loads(done.out)


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


# backup, restore


def test_backup_while_orders_are_processed_can_be_restored_and_served(run, serving, tmp_path):
    # Short computations, so that a busy machine gets through its orders.
    quick = tmp_path / "quick.json"
    quick.write_text('{"packing":{"seconds":0.05}}')
    server = serving(tmp_path / "data", ["--config", str(quick)])
    token = sign_in(server)
    template = json.loads((EXAMPLES / "order.json").read_text())
    acknowledged, stop = [], threading.Event()

    def place():
        while not stop.is_set():
            reference = f"B-{len(acknowledged)}"
            status, _ = call(server, "/api/orders", template | {"reference": reference}, token)
            assert status == 201
            acknowledged.append(reference)
            time.sleep(0.05)

    placing = threading.Thread(target=place)
    placing.start()
    try:
        until(lambda: len(acknowledged) >= 5)
        blobs = tmp_path / "data/objects/blobs"
        until(lambda: any(path.is_file() for path in blobs.rglob("*")), 60)
        before = list(acknowledged)
        done = run("backup", "copy", "--data", "data")
        assert done.returncode == 0, done.err
    finally:
        stop.set()
        placing.join()
    told = json.loads(done.out)
    manifest = json.loads((tmp_path / "copy/weft-backup.json").read_text())
    assert told["files"] == len(manifest["files"])
    for name in ("keys/signing-key.pem", "weft.db"):
        assert (tmp_path / "copy" / name).stat().st_mode & 0o777 == 0o600
    assert any(file["path"].startswith("objects/blobs/") for file in manifest["files"])
    # Nothing of the verification stays.
    kept = {str(p.relative_to(tmp_path / "copy")) for p in (tmp_path / "copy").rglob("*")}
    files = {name for name in kept if (tmp_path / "copy" / name).is_file()}
    assert files == {file["path"] for file in manifest["files"]} | {"weft-backup.json"}

    restored = run("restore", "copy", "--data", "again")
    assert restored.returncode == 0, restored.err
    assert run("doctor", "--data", "again").returncode == 0
    server.stop()
    other = serving(tmp_path / "again", ["--config", str(quick)])
    assert (other.email, other.password) == (server.email, server.password)
    # The key came along, so the token of the first server is good at the second.
    found = orders(other, token)
    assert set(before) <= found.keys()
    # What was being processed in the copy goes on.
    waiting = [name for name, order in found.items() if order["status"] == "received"]
    assert waiting
    until(lambda: any(orders(other, token)[name]["status"] != "received" for name in waiting), 60)
    assert {found[name]["id"] for name in before} <= begun(tmp_path / "again")


def test_backup_refuses_a_target_in_use_and_no_data(run, tmp_path):
    init(run)
    misused(run("backup", "--data", "data"), "a DIR for the copy is needed")
    misused(run("backup", "a", "b", "--data", "data"), 'unexpected "b"')
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter").write_text("dear")
    refused(run("backup", "full", "--data", "data"), "full is not empty")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter"]
    refused(run("backup", "data/weft.db", "--data", "data"), "is no folder")
    refused(run("backup", "copy", "--data", "typo"), "there is no Weft data in typo")
    assert not (tmp_path / "copy").exists() and not (tmp_path / "typo").exists()


def backed_up(run):
    init(run)
    done = run("backup", "copy", "--data", "data")
    assert done.returncode == 0, done.err


@pytest.mark.parametrize("name", ["weft.db", "keys/signing-key.pem"])
def test_restore_refuses_a_damaged_backup_and_leaves_nothing(run, tmp_path, name):
    backed_up(run)
    file = tmp_path / "copy" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    refused(run("restore", "copy", "--data", "again"), "damaged", name)
    file.unlink()
    refused(run("restore", "copy", "--data", "again"), f"{name} is missing")
    assert not (tmp_path / "again").exists()


def test_restore_refuses_what_is_no_backup(run, tmp_path):
    backed_up(run)
    misused(run("restore", "copy"), "--data is needed")
    misused(run("restore", "--data", "again"), "a BACKUP is needed")
    refused(run("restore", "nothing", "--data", "again"), "nothing is no backup")
    refused(run("restore", "data", "--data", "again"), "data is no backup")
    refused(run("restore", "copy", "--data", "data"), "data is not empty")
    manifest = tmp_path / "copy/weft-backup.json"
    listed = json.loads(manifest.read_text())
    listed["files"][0]["path"] = "keys/../../outside"
    manifest.write_text(json.dumps(listed))
    refused(run("restore", "copy", "--data", "again"), "must have path, size and sha256")
    manifest.write_text("{")
    refused(run("restore", "copy", "--data", "again"), "weft-backup.json")
    assert not (tmp_path / "again").exists() and not (tmp_path / "outside").exists()


# doctor


def findings(run, *arguments, **variables):
    done = run("doctor", "--json", *arguments, **variables)
    report = json.loads(done.out)
    levels = [finding["level"] for finding in report["findings"]]
    assert report["sound"] == ("problem" not in levels) == (done.returncode == 0)
    for finding in report["findings"]:
        assert finding["level"] == "ok" or finding["advice"], finding
    return {finding["what"]: finding for finding in report["findings"]}


def level(found, words):
    matching = [finding["level"] for what, finding in found.items() if words in what]
    assert matching, (words, list(found))
    return matching[0]


def test_doctor_finds_a_new_installation_sound(run):
    init(run)
    done = run("doctor", "--data", "data")
    assert done.returncode == 0 and done.err == ""
    for line in done.out.splitlines():
        assert re.match(r"(ok      |warning |problem ) \S", line), line
    found = findings(run, "--data", "data")
    for words in ("Linux", "free on", "open files", "the clock", "store is sound", "signing key"):
        assert level(found, words) == "ok"
    assert level(found, "no server works on") == "ok"


def test_doctor_sees_a_running_server_and_disturbs_nothing(run, serving, tmp_path):
    server = serving(tmp_path / "data")
    assert level(findings(run, "--data", "data"), "a server works on") == "ok"
    assert sign_in(server)


def test_doctor_makes_nothing(run, tmp_path):
    assert level(findings(run, "--data", "none"), "there is no data folder") == "warning"
    assert list(tmp_path.iterdir()) == []


def test_doctor_tells_of_damage(run, tmp_path):
    init(run)
    data = tmp_path / "data"
    data.chmod(0o755)
    (data / "keys/signing-key.pem").chmod(0o644)
    found = findings(run, "--data", "data")
    assert level(found, "others may look into") == "warning"
    assert level(found, "only its owner can read") == "problem"
    (data / "keys/signing-key.pem").chmod(0o600)
    store = bytearray((data / "weft.db").read_bytes())
    # Pages in the middle; the first one holds the header and the schema.
    store[8192 : len(store) // 2] = b"\x5a" * (len(store) // 2 - 8192)
    (data / "weft.db").write_bytes(store)
    for name in ("weft.db-wal", "weft.db-shm"):
        (data / name).unlink(missing_ok=True)
    assert level(findings(run, "--data", "data"), "store") == "problem"
    (data / "weft.db").write_text("this is no store at all" * 100)
    assert level(findings(run, "--data", "data"), "store") == "problem"


def test_doctor_tells_of_configuration_and_mail(run, tmp_path):
    (tmp_path / "bad.json").write_text('{"server":{"prot":1}}')
    found = findings(run, "--config", "bad.json")
    assert level(found, "did you mean server.port?") == "problem"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        mail = {"WEFT_MAIL_HOST": "127.0.0.1", "WEFT_MAIL_PORT": str(port)}
        assert level(findings(run, **mail), "cannot be reached") == "problem"
        taken.listen()
        assert level(findings(run, **mail), "takes connections") == "ok"


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
