"""A person's data: sealed where it is kept for good, exported, erased, and then nowhere in clear."""

import email
import json
import socket
import sqlite3
from contextlib import closing
from email import policy

import pytest
from cli import refused
from cli import run  # noqa: F401 (fixture)
from client import CUSTOMER, Client, draft, in_days, parcel, rows, wait_until_told
from conftest import start

controller = pytest.importorskip("aiosmtpd.controller")

PERSON = f"customer:{CUSTOMER}"
# Of the demonstration's customer, and of the order that is placed here.
CUSTOMERS = ["Adige Macchine", "dispatch@adige-macchine.example", "Via Torricelli"]
GIVEN = ["Wisteria Quillfeather", "wisteria@quill.example", "+49 171 5550199", "Fliederweg 17b"]
NEEDLES = CUSTOMERS + GIVEN
# What is kept for long, or copied about: nothing personal may stand there in clear, ever.
KEPT = [
    "event", "execution", "execution_event", "execution_turn", "execution_live", "execution_pending",
    "agent_step", "agent_failure", "decision", "channels_outbox", "channels_inbox", "dead_letter",
    "identity_audit",
]  # fmt: skip


class Mailbox:
    """A mail server that keeps what it gets."""

    def __init__(self):
        self.mails = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = controller.Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, message["subject"], message.get_content()))
        return "250 taken"


@pytest.fixture
def mailbox():
    box = Mailbox()
    box.server.start()
    yield box
    box.server.stop()


@pytest.fixture
def weft(weft_binary, tmp_path, monkeypatch, mailbox):
    settings = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none"}
    for name, value in settings.items():
        monkeypatch.setenv(f"WEFT_MAIL_{name}", value)
    servers = []

    def serve():
        servers.append(start(weft_binary, tmp_path / "data"))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


def personal_order(days: int) -> dict:
    address = {
        "name": GIVEN[0], "street": GIVEN[3], "postcode": "37136", "city": "Verona", "country": "IT",
        "latitude": 45.4059, "longitude": 10.9905,
    }  # fmt: skip
    notes = f"Ask for {GIVEN[0]}, {GIVEN[2]} or {GIVEN[1]}; ring twice"
    return draft(in_days(days), parcel(), notes=notes, deliveries=[{"stop": 1, "address": address}])


def in_clear(data, table: str) -> set[str]:
    """Which needles a table's rows hold."""
    known = rows(data, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [table])
    if not known:
        return set()
    text = json.dumps(rows(data, f"SELECT * FROM {table}"), ensure_ascii=False)
    return {needle for needle in NEEDLES if needle.lower() in text.lower()}


def in_files(data) -> dict[str, list[str]]:
    """The needles in the raw bytes of everything an installation has written."""
    found = {}
    for path in [*data.rglob("*"), data.parent / f"{data.name}.log"]:
        if path.is_file():
            content = path.read_bytes().lower()
            here = [needle for needle in NEEDLES if needle.lower().encode() in content]
            if here:
                found[str(path.relative_to(data.parent))] = here
    return found


def everything(client: Client, order: str) -> str:
    """What the console shows around an order; every answer is held against its schema."""
    run = client.order(order)["execution"]["id"]
    paths = [
        f"/api/orders/{order}?include=execution,decisions", f"/api/executions/{run}",
        f"/api/decisions?subject=order:{order}", "/api/inbox?limit=200", "/api/deliveries?limit=200",
        f"/api/customers/{CUSTOMER}", "/api/orders?limit=200", "/api/executions?limit=200",
    ]  # fmt: skip
    shown = []
    for path in paths:
        answer = client.get(path)
        assert answer.status == 200, (path, answer.body)
        shown.append(answer.json)
    for decision in shown[2]["items"]:
        shown.append(client.get(f"/api/decisions/{decision['id']}").json)
    return json.dumps(shown, ensure_ascii=False)


def test_a_person_is_sealed_exported_and_erased(weft, mailbox, run, tmp_path):  # noqa: F811
    server = weft()
    data = server.data
    client = Client.signed_in(server)
    client.wait_until_idle()

    placed = client.post("/api/orders", personal_order(150), key="kept-answer")
    assert placed.status == 201
    order = placed.json["id"]
    assert client.order_when(order, "booked", "failed")["status"] == "booked"
    called_off = client.post("/api/orders", personal_order(151)).json["id"]
    client.order_when(called_off, "booked")
    reason = f"{GIVEN[0]} ({GIVEN[2]}) called it off"
    answer = client.patch(f"/api/orders/{called_off}", {"status": "cancelled", "reason": reason})
    assert answer.status == 200, answer.body
    wait_until_told(data)

    # People are told, in clear.
    told = [mail for mail in mailbox.mails if CUSTOMERS[1] in mail[0]]
    assert any("Dear Adige Macchine" in text for _, _, text in told), mailbox.mails
    shown = everything(client, order)
    assert CUSTOMERS[0] in shown and GIVEN[3] in shown
    assert "enc:v1:" not in shown
    # What is kept is not.
    assert {table: in_clear(data, table) for table in KEPT if in_clear(data, table)} == {}
    events = [json.loads(text) for (text,) in rows(data, "SELECT data FROM event WHERE type = 'order.cancelled'")]
    assert [event["reason"].split(":")[:2] for event in events] == [["enc", "v1"]]

    exported = client.get(f"/api/persons/{PERSON}/export")
    assert exported.status == 200, exported.body
    records = exported.json["records"]
    assert records["logistics"]["customer"]["email"] == CUSTOMERS[1]
    assert {order, called_off} <= {one["id"] for one in records["logistics"]["orders"]}
    assert reason in [event["data"].get("reason") for event in records["logistics"]["events"]]
    assert any("Dear Adige Macchine" in message["body"] for message in records["messages"])

    # One order is under way meanwhile.
    moving = client.post("/api/orders", personal_order(152)).json["id"]
    talkative = client.post(f"/api/persons/{PERSON}/erase", {"reason": f"{CUSTOMERS[0]} asked"})
    assert talkative.status == 422 and talkative.code == "reason-is-personal", talkative.body
    erased = client.post(f"/api/persons/{PERSON}/erase", {"reason": "asked by letter, case 12"})
    assert erased.status == 200, erased.body
    receipt = erased.json
    assert receipt["subject"] == PERSON and receipt["log"] == "cleared"
    removed = {entry["what"]: entry["count"] for entry in receipt["removed"]}
    assert removed["customers"] == 1 and removed["orders"] == 4 and removed["kept answers"] == 1

    # What was under way goes on, and nobody is written to.
    mails = len(mailbox.mails)
    assert client.order_when(moving, "booked", "failed")["status"] == "booked"
    wait_until_told(data)
    assert not [mail for mail in mailbox.mails[mails:] if "erased" in mail[0][0]]
    for identity in (order, called_off, moving):
        shown = everything(client, identity)
        assert "[erased]" in shown and "enc:v1:" not in shown
        assert not [needle for needle in NEEDLES if needle.lower() in shown.lower()]
        after = client.order(identity)
        assert after["customer"]["name"] == "[erased]" and after["customer"]["phone"] is None
        assert after["notes"] == "[erased]"
        address = after["deliveries"][0]["address"]
        assert (address["country"], address["latitude"], address["longitude"]) == ("IT", 45.4, 11.0)
    assert client.get("/api/orders?q=wisteria").json["items"] == []
    assert client.get("/api/orders?q=adige").json["items"] == []

    # Nothing comes back by asking again.
    for key in ("kept-answer", "new"):
        again = client.post("/api/orders", personal_order(150), key=key)
        assert again.status == 422 and again.code == "customer-erased", again.body

    verified = client.get("/api/audit/verify")
    assert verified.status == 200 and verified.json["ok"], verified.body
    entries = client.get(f"/api/audit?action=person.erased&subject={PERSON}").json["items"]
    assert [entry["detail"]["keyId"] for entry in entries] == [receipt["keyId"]]

    # Once more for the order that was under way: its steps were sealed, its log still has older states.
    assert client.post(f"/api/persons/{PERSON}/erase", {"reason": "again"}).json["log"] == "cleared"
    assert in_files(data) == {}
    assert (data / "weft.db").stat().st_size > 0
    server.stop()
    assert in_files(data) == {}
    with closing(sqlite3.connect(data / "weft.db")) as database:
        database.execute("VACUUM")
    assert in_files(data) == {}

    listed = json.loads(run("person", "erasures", "--data", data).out)
    assert [entry["subject"] for entry in listed["erasures"]] == [PERSON]
    given = json.loads(run("person", "export", PERSON, "--data", data).out)
    assert given["key"]["erasedAt"] == receipt["erasedAt"]
    assert given["records"]["logistics"]["customer"]["name"] == "[erased]"

    server = weft()
    client = Client.signed_in(server)
    assert client.order(order)["customer"]["name"] == "[erased]"
    assert "[erased]" in everything(client, order)


def test_the_command_erases_beside_a_running_server(weft, run):  # noqa: F811
    server = weft()
    client = Client.signed_in(server)
    client.wait_until_idle()
    order = client.post("/api/orders", personal_order(160)).json["id"]
    client.order_when(order, "booked")
    assert GIVEN[3] in everything(client, order)
    done = run("person", "erase", PERSON, "--reason", "case 13", "--data", server.data)
    assert done.returncode == 0, done.err
    # The server had the key in memory; it finds that it is gone.
    shown = everything(client, order)
    assert not [needle for needle in NEEDLES if needle.lower() in shown.lower()]
    assert client.post("/api/orders", personal_order(161)).code == "customer-erased"

    again = run("person", "readmit", PERSON, "--reason", "case 14", "--data", server.data)
    assert again.returncode == 0, again.err
    refused(run("person", "readmit", PERSON, "--reason", "x", "--data", server.data), "not erased")


@pytest.mark.parametrize(
    ("subject", "status", "code"),
    [
        ("customer:01930000-0000-7000-8000-c000000000ff", 404, "person-not-found"),
        ("customer:x", 422, "invalid-person"),
        ("vehicle:01930000-0000-7000-8000-c00000000026", 422, "invalid-person"),
    ],
)
def test_who_is_not_here_is_refused(weft, subject, status, code):
    client = Client.signed_in(weft())
    for answer in (
        client.get(f"/api/persons/{subject}/export"),
        client.post(f"/api/persons/{subject}/erase", {"reason": "x"}),
    ):
        assert (answer.status, answer.code) == (status, code), answer.body


def test_only_administrators_may(weft, run):  # noqa: F811
    server = weft()
    client = Client.signed_in(server)
    key = client.post("/api/keys", {"name": "p", "roles": ["planner"], "expiresInDays": 1}).json["secret"]
    planner = Client(server.url, key)
    assert planner.get(f"/api/persons/{PERSON}/export").status == 403
    assert planner.post(f"/api/persons/{PERSON}/erase", {"reason": "x"}).status == 403
    assert planner.get("/api/persons/erasures").status == 403
