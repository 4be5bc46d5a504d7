"""What people are asked to agree to: by the API, by mail, in time, and by whom it may be decided."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import Client, free_port, rows, wait_for
from conftest import start
from mailbox import Mailbox, link_in
from test_workflows import begin, deploy, machine, run_when

ASK = "weft:tool:workflows.request-approval.waitForTaskToken"
PASSWORD = "sturdy enough for a test 7"


def asking(name: str, **parameters) -> dict:
    """A workflow that asks, and catches that nobody answered."""
    return machine(
        "Ask",
        Ask={
            "Type": "Task",
            "Resource": ASK,
            "Parameters": {"token.$": "$$.Task.Token", "title": name, **parameters},
            "Catch": [{"ErrorEquals": ["Weft.ApprovalExpired"], "Next": "Late"}],
            "End": True,
        },
        Late={"Type": "Pass", "Result": {"late": True}, "End": True},
    )


@pytest.fixture
def mailbox():
    box = Mailbox()
    box.server.start()
    yield box
    box.server.stop()


@pytest.fixture
def served(weft_binary, tmp_path, monkeypatch, mailbox):
    """Starts servers that send mail with links to themselves."""
    port = free_port()
    for name, value in mailbox.settings().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WEFT_SERVER_URL", f"http://127.0.0.1:{port}")
    servers = []

    def serve():
        servers.append(start(weft_binary, tmp_path / "data", port=port))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


def ask(client, name, body=None, **parameters):
    """Starts a run that asks, and answers the run and the question."""
    deploy(client, f"e2e.{name}", asking(name, **parameters))
    run = begin(client, f"e2e.{name}", body or {})
    return run, wait_for(lambda: asked(client, run), f"the question of {name}")


def asked(client, run):
    found = client.get(f"/api/approvals?executionId={run}").json["items"]
    return found[0] if found else None


def decide(client, approval, **body):
    return client.post(f"/api/approvals/{approval['id']}/decide", body)


def person(admin, weft, name, *roles):
    """A person with these roles, signed in."""
    address = f"{name.lower()}@people.example"
    made = admin.post(
        "/api/accounts",
        {"name": name, "email": address, "roles": list(roles), "password": PASSWORD},
    )
    assert made.status == 201, made.body
    client = Client(weft.url)
    tokens = client.post("/auth/token", {"email": address, "password": PASSWORD})
    assert tokens.status == 200, tokens.body
    return Client(weft.url, tokens.json["accessToken"]), made.json["id"]


def by_link(weft, link):
    """What the page behind a link asks for: a client without a sign-in, and the token."""
    page, token = link.split("#")
    assert page == f"{weft.url}/console/approve"
    return Client(weft.url), token


def shown(visitor, token):
    return visitor.get("/api/approval-link", **{"Approval-Token": token})


def decided(visitor, token, **body):
    return visitor.post("/api/approval-link/decide", {"token": token, **body})


def test_what_may_be_changed_is_checked_and_both_are_kept(weft):
    client = Client.signed_in(weft)
    order = {"item": "drill", "pieces": 3}
    schema = {
        "type": "object", "required": ["item", "pieces"], "additionalProperties": False,
        "properties": {"item": {"type": "string"}, "pieces": {"type": "integer", "maximum": 5}},
    }  # fmt: skip
    run, approval = ask(client, "amend", input=order, inputSchema=schema)
    assert (approval["kind"], approval["status"], approval["mayDecide"]) == ("task", "open", True)
    for body, status, code, pointer in (
        ({"verdict": "amend", "input": {"item": "drill", "pieces": 6}}, 422, "invalid-value", "/input/pieces"),
        ({"verdict": "amend"}, 422, "invalid-verdict", "/input"),
        ({"verdict": "reject"}, 422, "reason-needed", "/comment"),
        ({"verdict": "approve", "input": order}, 422, "invalid-verdict", "/input"),
        ({"verdict": "approve", "approve": True}, 422, "invalid-verdict", "/approve"),
        ({}, 422, "invalid-verdict", "/verdict"),
    ):  # fmt: skip
        refused = decide(client, approval, **body)
        assert (refused.status, refused.code) == (status, code), refused.body
        assert refused.json["pointer"] == pointer
    fewer = {"item": "drill", "pieces": 2}
    answer = decide(client, approval, verdict="amend", input=fewer, comment="Two will do")
    assert answer.status == 200, answer.body
    assert (answer.json["status"], answer.json["input"], answer.json["agreedInput"]) == (
        "amended", order, fewer,
    )  # fmt: skip
    output = run_when(client, run, "SUCCEEDED")["output"]
    assert output["approved"] is True and output["input"] == fewer
    assert output["comment"] == "Two will do"
    late = decide(client, approval, verdict="approve")
    assert (late.status, late.code) == (409, "approval-is-closed")
    assert (late.json["state"], late.json["decidedBy"]) == ("amended", answer.json["decidedBy"])


def test_only_those_asked_decide_and_two_at_once_are_one(weft):
    admin = Client.signed_in(weft)
    technician, _ = person(admin, weft, "Pia", "technician")
    manager, _ = person(admin, weft, "Max", "manager")
    run, approval = ask(admin, "technicians", roles=["technician"])
    for client in (admin, manager):
        refused = decide(client, approval, verdict="approve")
        assert (refused.status, refused.code) == (403, "forbidden")
        assert "technician" in refused.json["detail"]
    mine = technician.get("/api/approvals?mine=true&open=true").json["items"]
    assert [each["id"] for each in mine] == [approval["id"]]
    assert approval["id"] not in {
        each["id"] for each in manager.get("/api/approvals?mine=true").json["items"]
    }
    assert decide(technician, approval, verdict="approve").status == 200
    run_when(admin, run, "SUCCEEDED")
    # A program, whatever its roles are.
    run, approval = ask(admin, "race")
    key = admin.post("/api/keys", {"name": "robot", "roles": ["admin"], "expiresInDays": 1})
    assert key.status == 201, key.body
    robot = decide(Client(weft.url, key.json["secret"]), approval, verdict="approve")
    assert (robot.status, robot.code) == (403, "person-needed"), robot.body
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda c: decide(c, approval, approve=True), [admin, manager]))
    assert sorted(answer.status for answer in answers) == [200, 409]
    winner = next(answer for answer in answers if answer.status == 200).json["decidedBy"]
    loser = next(answer for answer in answers if answer.status == 409)
    assert loser.json["decidedBy"] == winner and winner["name"] in loser.json["detail"]
    run_when(admin, run, "SUCCEEDED")


def test_a_second_person_is_never_the_one_in_whose_name_it_is_asked(weft):
    admin = Client.signed_in(weft)
    run, approval = ask(admin, "second", secondPerson=True)
    assert approval["onBehalfOf"]["id"] == admin.get("/api/me").json["account"]["id"]
    assert approval["mayDecide"] is False
    refused = decide(admin, approval, verdict="approve")
    assert (refused.status, refused.code) == (403, "second-person-needed"), refused.body
    assert admin.get(f"/api/approvals/{approval['id']}").json["status"] == "open"
    other, _ = person(admin, weft, "Otto", "manager")
    assert decide(other, approval, verdict="approve").status == 200
    run_when(admin, run, "SUCCEEDED")


def test_nobody_in_time_fails_the_task_and_further_roles_are_told(weft):
    admin = Client.signed_in(weft)
    supervisor, _ = person(admin, weft, "Sue", "supervisor")
    run, approval = ask(
        admin,
        "late",
        expiresInSeconds=4,
        escalation=[{"afterSeconds": 1, "roles": ["supervisor"]}],
    )
    assert approval["roles"] == ["admin", "manager"]

    def told():
        subjects = [each["subject"] for each in supervisor.get("/api/inbox").json["items"]]
        return "To decide: late" in subjects

    wait_for(told, "the supervisor to be told")
    found = admin.get(f"/api/approvals/{approval['id']}").json
    assert found["roles"] == ["admin", "manager", "supervisor"]
    assert run_when(admin, run, "SUCCEEDED")["output"] == {"late": True}
    found = admin.get(f"/api/approvals/{approval['id']}").json
    assert (found["status"], found["mayDecide"]) == ("expired", False)
    refused = decide(supervisor, approval, verdict="approve")
    assert (refused.status, refused.code) == (409, "approval-is-closed")
    events = admin.get(f"/api/events?subject=approval:{approval['id']}").json["items"]
    assert sorted(each["type"] for each in events) == [
        "approval.escalated", "approval.expired", "approval.requested",
    ]  # fmt: skip


def test_a_run_that_is_stopped_asks_nobody_any_more(weft):
    admin = Client.signed_in(weft)
    run, approval = ask(admin, "stopped")
    admin.post(f"/api/executions/{run}/stop", {"reason": "changed my mind"})
    run_when(admin, run, "ABORTED")
    found = admin.get(f"/api/approvals/{approval['id']}").json
    assert found["status"] == "withdrawn"
    assert decide(admin, approval, verdict="approve").code == "approval-is-closed"

    def asked():
        waiting = admin.get("/api/inbox?unread=true").json["items"]
        return any(each["needsAcknowledgement"] and "stopped" in each["subject"] for each in waiting)

    # The message goes its own way, perhaps after the answer.
    wait_for(lambda: not asked(), "nobody to be asked")


def test_a_link_in_a_mail_decides_once_without_a_sign_in(served, mailbox):
    weft = served()
    admin = Client.signed_in(weft)
    _, ada = person(admin, weft, "Ada", "manager")
    run, approval = ask(admin, "by-mail", details={"amount": 12}, expiresInSeconds=600)
    mails = wait_for(lambda: len(mailbox.about("by-mail")) == 2 and mailbox.about("by-mail"), "mail")
    links = {to: link_in(text) for to, text in mails}
    assert set(links) == {weft.email, "ada@people.example"}
    assert links[weft.email] != links["ada@people.example"]
    visitor, token = by_link(weft, links["ada@people.example"])
    # A scanner fetches the link, as often as it likes.
    for _ in range(3):
        page = visitor.get("/console/approve")
        assert page.status == 200
        assert page.headers["referrer-policy"] == "no-referrer"
        seen = shown(visitor, token)
        assert seen.status == 200, seen.body
        assert seen.headers["cache-control"] == "no-store"
    assert seen.json["details"] == {"amount": 12} and seen.json["account"]["name"] == "Ada"
    assert seen.json["mayDecide"] is True
    assert admin.get(f"/api/approvals/{approval['id']}").json["status"] == "open"
    # What was changed on the way, or never was ours, does nothing.
    for bad in (token[:-1], token + "A", "x" + token[1:], token[:50] + ("A" if token[50] != "A" else "B") + token[51:], "", "x"):  # fmt: skip
        refused = decided(visitor, bad, verdict="approve") if bad else shown(visitor, bad)
        assert (refused.status, refused.code) == (422, "invalid-approval-link"), refused.body
    refused = decided(visitor, token, verdict="reject")
    assert (refused.status, refused.code) == (422, "reason-needed")
    answer = decided(visitor, token, verdict="reject", comment="Too dear")
    assert answer.status == 200, answer.body
    assert (answer.json["status"], answer.json["decidedVia"]) == ("rejected", "link")
    assert answer.json["decidedBy"]["name"] == "Ada"
    output = run_when(admin, run, "SUCCEEDED")["output"]
    assert output["approved"] is False and output["by"]["id"] == ada
    # Used, and the other's too: there is nothing to decide any more.
    _, other = by_link(weft, links[weft.email])
    for used in (token, other):
        for answer in (shown(visitor, used), decided(visitor, used, verdict="approve")):
            assert (answer.status, answer.code) == (409, "approval-is-closed"), answer.body
            assert "Ada" in answer.json["detail"]
            assert "details" not in answer.json
    audit = admin.get("/api/audit?action=approval.decided").json["items"][0]
    assert audit["actor"]["name"] == "Ada" and audit["detail"]["way"] == "link"
    # Not a word of it in what the server writes down.
    for secret in (token, other):
        assert secret not in weft.log.read_text()
        for table in ("log_line", "trace", "trace_span", "identity_audit", "event"):
            kept = json.dumps(rows(weft.data, f"SELECT * FROM {table}"), default=str)
            assert secret not in kept, table


def test_a_link_is_void_when_its_person_may_not_decide_any_more(served, mailbox):
    weft = served()
    admin = Client.signed_in(weft)
    accounts = {name: person(admin, weft, name, "manager")[1] for name in ("Bob", "Cyd")}
    _, approval = ask(admin, "void", roles=["manager"])
    mails = wait_for(lambda: len(mailbox.about("void")) == 2 and mailbox.about("void"), "mail")
    tokens = {to.split("@")[0]: by_link(weft, link_in(text))[1] for to, text in mails}
    visitor = Client(weft.url)
    gone = admin.patch(f"/api/accounts/{accounts['Bob']}", {"disabled": True, "reason": "left"})
    assert gone.status == 200, gone.body
    lesser = admin.patch(f"/api/accounts/{accounts['Cyd']}", {"roles": ["viewer"], "reason": "moved"})
    assert lesser.status == 200, lesser.body
    for name, code in (("bob", "approval-link-void"), ("cyd", "forbidden")):
        for answer in (
            shown(visitor, tokens[name]),
            decided(visitor, tokens[name], verdict="approve"),
        ):
            assert (answer.status, answer.code) == (403, code), answer.body
    assert admin.get(f"/api/approvals/{approval['id']}").json["status"] == "open"
    refused = admin.get("/api/audit?action=approval.decided&outcome=refused").json["items"]
    assert len(refused) == 2


def test_a_question_and_its_link_survive_a_kill_and_the_answer_too(served, mailbox):
    weft = served()
    admin = Client.signed_in(weft)
    run, approval = ask(admin, "killed", roles=["admin"])
    mails = wait_for(lambda: mailbox.about("killed"), "mail")
    visitor, token = by_link(weft, link_in(mails[0][1]))
    weft.kill()
    weft = served()
    # Decided, and killed before the run can go on or at any time after.
    answer = decided(Client(weft.url), token, verdict="approve")
    assert answer.status == 200, answer.body
    weft.kill()
    weft = served()
    admin = Client.signed_in(weft)
    output = run_when(admin, run, "SUCCEEDED")["output"]
    assert output["approved"] is True
    again = decided(Client(weft.url), token, verdict="reject", comment="no")
    assert (again.status, again.code) == (409, "approval-is-closed")
    time.sleep(0.2)
    assert len(mailbox.about("killed")) == 1


def test_strangers_are_slowed(served, monkeypatch):
    monkeypatch.setenv("WEFT_LIMITS_ANONYMOUS", "1/10")
    weft = served()
    visitor = Client(weft.url)
    statuses = [shown(visitor, "x" * 98).status for _ in range(20)]
    assert set(statuses) == {422, 429} and statuses[-1] == 429
