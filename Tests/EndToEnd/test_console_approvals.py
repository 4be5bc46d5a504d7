"""Deciding in a real browser: what an agent asks, what a run asks, and by the link in a mail."""

import json
import os
import re

import pytest
from client import change, draft, free_port, in_days, parcel, wait_for
from conftest import start
from console import (
    api,  # noqa: F401
    assert_accessible,
    assert_fits,
    axe_source,
    expect,
    in_looks,
    look_name,
    open_page,
    opened,  # noqa: F401
    press,
    screenshot,
)
from mailbox import Mailbox, link_in

# What is refused on purpose.
EXPECTED_ERRORS = "status of 4(04|09|22)"
ASK = "weft:tool:workflows.request-approval.waitForTaskToken"
TRANSPORT, BOOK = "logistics.transport", "logistics.book-vehicle"
PROPOSED = {"item": "Torque wrench", "pieces": 3, "supplier": "north", "urgent": False}
SCHEMA = {
    "type": "object", "required": ["item", "pieces", "supplier", "urgent"],
    "additionalProperties": False,
    "properties": {
        "item": {"type": "string", "minLength": 1},
        "pieces": {"type": "integer", "minimum": 1, "maximum": 5, "description": "At most 5"},
        "supplier": {"enum": ["north", "south"]},
        "urgent": {"type": "boolean"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def mailbox():
    box = Mailbox()
    box.server.start()
    yield box
    box.server.stop()


@pytest.fixture(scope="module")
def weft(tmp_path_factory, mailbox):
    binary = os.environ.get("WEFT_BIN")
    if not binary:
        pytest.skip("WEFT_BIN is not set")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in mailbox.settings().items():
            patch.setenv(name, value)
        patch.setenv("WEFT_SERVER_URL", f"http://127.0.0.1:{port}")
        server = start(binary, tmp_path_factory.mktemp("approvals") / "data", port=port)
        yield server
        server.stop()


def asking(api, name, **parameters):  # noqa: F811
    """A run that asks, and its question."""
    api.deploy(
        f"console.{name}",
        {
            "StartAt": "Ask",
            "States": {
                "Ask": {
                    "Type": "Task",
                    "Resource": ASK,
                    "Parameters": {"token.$": "$$.Task.Token", "roles": ["admin"], **parameters},
                    "End": True,
                }
            },
        },
    )
    run = api.run(f"console.{name}")

    def asked():
        return next(iter(api.get(f"/api/approvals?executionId={run}")["items"]), None)

    return run, wait_for(asked, "the question")


def test_an_agent_asks_before_it_books_and_a_person_changes_what(opened, api, weft):  # noqa: F811
    organisation = api.get("/api/me")["organisation"]["id"]
    change(
        weft.data,
        "INSERT INTO agent_setting (organisation, agent, version, body) VALUES (?, ?, 1, ?)",
        (organisation, TRANSPORT, json.dumps({"approvals": [BOOK]})),
    )
    order = api.post("/api/orders", draft(in_days(3), parcel()))
    try:
        found = wait_for(
            lambda: api.get(f"/api/approvals?open=true&agent={TRANSPORT}")["items"],
            "the agent to ask",
        )
    finally:
        change(weft.data, "DELETE FROM agent_setting")
    approval = found[0]
    assert (approval["kind"], approval["tool"]) == ("tool-call", BOOK)
    page = opened("/inbox")
    row = page.locator(".messages [data-row]").filter(has_text="Agent asks").first
    expect(row).to_contain_text("Transport")
    expect(row).to_contain_text("left")
    row.get_by_role("button", name="Decide…").click()
    dialog = page.get_by_role("dialog", name=approval["title"])
    expect(dialog).to_contain_text(BOOK)
    screenshot(page, "approval-agent-light")
    assert_accessible(page, axe_source(), "an agent's question")
    # A refusal is told why.
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_contain_text("Say why not")
    # The form has the tool's fields; what does not fit is told at the field.
    dialog.get_by_role("button", name="Change it…").click()
    weight = dialog.get_by_label("Weight grams")
    was = int(weight.input_value())
    weight.fill("heavy")
    dialog.get_by_role("button", name="Approve the change").click()
    expect(dialog.locator(".field-error").filter(has_text="whole number")).to_be_visible()
    screenshot(page, "approval-amend-light")
    weight.fill(str(was + 1000))
    dialog.get_by_label("Comment").fill("One more box")
    dialog.get_by_role("button", name="Approve the change").click()
    expect(dialog).to_have_count(0)
    wait_for(
        lambda: (lambda o: o if o["status"] == "booked" else None)(
            api.get(f"/api/orders/{order['id']}")
        ),
        "the order to be booked",
    )
    kept = api.get(f"/api/approvals/{approval['id']}")
    assert kept["status"] == "amended"
    assert kept["input"]["weightGrams"] == was
    assert kept["agreedInput"]["weightGrams"] == was + 1000
    assert kept["decisionId"]


def test_what_is_asked_is_decided_by_keyboard_and_closed_for_others(opened, api):  # noqa: F811
    _, approval = asking(
        api,
        "nested",
        title="Ship these?",
        input={"lines": [{"item": "pump", "pieces": 2}]},
        expiresInSeconds=90,
    )
    page = opened("/inbox", scheme="dark")
    row = page.locator(".messages [data-row]").filter(has_text="Ship these?")
    row.get_by_role("link").focus()
    press(page, "e")
    dialog = page.get_by_role("dialog", name="Ship these?")
    expect(dialog.locator(".approval-near")).to_contain_text("left")
    dialog.get_by_role("button", name="Change it…").press("Enter")
    editor = dialog.get_by_label("What shall be done instead")
    editor.fill('{"lines": [')
    expect(dialog.locator(".json-note")).to_contain_text("Line 1")
    dialog.get_by_role("button", name="Approve", exact=False).first.click()
    expect(dialog).to_be_visible()
    screenshot(page, "approval-json-dark")
    # Somebody else is quicker: who it was is said, and nothing can be pressed any more.
    api.post(f"/api/approvals/{approval['id']}/decide", {"approve": True})
    expect(dialog).to_contain_text("has decided this already")
    expect(dialog.get_by_role("button", name="Reject")).to_have_count(0)
    press(page, "Escape")
    expect(dialog).to_have_count(0)
    expect(row).to_have_count(0)
    # The address leads to one question, or says that there is none.
    page.goto(page.url.split("?")[0] + "?approval=nothing")
    expect(page.get_by_role("dialog")).to_contain_text("Not found")
    press(page, "Escape")


@in_looks("desktop-light", "desktop-dark", "phone-light", "phone-dark")
def test_a_link_in_a_mail_decides_without_a_sign_in(
    browser, weft, api, mailbox, viewport, scheme  # noqa: F811
):
    look = look_name(viewport, scheme)
    title = f"Order torque wrenches ({look})?"
    run, _ = asking(
        api,
        f"mail-{look}",
        title=title,
        details={"because": "Two broke on line 4", "budget": "840 EUR"},
        input=PROPOSED,
        inputSchema=SCHEMA,
        expiresInSeconds=7200,
    )
    # The title may be folded in the subject.
    mails = wait_for(lambda: mailbox.about(f"({look})"), "the mail")
    link = link_in(mails[0][1])
    page, watch = open_page(browser, weft, viewport, scheme)
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(link)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("Two broke on line 4")).to_be_visible()
    page.wait_for_timeout(300)
    assert_fits(page, f"link {look}")
    assert_accessible(page, axe_source(), f"link {look}")
    screenshot(page, f"approve-{look}")
    page.get_by_role("button", name="Change it…").click()
    page.get_by_label("Pieces").fill("9")
    page.get_by_role("button", name="Approve the change").click()
    expect(page.locator(".field-error")).to_contain_text("5")
    page.get_by_label("Pieces").fill("2")
    page.get_by_label("Supplier").select_option("south")
    page.get_by_label("Urgent").check()
    assert_fits(page, f"amending by link {look}")
    assert_accessible(page, axe_source(), f"amending by link {look}")
    screenshot(page, f"approve-change-{look}")
    page.get_by_role("button", name="Approve the change").click()
    expect(page.locator(".approve [role=status]")).to_contain_text("You approved your change")
    screenshot(page, f"approve-done-{look}")
    output = api.ended(run)["output"]
    assert output["input"] == {**PROPOSED, "pieces": 2, "supplier": "south", "urgent": True}
    # The same link again: settled, and by whom.
    page.reload()
    expect(page.locator(".approve [role=alert]")).to_contain_text("This is settled")
    expect(page.locator(".approve [role=alert]")).to_contain_text("has decided this already")
    screenshot(page, f"approve-settled-{look}")
    assert_accessible(page, axe_source(), f"settled {look}")
    # One that was cut off on its way.
    page.goto(link[:-3])
    expect(page.locator(".approve [role=alert]")).to_contain_text("This link does not work")
    # The token was never in an address that reaches the server.
    token = link.split("#")[1]
    assert not any(token[:-3] in address.split("#")[0] for address in addresses)
    watch.errors = [each for each in watch.errors if not re.search(EXPECTED_ERRORS, each)]
    watch.assert_clean()
    page.context.close()
