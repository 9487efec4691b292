"""Which stage a position is in, and what there is to do in each, in every language."""

import string
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources

import pytest

from reminderd.loans.charges import Cap, CapMode
from reminderd.loans.position import value
from reminderd.loans.terms import (
    Installment,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Request,
    RequestState,
)
from reminderd.playbook.stages import (
    LOCALES,
    Severity,
    advice,
    facts,
    stage_of,
    stage_title,
    stages,
)

DUE = date(2026, 12, 5)


def data(name):
    folder = resources.files("reminderd.playbook").joinpath("data")
    return tomllib.loads(folder.joinpath(name).read_text("utf-8"))


def actions(locale):
    return data(f"actions.{locale}.toml")["actions"]


def variables(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def position(days, *, grace=0, paid="0", dues=(DUE,)):
    """Return the position so many days after the due date."""
    parts = tuple(Installment(due, 100_00, 0) for due in dues)
    terms = LoanTerms("CNY", listed=parts, grace_days=grace)
    payments = (Payment(date(2026, 1, 1), Decimal(paid)),)
    return value(Loan("card", "Card", terms, "Asia/Shanghai", payments), DUE + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-365, "upcoming"),
        (-1, "upcoming"),
        (0, "due-today"),
        (1, "overdue-1-3"),
        (3, "overdue-1-3"),
        (4, "overdue-4-7"),
        (7, "overdue-4-7"),
        (8, "overdue-8-30"),
        (30, "overdue-8-30"),
        (31, "overdue-31-90"),
        (90, "overdue-31-90"),
        (91, "overdue-beyond-90"),
        (20_000, "overdue-beyond-90"),
    ],
)
def test_the_stage_follows_from_the_days_past_due(days, stage):
    assert stage_of(position(days)).id == stage


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (0, "due-today"),
        (1, "grace"),
        (5, "grace"),
        (6, "overdue-4-7"),
        (31, "overdue-31-90"),
    ],
)
def test_lateness_within_grace_is_a_stage_of_its_own(days, stage):
    assert stage_of(position(days, grace=5)).id == stage


def test_grace_longer_than_a_stage_holds_that_stage_off():
    assert stage_of(position(40, grace=40)).id == "grace"
    assert stage_of(position(41, grace=40)).id == "overdue-31-90"


@pytest.mark.parametrize("days", [-1, 0, 1, 100])
def test_a_loan_that_is_paid_is_settled_whatever_the_day(days):
    assert stage_of(position(days, paid="100")).id == "settled"


def test_a_loan_paid_in_part_is_not_settled():
    assert stage_of(position(4, paid="99.99")).id == "overdue-4-7"


def test_the_oldest_unpaid_installment_sets_the_stage():
    dues = (DUE - timedelta(days=31), DUE)
    assert stage_of(position(0, dues=dues)).id == "overdue-31-90"
    assert stage_of(position(0, dues=dues, paid="100")).id == "due-today"


def test_a_loan_with_only_later_installments_unpaid_is_upcoming():
    dues = (DUE, DUE + timedelta(days=31))
    assert stage_of(position(5, dues=dues, paid="100")).id == "upcoming"


def test_severities_are_ordered_and_known_by_name():
    assert Severity.INFO < Severity.WARNING < Severity.CRITICAL
    assert [Severity.parse(name) for name in ("info", "warning", "critical")] == list(Severity)
    with pytest.raises(KeyError):
        Severity.parse("dreadful")


def test_stages_get_no_milder_as_days_pass():
    severities = [stage_of(position(days)).severity for days in range(-10, 200)]
    assert severities == sorted(severities)
    assert {severities[9], severities[10], severities[14]} == set(Severity)


def test_being_settled_is_no_cause_for_alarm():
    assert stages()["settled"].severity is Severity.INFO


def test_every_day_past_due_belongs_to_exactly_one_stage():
    ranges = [stage for stage in stages().values() if stage.first_day is not None]
    assert ranges[0].first_day == 1
    for earlier, later in zip(ranges, ranges[1:], strict=False):
        assert later.first_day == earlier.last_day + 1
    assert ranges[-1].last_day is None


# ─── the data files ───────────────────────────────────────────────────────────────────────────


def test_the_topics_of_all_actions_together_are_one_to_twelve():
    topics = {topic for served in data("stages.toml")["actions"].values() for topic in served}
    assert topics == {f"S{number}" for number in range(1, 13)}


def test_every_action_serves_a_topic():
    assert all(data("stages.toml")["actions"].values())


def test_the_actions_of_the_stages_are_those_that_have_topics():
    used = {action for stage in stages().values() for action in stage.actions}
    assert used == set(data("stages.toml")["actions"])


def test_every_stage_has_more_to_advise_than_one_thing_and_none_twice():
    for stage in stages().values():
        assert len(stage.actions) >= 2
        assert len(set(stage.actions)) == len(stage.actions)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_has_words_for_exactly_the_actions_there_are(locale):
    assert set(actions(locale)) == set(data("stages.toml")["actions"])
    for text in actions(locale).values():
        assert set(text) == {"title", "detail"}
        assert text["title"].strip()
        assert text["detail"].strip()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_names_exactly_the_stages_there_are(locale):
    assert set(data(f"actions.{locale}.toml")["stages"]) == set(stages())
    assert all(stage_title(stage, locale).strip() for stage in stages().values())


def test_all_locales_put_the_same_variables_into_each_action():
    first, *others = LOCALES
    for key, texts in actions(first).items():
        for locale in others:
            for part in ("title", "detail"):
                assert variables(actions(locale)[key][part]) == variables(texts[part]), (key, part)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_header_of_a_locale_lists_every_variable(locale):
    text = resources.files("reminderd.playbook").joinpath("data", f"actions.{locale}.toml")
    header = "".join(line for line in text.read_text("utf-8").splitlines() if line[:1] == "#")
    used = {
        name
        for texts in actions(locale).values()
        for part in texts.values()
        for name in variables(part)
    }
    assert set(variables(header)) == used


@pytest.mark.parametrize("locale", LOCALES)
def test_the_first_action_of_each_unpaid_stage_names_the_sum_and_the_date(locale):
    for stage in stages().values():
        first = advice(stage, locale)[0]
        named = variables(first.title + first.detail)
        if stage.id == "settled":
            assert "next" in named
        else:
            assert {"amount", "due_date"} <= set(named), stage.id


@pytest.mark.parametrize("locale", LOCALES)
def test_advice_comes_in_the_order_of_the_stage(locale):
    for stage in stages().values():
        everything = {fact for named in data("stages.toml")["when"].values() for fact in named}
        found = [action.id for action in advice(stage, locale, everything)]
        assert found == list(stage.actions)


REQUESTS = {
    None: "ask-extension",
    RequestState.REQUESTED: "follow-up-extension",
    RequestState.REFUSED: "after-refusal",
}


@pytest.mark.parametrize("state", REQUESTS)
def test_what_is_advised_on_an_extension_follows_from_where_the_request_stands(state):
    late = position(5)
    request = None if state is None else Request(state, DUE + timedelta(days=2))
    asked = value(replace(late.loan, request=request), late.as_of)
    found = {action.id for action in advice(stage_of(asked), "en", facts(asked))}
    assert found & set(REQUESTS.values()) == {REQUESTS[state]}


def test_a_request_about_an_earlier_installment_does_not_bear_on_this_one():
    late = position(5)
    old = Request(RequestState.REFUSED, DUE - timedelta(days=32))
    assert facts(value(replace(late.loan, request=old), late.as_of)) == {"extension-none"}
    recent = Request(RequestState.REFUSED, DUE - timedelta(days=31))
    assert facts(value(replace(late.loan, request=recent), late.as_of)) == {"extension-refused"}


def test_a_cost_above_a_cap_is_something_to_ask_about():
    capped = LoanTerms(
        "CNY",
        listed=(Installment(DUE, 100_00, 0),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001")),
        caps=(Cap(CapMode.WARN, annual_rate=Decimal("0.24")),),
    )
    late = value(Loan("card", "Card", capped, "Asia/Shanghai"), DUE + timedelta(days=10))
    assert "ask-reduction" in [a.id for a in advice(stage_of(late), "en", facts(late))]


def test_a_day_that_cannot_be_met_any_more_is_not_advised_on_the_due_date():
    for locale in LOCALES:
        for action in advice(stages()["due-today"], locale)[1:]:
            assert "due_date" not in variables(action.title + action.detail), action.id


def test_advice_is_given_in_the_language_asked_for():
    stage = stages()["overdue-1-3"]
    assert advice(stage, "zh-CN")[0].title == "今天就还清{amount}"
    assert advice(stage, "en")[0].title == "Pay {amount} today"
