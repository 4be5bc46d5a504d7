"""Where messages go: targets, escalations and push, set up in a browser."""

import base64
import json
import re
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from console import (
    API,
    expect,
    open_page,
    opened,  # noqa: F401
    press,
    sign_in,
)


def test_a_target_is_made_changed_and_turned_off(opened, weft):
    page = opened("/admin/channels")
    page.get_by_role("button", name="New target").click()
    dialog = page.get_by_role("dialog", name="New target")
    name = f"Gate {int(time.time())}"
    # What is missing is said at its field, and the first of it is gone to.
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Kind").select_option("pagerduty")
    dialog.get_by_label("Routing key").fill("0123456789abcdef0123456789abcdef")
    dialog.get_by_role("button", name="Make it").click()
    row = page.locator("[data-row]").filter(has_text=name)
    expect(row).to_contain_text("Warning")

    # Changed by keyboard alone; the key that is not typed again stays.
    row.get_by_role("button", name=re.compile(f"^{name}")).focus()
    press(page, "Enter")
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog.get_by_label("Name")).to_be_focused()
    press(page, "End")
    page.keyboard.type(" north")
    dialog.get_by_label("Told from").select_option("alarm")
    press(page, "Enter")
    expect(page.get_by_text(f"{name} north is changed")).to_be_visible()
    expect(row).to_contain_text("Alarm")
    kept = next(
        each
        for each in API(weft).get("/api/channel-targets")["items"]
        if each["name"] == f"{name} north"
    )
    assert (kept["kind"], kept["minimum"], kept["enabled"]) == ("pagerduty", "alarm", True)
    assert kept["routingKey"] and "0123456789abcdef" not in kept["routingKey"]

    row.get_by_role("button", name=f"Turn {name} north off").click()
    expect(row).to_contain_text("Off")
    page.reload()
    expect(row).to_contain_text("Off")
    row.get_by_role("button", name=f"Remove {name} north").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)


def test_an_escalation_is_made_changed_and_removed(opened, weft):
    page = opened("/admin/channels?show=escalations")
    expect(page.get_by_role("button", name="New escalation")).to_be_visible()
    press(page, "a")
    dialog = page.get_by_role("dialog", name="New escalation")
    expect(dialog.get_by_label("Name")).to_be_focused()
    name = f"Night {int(time.time())}"
    page.keyboard.type(name)
    dialog.get_by_label("Tell").nth(0).select_option("role:operator")
    dialog.get_by_role("button", name="Make it").click()
    row = page.locator("[data-row]").filter(has_text=name)
    expect(row).to_contain_text("at once: every operator → after 10 min: every manager")

    row.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog.get_by_label("After")).to_have_count(2)
    dialog.get_by_label("After").nth(1).fill("soon")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("After").nth(1)).to_be_focused()
    expect(dialog.get_by_text("Whole minutes, 0 or more.")).to_be_visible()
    dialog.get_by_label("After").nth(1).fill("5")
    dialog.get_by_role("button", name="Another step").click()
    expect(dialog.get_by_label("After").nth(2)).to_have_value("15")
    dialog.get_by_label("Tell").nth(2).select_option("role:admin")
    dialog.get_by_role("button", name="Remove step 1").click()
    dialog.get_by_label("Then the last step again every").fill("30")
    dialog.get_by_label("For messages from").select_option("warning")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("after 5 min: every manager → after 15 min: every admin")
    kept = next(
        each for each in API(weft).get("/api/escalations")["items"] if each["name"] == name
    )
    assert kept["minimum"] == "warning"
    assert kept["repeatMinutes"] == 30
    assert [(each["afterMinutes"], each["targets"]) for each in kept["steps"]] == [
        (5, [{"kind": "role", "id": "manager"}]),
        (15, [{"kind": "role", "id": "admin"}]),
    ]
    row.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)


PUSH = "/console/me?tab=notifications"


def push_card(page):
    return page.get_by_role("region", name="Push on this device")


def test_push_that_the_browser_does_not_allow_says_how_to_allow_it(browser, weft):
    page, watch = open_page(browser, weft)
    # A headless browser asks nobody and allows nothing.
    sign_in(page, weft, PUSH)
    push_card(page).get_by_role("button", name="Turn on for this device").click()
    expect(push_card(page)).to_contain_text("The browser does not allow it.")
    watch.assert_clean()
    page.context.close()


def test_a_browser_without_push_is_told_so(browser, weft):
    page, watch = open_page(browser, weft)
    page.add_init_script("delete window.PushManager")
    sign_in(page, weft, PUSH)
    expect(push_card(page)).to_contain_text("This browser takes no push messages.")
    watch.assert_clean()
    page.context.close()


def test_push_is_turned_on_and_off(browser, weft):
    page, watch = open_page(browser, weft, permissions=["notifications"])
    # No push service can be reached here: the subscription is the browser's, but made up.
    page.add_init_script(
        """
        const text = (length) => btoa("x".repeat(length)).replace(/=+$/, "");
        let held = null;
        PushManager.prototype.getSubscription = async () => held;
        PushManager.prototype.subscribe = async (options) => {
            window.asked = options.userVisibleOnly && options.applicationServerKey.length;
            const keys = {p256dh: KEY, auth: text(16)};
            held = {
                toJSON: () => ({endpoint: "https://push.example.com/" + Date.now(), keys}),
                unsubscribe: async () => { held = null; return true; },
            };
            return held;
        };
        """.replace("KEY", json.dumps(p256_point()))
    )
    sign_in(page, weft, PUSH)
    push_card(page).get_by_role("button", name="Turn on for this device").click()
    expect(push_card(page)).to_contain_text("This device is told.")
    # An uncompressed point on P-256, as RFC 8292 has the server's key.
    assert page.evaluate("window.asked") == 65
    push_card(page).get_by_role("button", name="Turn off here").click()
    expect(push_card(page).get_by_role("button", name="Turn on for this device")).to_be_visible()
    assert page.evaluate("localStorage.getItem('weft.push')") is None
    watch.assert_clean()
    page.context.close()


def p256_point():
    """A public key as a browser's subscription has it: an uncompressed point, base64url."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
