"""Backups, their restoration, and the doctor."""

import json
import re
import socket
import sqlite3
import threading
import time

import pytest
from cli import EXAMPLES, begun, call, init, misused, orders, refused, sign_in, until
from cli import run, serving  # noqa: F401 (fixtures)

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
    # All into the one file that is to be damaged.
    with sqlite3.connect(data / "weft.db") as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
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
