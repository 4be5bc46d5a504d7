"""What administrators and each person for themself can do, with what others see of it."""

import re
import shutil
import subprocess
import time
from urllib.parse import urlparse

import pytest

from console import (
    API,
    expect,
    open_page,
    opened,  # noqa: F401
    press,
    sign_in,
    totp,
)

PASSWORD = "a sentence that nobody guesses"


def test_a_key_is_made_used_and_revoked_by_keyboard(opened, weft):
    page = opened("/")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    press(page, "g", "k")
    expect(page.get_by_role("heading", name="API keys", exact=True)).to_be_visible()
    press(page, "a")
    dialog = page.get_by_role("dialog", name="New API key")
    expect(dialog.get_by_label("Name")).to_be_focused()
    name = f"Scanner {int(time.time())}"
    page.keyboard.type(name)
    press(page, "Enter")
    shown = page.get_by_role("dialog", name=f"{name} is made")
    secret = shown.get_by_role("textbox", name="API key").inner_text()
    assert secret.startswith("wk_")
    status, _ = API(weft, token=secret).ask("GET", "/api/orders?limit=1")
    assert status == 200
    press(page, "Escape")
    # It is nowhere any more.
    expect(page.get_by_text(secret)).to_have_count(0)
    row = page.locator("[data-row]").filter(has_text=name)
    expect(row).to_contain_text("In force")
    row.get_by_role("button", name=f"Revoke {name}").focus()
    press(page, "Enter")
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Lost")
    press(page, "Control+Enter")
    expect(row).to_contain_text("Revoked")
    status, _ = API(weft, token=secret).ask("GET", "/api/orders?limit=1")
    assert status == 401


def invite(page, weft, name, email):
    """Invites by the console, and gives the link that it shows where no mail is sent."""
    page.goto(f"{weft.url}/console/admin?dialog=invite")
    dialog = page.get_by_role("dialog", name="Invite somebody")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_role("checkbox", name=re.compile("^Viewer")).check()
    dialog.get_by_role("button", name="Invite", exact=True).click()
    done = page.get_by_role("dialog", name=f"{name} is invited")
    link = done.get_by_role("textbox", name="Invitation link").inner_text()
    done.get_by_role("button", name="Done").click()
    return link


def choose_password(browser, weft, link):
    page, _ = open_page(browser, weft)
    address = urlparse(link)
    page.goto(f"{weft.url}{address.path}?{address.query}")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("Once more").fill("something else")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("This is not the same.")).to_be_visible()
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("The password is changed")).to_be_visible()
    page.get_by_role("button", name="To the sign-in").click()
    return page


def test_somebody_is_invited_comes_in_and_is_locked_out(browser, weft):
    stamp = int(time.time())
    name, email = f"Guest {stamp}", f"guest-{stamp}@weft.example"
    admin, watch = open_page(browser, weft)
    sign_in(admin, weft)
    expect(admin.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    link = invite(admin, weft, name, email)
    guest = choose_password(browser, weft, link)
    guest.get_by_label("E-mail").fill(email)
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_role("button", name="Sign in", exact=True).click()
    expect(guest.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    # Not an administrator: no such place, and the page says so.
    expect(guest.get_by_role("link", name="Admin")).to_have_count(0)
    guest.goto(weft.url + "/console/admin/keys")
    expect(guest.get_by_text("For administrators")).to_be_visible()

    admin.goto(f"{weft.url}/console/admin?q={email}")
    row = admin.locator("[data-row]").filter(has_text=name)
    row.get_by_role("button", name=re.compile(name)).click()
    admin.get_by_role("dialog", name=name).get_by_role("button", name="Disable…").click()
    ask = admin.get_by_role("dialog", name=f"Disable {name}?")
    ask.get_by_role("button", name="Disable").click()
    expect(ask.get_by_text("Say why; it is kept.")).to_be_visible()
    ask.get_by_label("Reason").fill("The visit is over")
    ask.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")

    guest.reload()
    expect(guest.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    admin.goto(weft.url + "/console/admin/audit")
    expect(admin.get_by_text("The visit is over").first).to_be_visible()
    admin.get_by_role("button", name="Verify").click()
    expect(admin.get_by_text("The log is whole")).to_be_visible()
    watch.assert_clean()
    guest.context.close()
    admin.context.close()


def test_a_second_step_is_set_up_and_asked_for(browser, weft, tmp_path):
    stamp = int(time.time())
    email = f"careful-{stamp}@weft.example"
    API(weft).post(
        "/api/accounts",
        {"name": "Careful", "email": email, "roles": ["viewer"], "password": PASSWORD},
    )
    page, watch = open_page(browser, weft)
    sign_in(page, weft, "/console/me", email, PASSWORD)
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog", name="Set up two steps")
    secret = dialog.get_by_role("textbox", name="Key").inner_text()
    picture = tmp_path / "code.png"
    dialog.get_by_role("img", name=re.compile("QR")).screenshot(path=str(picture))
    if shutil.which("zbarimg"):
        read = subprocess.run(
            ["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True
        ).stdout.strip()
        assert read.startswith("otpauth://totp/")
        assert f"secret={secret}" in read
    code = dialog.get_by_label(re.compile("six digits"))
    code.fill("12345")
    dialog.get_by_role("button", name="Turn on").click()
    expect(code).to_have_attribute("aria-invalid", "true")
    code.fill(totp(secret))
    dialog.get_by_role("button", name="Turn on").click()
    kept = page.get_by_role("dialog", name="Two steps are on")
    recovery = kept.get_by_role("textbox", name="Recovery codes").inner_text().split()
    assert len(recovery) >= 8
    kept.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Sign out").click()

    sign_in(page, weft, "/console/me", email, PASSWORD)
    field = page.get_by_label("Code")
    expect(field).to_be_focused()
    field.fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("not right|over"))).to_be_visible()
    field.fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Careful")).to_be_visible()
    expect(page.get_by_role("region", name="Signing in with two steps")).to_contain_text("On")
    # Refused sign-ins are errors of the network's log; nothing else is.
    assert [each for each in watch.errors if "401" not in each] == []
    page.context.close()


def test_a_forgotten_password_is_answered_the_same_for_everybody(browser, weft):
    page, watch = open_page(browser, weft)
    page.goto(weft.url + "/console/")
    page.get_by_role("button", name="Forgot it?").click()
    page.get_by_label("E-mail").fill("nobody-at-all@weft.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    watch.assert_clean()
    page.context.close()


def test_sessions_are_listed_and_ended(browser, weft):
    stamp = int(time.time())
    email = f"two-places-{stamp}@weft.example"
    API(weft).post(
        "/api/accounts",
        {"name": "Two Places", "email": email, "roles": ["viewer"], "password": PASSWORD},
    )
    here, _ = open_page(browser, weft)
    sign_in(here, weft, "/console/me", email, PASSWORD)
    there, _ = open_page(browser, weft)
    sign_in(there, weft, "/console/orders", email, PASSWORD)
    expect(there.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    here.reload()
    sessions = here.get_by_role("region", name="Where I am signed in")
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions.get_by_text("this one")).to_have_count(1)
    sessions.get_by_role("button", name=re.compile("^End the session")).click()
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    there.reload()
    expect(there.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    here.context.close()
    there.context.close()


def test_how_one_is_told_is_kept(opened):
    page = opened("/me?tab=notifications")
    region = page.get_by_role("region", name="How I am told")
    quiet = region.get_by_role("checkbox", name=re.compile("^Quiet hours"))
    quiet.check()
    region.get_by_label("From").fill("21:30")
    region.get_by_label("To", exact=True).fill("05:45")
    region.get_by_role("button", name="Save").click()
    expect(page.get_by_text("That is how you are told")).to_be_visible()
    page.reload()
    expect(region.get_by_label("From")).to_have_value("21:30")
    region.get_by_role("checkbox", name=re.compile("^Quiet hours")).uncheck()
    region.get_by_role("button", name="Save").click()


def test_a_webhook_is_made_with_a_secret_shown_once(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft, "/console/admin/webhooks?edit=new")
    dialog = page.get_by_role("dialog", name="New webhook")
    name = f"Billing {int(time.time())}"
    dialog.get_by_label("Name").fill(name)
    # An address inside the network is refused where it was typed.
    dialog.get_by_label("Address").fill("http://127.0.0.1:9/in")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Address").fill("https://hooks.example.com/in")
    dialog.get_by_role("button", name="Make it").click()
    made = page.get_by_role("dialog", name=f"{name} is made")
    assert made.get_by_role("textbox", name="Signing secret").inner_text().startswith("whsec_")
    made.get_by_role("button", name="I have kept it").click()
    row = page.locator("[data-row]").filter(has_text=name)
    expect(row).to_contain_text("On")
    row.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("path", ["observe/traces", "observe/map", "observe/logs"])
def test_what_the_system_did_can_be_followed(opened, weft, path):
    API(weft).settle()
    page = opened(f"/{path}")
    expect(page.get_by_label("Loading")).to_have_count(0)
    if path.endswith("traces"):
        page.locator("[data-row] a").first.click()
        rows = page.locator(".span-row")
        rows.first.wait_for()
        rows.nth(rows.count() - 1).get_by_role("link").click()
        expect(page).to_have_url(re.compile("span="))
        expect(page.locator(".span-detail")).to_contain_text("Took")
        press(page, "Escape")
        expect(page.locator(".span-detail")).to_have_count(0)
    elif path.endswith("map"):
        card = page.get_by_role("button", name=re.compile("book-vehicle: .* calls?,")).first
        card.focus()
        press(page, "Enter")
        expect(card).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("region", name=re.compile("^Calls of"))).to_be_visible()
    else:
        page.get_by_role("searchbox", name="Search logs").fill("no such words at all")
        expect(page.get_by_text("No line matches")).to_be_visible()
