"""HTML mail as a reader sees it: in a browser, on a phone and a desktop, by day and by night."""

import base64
import shutil
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from reminderd.alerts.alert import PAID_SO_FAR, debit_milestone
from reminderd.loans.money import Rate
from reminderd.loans.terms import (
    AutoDebit,
    Bill,
    FailedDebit,
    Installment,
    Minimum,
    Repayment,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")

DUE = date(2026, 11, 26)
STAGES = {  # days from the due date
    "upcoming": -3,
    "due-today": 0,
    "overdue-1-3": 2,
    "overdue-4-7": 5,
    "overdue-8-30": 20,
    "overdue-31-90": 60,
    "overdue-beyond-90": 120,
    "unconfirmed": 1,
    "paid-so-far": 5,
    "statement": -3,
}
SCREENS = {"phone": (375, 667), "desktop": (800, 600)}
LEAST_CONTRAST = 4.5  # of small text, by WCAG 2.2, 1.4.3

CONTRAST = """() => {
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = rgba(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.getClientRects().length) continue;
    const pair = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    found.push([ratio, element.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def loan(card):
    """Return a loan with all that a message can show, and a long name."""
    later = DUE + timedelta(days=30)
    return card(
        listed=(Installment(DUE, 1200_00, 34_00), Installment(later, 500_00, 0)),
        name="招商银行信用卡 (second card, joint account)",
        contact="95555; https://www.example.com/customer-service/complaints-and-extensions",
        app_path="微信 → 我 → 服务 → 信用卡还款",
        auto_debit=AutoDebit(on=True, account="招行储蓄卡尾号1234", times=(time(6), time(17))),
        failed=(FailedDebit(DUE, DUE + timedelta(days=1)),),
        reported_after=4,
    )


STATEMENT = {
    "listed": (),
    "repayment": Repayment.BILLED,
    "first_due": DUE,
    "statement_day": 8,
    "minimum": Minimum(Decimal("0.1")),
    "contract_rate": Rate(Decimal("0.0005"), "day"),
    "bills": (Bill(DUE, Decimal("8400.00"), Decimal("840.00"), date(2026, 11, 8)),),
}


@pytest.fixture
def written(loan, write):
    """Write the message of a stage in a language."""

    def written(stage, locale="en"):
        day = DUE + timedelta(days=STAGES[stage])
        if stage == "unconfirmed":
            asked = replace(loan, failed=())
            return write(asked, day, locale, what=debit_milestone(1), due=DUE)
        if stage == "paid-so-far":
            return write(loan, day, locale, what=PAID_SO_FAR)
        if stage == "statement":
            return write(replace(loan, terms=replace(loan.terms, **STATEMENT)), day, locale)
        return write(loan, day, locale)

    return written


@pytest.fixture(params=SCREENS)
def screen(request):
    return SCREENS[request.param]


@pytest.fixture(params=["light", "dark"])
def page(request, browser, screen):
    width, height = screen
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=request.param, offline=True
    )
    yield context.new_page()
    context.close()


def show(page, message):
    """Open a message as a mail client would: with its own pictures, and nothing from outside."""
    html = message.html
    for image in message.images:
        picture = base64.b64encode(image.png).decode()
        html = html.replace(f"cid:{image.cid}", f"data:image/png;base64,{picture}")
    page.set_content(html)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_cut_off_and_figure_and_action_stand_above_the_fold(
    page, screen, stage, locale, written
):
    show(page, written(stage, locale))
    width, height = screen
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    for element in page.query_selector_all("body *"):
        box = element.bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width + 0.5)
    for selector in ("td.value.first", ".do strong"):
        box = page.query_selector(selector).bounding_box()
        assert box["y"] + box["height"] <= height, f"{selector} is below the fold"


@pytest.mark.parametrize("stage", STAGES)
def test_every_text_can_be_told_from_its_ground(page, stage, written):
    show(page, written(stage))
    weak = [found for found in page.evaluate(CONTRAST) if found[0] < LEAST_CONTRAST]
    assert weak == []


def test_the_chart_is_drawn_and_says_what_it_shows(page, written):
    show(page, written("overdue-4-7"))
    (picture,) = page.query_selector_all("img")
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert picture.bounding_box()["width"] <= page.viewport_size["width"]
    assert "if nothing is paid" in picture.get_attribute("alt")


def test_the_derivation_is_folded_until_it_is_asked_for(page, written):
    show(page, written("overdue-4-7"))
    row = page.query_selector("details td.step")
    assert not row.is_visible()
    page.click("summary")
    assert row.is_visible()
