"""The console in a real browser: from signing in to a booked order, with nothing fetched elsewhere."""

import os
import re
from pathlib import Path
from urllib.parse import urlparse

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect

CHROMIUM = os.environ.get("WEFT_CHROMIUM", "/usr/bin/chromium")
DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
BOOKED_WITHIN_MS = 60_000


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session", autouse=True)
def quick_packing():
    """The demonstration's forty orders are packed before the one that is placed here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_PACKING_SECONDS", "0.1")
        yield


class Watch:
    """Collects what a page must not do: errors, and requests to other hosts."""

    def __init__(self, page, url):
        self.errors = []
        self.elsewhere = []
        self.host = urlparse(url).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def _request(self, request):
        address = urlparse(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self.host:
            self.elsewhere.append(request.url)

    def assert_clean(self):
        assert self.errors == []
        assert self.elsewhere == []


def open_page(browser, weft, viewport=DESKTOP, scheme="light", **context):
    made = browser.new_context(
        viewport=viewport, color_scheme=scheme, locale="en-GB", reduced_motion="reduce", **context
    )
    page = made.new_page()
    page.set_default_timeout(15_000)
    return page, Watch(page, weft.url)


def sign_in(page, weft, path="/console/"):
    page.goto(weft.url + path)
    page.get_by_label("E-mail").fill(weft.email)
    page.get_by_label("Password").fill(weft.password)
    page.get_by_role("button", name="Sign in").click()


def screenshot(page, name):
    folder = os.environ.get("WEFT_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fill_order(page, quantity=4):
    """Fills the form with a load that any van takes."""
    page.get_by_label("Customer").click()
    page.get_by_role("listbox", name="Customer").get_by_role("option").first.click()
    item = page.get_by_role("group", name="Item 1")
    for label, value in {
        "Name": "Crate of spare parts",
        "Quantity": str(quantity),
        "Length": "600",
        "Width": "400",
        "Height": "400",
        "Weight each": "12.5",
    }.items():
        item.get_by_label(label, exact=True).fill(value)


def place_order(page, weft):
    page.get_by_role("link", name="New order").click()
    fill_order(page)
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url(re.compile(r"/console/orders/(?!new)[^/?]+"))
    return urlparse(page.url).path.rsplit("/", 1)[1]


def test_an_order_placed_in_the_console_becomes_booked(browser, weft):
    page, watch = open_page(browser, weft)
    sign_in(page, weft)
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()

    place_order(page, weft)
    heading = page.get_by_role("heading", level=1)
    # Nothing is reloaded here: the page follows by itself.
    expect(heading).to_contain_text("Booked", timeout=BOOKED_WITHIN_MS)
    reference = heading.inner_text().split()[0]
    expect(page.get_by_role("region", name="Booking", exact=True)).to_contain_text("Total")
    expect(page.get_by_role("region", name=re.compile("done"))).to_contain_text("Succeeded")
    screenshot(page, "order-light")

    page.get_by_role("tab", name="Decisions").click()
    cards = page.locator(".decision")
    expect(cards).not_to_have_count(0)
    if cards.first.locator(".decision-body").count() == 0:
        cards.first.get_by_role("button").first.click()
    body = cards.first.locator(".decision-body")
    for part in ("Chosen, and why", "Weighed", "By which policy, at what cost", "Asked of its tools"):
        expect(body).to_contain_text(part)
    screenshot(page, "decision-light")

    page.get_by_role("tab", name="Load").click()
    boxes = page.get_by_label("Boxes loaded")
    # Four pieces were ordered, so the sequence has four steps.
    expect(boxes).to_have_attribute("max", "4")
    page.get_by_role("button", name="Previous box").click()
    expect(boxes).to_have_value("3")
    expect(page).to_have_url(re.compile("step=3"))
    expect(page.get_by_role("region", name="Box 3")).to_contain_text("Supported")
    screenshot(page, "load-light")
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(".plan")).to_have_count(3)

    page.get_by_role("link", name="Inbox").click()
    expect(page.locator(".messages")).to_contain_text(reference)
    screenshot(page, "inbox-light")
    watch.assert_clean()
    page.context.close()


def open_order(page, weft, reference, tab=""):
    """Opens one of the demonstration's orders by its number."""
    page.goto(f"{weft.url}/console/orders?q={reference}")
    row = page.locator("[data-row]").filter(has_text=reference)
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    if tab:
        page.get_by_role("tab", name=tab).click()


def test_the_demonstration_shows_two_vehicles_and_a_piece_that_fits_none(browser, weft):
    page, watch = open_page(browser, weft)
    sign_in(page, weft)
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    heading = page.get_by_role("heading", level=1)
    open_order(page, weft, "LO-000015")
    expect(heading).to_contain_text("Booked", timeout=BOOKED_WITHIN_MS)
    page.get_by_role("tab", name="Load").click()
    # 44 pallets of which no trailer takes more than 34, on one layer: two rows of 17.
    expect(page.get_by_role("tab", name=re.compile(r"^[12]\. "))).to_have_count(2)
    open_order(page, weft, "LO-000029")
    expect(heading).to_contain_text("Failed", timeout=BOOKED_WITHIN_MS)
    # The piece is 19.5 m long.
    expect(page.get_by_text("Why it failed:")).to_be_visible()
    expect(page.get_by_text("19500").first).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_visible()
    watch.assert_clean()
    page.context.close()


def test_wrong_fields_are_named_where_they_are(browser, weft):
    page, watch = open_page(browser, weft)
    sign_in(page, weft, "/console/orders/new")
    fill_order(page)
    length = page.get_by_label("Length", exact=True)
    length.fill("0")
    page.get_by_role("button", name="Place the order").click()
    expect(length).to_have_attribute("aria-invalid", "true")
    expect(length).to_be_focused()
    watch.assert_clean()
    page.context.close()


def test_signing_in_leads_to_the_page_asked_for(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft, "/console/runs")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.reload()  # The refresh token signs in silently.
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.context.close()


def test_a_wrong_password_is_refused_in_words(browser, weft):
    page, _ = open_page(browser, weft)
    page.goto(weft.url + "/console/")
    page.get_by_label("E-mail").fill(weft.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").filter(has_text=re.compile("wrong|refused", re.I))).to_be_visible()
    page.context.close()


def test_the_keyboard_reaches_everything(browser, weft):
    page, watch = open_page(browser, weft)
    sign_in(page, weft)
    # There must be an order to walk to, whichever test runs first.
    place_order(page, weft)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/console/orders$"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.keyboard.type("vehic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vehicles", exact=True)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.locator("[data-row]").first.wait_for()
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/console/orders/[^/]+$"))
    watch.assert_clean()
    page.context.close()


def test_a_lost_connection_is_said_until_it_is_back(browser, weft):
    page, _ = open_page(browser, weft)
    sign_in(page, weft)
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    page.context.set_offline(True)
    banner = page.get_by_text("Connection lost.")
    expect(banner).to_be_visible()
    page.context.set_offline(False)
    expect(banner).to_have_count(0)
    page.context.close()


SCREENS = ["orders", "inbox", "vehicles", "customers", "agents", "runs", "orders/new", "nowhere"]


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")],
    ids=["light", "dark", "phone-light", "phone-dark"],
)
def test_every_screen_opens_and_fits(browser, weft, viewport, scheme):
    page, watch = open_page(browser, weft, viewport, scheme)
    page.goto(weft.url + "/console/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    name = f"{'phone' if viewport is PHONE else 'desktop'}-{scheme}"
    screenshot(page, f"sign-in-{name}")
    sign_in(page, weft)
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    for screen in SCREENS:
        page.goto(f"{weft.url}/console/{screen}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_label("Loading")).to_have_count(0)
        # WCAG 1.4.10: content reflows, nothing scrolls sideways.
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{screen} is {wide} px too wide"
        screenshot(page, f"{screen.replace('/', '-')}-{name}")
    watch.assert_clean()
    page.context.close()
