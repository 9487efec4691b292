"""Which stage a position is in, and what there is to do in each, in every language."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from itertools import product

import pytest

from reminderd.loans.charges import Cap, CapMode
from reminderd.loans.position import value
from reminderd.loans.terms import (
    Installment,
    Lender,
    Loan,
    LoanTerms,
    Payment,
    Penalty,
    PenaltyRule,
    Request,
    RequestState,
)
from reminderd.playbook.facts import NAMES, bare, facts, holds, is_known
from reminderd.playbook.own import gap, variables_in
from reminderd.playbook.playbook import LOCALES, Severity, packaged

DUE = date(2026, 12, 5)
BOOK = packaged()


def data(name):
    folder = resources.files("reminderd.playbook").joinpath("data")
    return tomllib.loads(folder.joinpath(name).read_text("utf-8"))


def actions(locale):
    return data(f"actions.{locale}.toml")["actions"]


def variables(text):
    return sorted(variables_in(text))


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
    assert BOOK.stage_of(position(days)).id == stage


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
    assert BOOK.stage_of(position(days, grace=5)).id == stage


def test_grace_longer_than_a_stage_holds_that_stage_off():
    assert BOOK.stage_of(position(40, grace=40)).id == "grace"
    assert BOOK.stage_of(position(41, grace=40)).id == "overdue-31-90"


@pytest.mark.parametrize("days", [-1, 0, 1, 100])
def test_a_loan_that_is_paid_is_settled_whatever_the_day(days):
    assert BOOK.stage_of(position(days, paid="100")).id == "settled"


def test_a_loan_paid_in_part_is_not_settled():
    assert BOOK.stage_of(position(4, paid="99.99")).id == "overdue-4-7"


def test_the_oldest_unpaid_installment_sets_the_stage():
    dues = (DUE - timedelta(days=31), DUE)
    assert BOOK.stage_of(position(0, dues=dues)).id == "overdue-31-90"
    assert BOOK.stage_of(position(0, dues=dues, paid="100")).id == "due-today"


def test_a_loan_with_only_later_installments_unpaid_is_upcoming():
    dues = (DUE, DUE + timedelta(days=31))
    assert BOOK.stage_of(position(5, dues=dues, paid="100")).id == "upcoming"


def test_severities_are_ordered_and_known_by_name():
    assert Severity.INFO < Severity.WARNING < Severity.CRITICAL
    assert [Severity.parse(name) for name in ("info", "warning", "critical")] == list(Severity)
    with pytest.raises(KeyError):
        Severity.parse("dreadful")


def test_stages_get_no_milder_as_days_pass():
    severities = [BOOK.stage_of(position(days)).severity for days in range(-10, 200)]
    assert severities == sorted(severities)
    assert {severities[9], severities[10], severities[14]} == set(Severity)


def test_being_settled_is_no_cause_for_alarm():
    assert BOOK.stages["settled"].severity is Severity.INFO


def test_the_stages_of_lateness_begin_one_after_the_other_from_the_first_day_on():
    first_days = [stage.first_day for stage in BOOK.overdue()]
    assert first_days == [1, 4, 8, 31, 91]


def test_the_next_stage_is_the_nearest_worse_one():
    found = {days: BOOK.next_stage(days) for days in (0, 3, 4, 30, 90, 91, 1000)}
    assert {days: stage and stage.id for days, stage in found.items()} == {
        0: "overdue-1-3",
        3: "overdue-4-7",
        4: "overdue-8-30",
        30: "overdue-31-90",
        90: "overdue-beyond-90",
        91: None,
        1000: None,
    }


# ─── the data files ───────────────────────────────────────────────────────────────────────────


def test_the_topics_of_all_actions_together_are_one_to_thirteen():
    topics = {topic for action in BOOK.actions.values() for topic in action.sources}
    assert topics == {f"S{number}" for number in range(1, 14)}


def test_every_action_serves_a_topic():
    assert all(action.sources for action in BOOK.actions.values())


def test_the_actions_of_the_stages_are_all_that_there_are():
    used = {action for stage in BOOK.stages.values() for action in stage.actions}
    assert used == set(BOOK.actions)


def test_no_stage_advises_a_thing_twice():
    for stage in BOOK.stages.values():
        assert len(set(stage.actions)) == len(stage.actions)


def test_every_condition_is_one_that_there_is_and_every_one_is_asked_for():
    asked = [name for action in BOOK.actions.values() for name in action.when]
    outlooks = BOOK.texts["en"]["ahead"].values()
    asked += [key for said in outlooks if isinstance(said, dict) for key in said]
    asked.remove("otherwise")
    assert all(is_known(name) for name in asked)
    assert {bare(name) for name in asked} == set(NAMES)


@pytest.mark.parametrize("stage", BOOK.stages)
def test_whatever_holds_of_a_persons_loan_a_stage_has_something_to_advise(stage):
    conditions = [BOOK.actions[key].when for key in BOOK.stages[stage].actions]
    asked = sorted({bare(name) for when in conditions for name in when} - {"lender-person"})
    for some in product([False, True], repeat=len(asked)):
        known = {"lender-person", *(name for name, so in zip(asked, some, strict=True) if so)}
        if not {"reported-soon", "bureau-cn", "bureau-us"} & known:
            assert any(holds(when, known) for when in conditions), known


def test_a_persons_loan_is_never_critical():
    for days in (4, 40, 400):
        late = position(days)
        lent = replace(late.loan, lender=Lender.PERSON)
        assert BOOK.stage_of(late).severity is Severity.CRITICAL
        assert BOOK.stage_of(value(lent, late.as_of)).severity is Severity.WARNING


def test_the_words_on_what_is_ahead_are_about_the_same_facts_in_each_locale():
    facts = [
        {stage: [*said] if isinstance(said, dict) else [] for stage, said in texts["ahead"].items()}
        for texts in BOOK.texts.values()
    ]
    assert facts[0] == facts[1]


@pytest.mark.parametrize("stage", BOOK.stages)
def test_whatever_holds_a_stage_has_something_to_advise(stage):
    missing = gap(BOOK, BOOK.stages[stage])
    assert missing is None, f"nothing to advise where {set(missing)} hold"


def test_no_two_actions_have_the_same_title():
    for locale in LOCALES:
        titles = [texts["title"] for texts in actions(locale).values()]
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_has_words_for_exactly_the_actions_there_are(locale):
    assert set(actions(locale)) == set(BOOK.actions)
    for text in actions(locale).values():
        assert set(text) == {"title", "detail"}
        assert text["title"].strip()
        assert text["detail"].strip()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_names_exactly_the_stages_there_are(locale):
    assert set(data(f"actions.{locale}.toml")["stages"]) == set(BOOK.stages)
    assert all(BOOK.stage_title(stage, locale).strip() for stage in BOOK.stages.values())


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
def test_a_locale_has_words_for_exactly_the_documents_there_are(locale):
    named = {name for action in BOOK.actions.values() for name in action.documents}
    said = data(f"actions.{locale}.toml")["documents"]
    assert set(said) == named
    assert all(text.strip() for text in said.values())


@pytest.mark.parametrize("locale", LOCALES)
def test_a_locale_says_what_each_stage_of_lateness_but_the_first_brings(locale):
    _, *later = BOOK.overdue()
    assert set(data(f"actions.{locale}.toml")["ahead"]) == {stage.id for stage in later}
    assert all(BOOK.outlook(stage, locale) for stage in later)
    assert BOOK.outlook(BOOK.stages["upcoming"], locale) is None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("known", [{"cash-short"}, {"auto-debit-on"}, {"legal-letter"}, set()])
def test_the_first_action_of_each_unpaid_stage_names_the_sum_or_what_is_missing(locale, known):
    for stage in BOOK.stages.values():
        if stage.first_day is None and stage.id not in {"upcoming", "due-today", "grace"}:
            continue
        first = BOOK.advice(stage, locale, known)[0]
        named = {"amount", "asked", "shortfall"} & set(variables(first.title + first.detail))
        assert named, stage.id


@pytest.mark.parametrize("locale", LOCALES)
def test_the_good_news_names_what_comes_next(locale):
    first = BOOK.advice(BOOK.stages["settled"], locale)[0]
    assert "next" in variables(first.title + first.detail)


@pytest.mark.parametrize("locale", LOCALES)
def test_advice_comes_in_the_order_of_the_stage(locale):
    for stage in BOOK.stages.values():
        for known in (frozenset(), frozenset(NAMES)):
            found = [action.id for action in BOOK.advice(stage, locale, known)]
            assert found == [key for key in stage.actions if key in found]


@pytest.mark.parametrize("every", [1, 2, 7, 15])
def test_the_first_action_stays_and_the_others_take_turns(every):
    stage = BOOK.stages["overdue-4-7"]
    known = {"extension-none", "first-overdue", "reported-soon"}
    turns = [
        [action.id for action in BOOK.advice(stage, "en", known, every * number)]
        for number in range(40)
    ]
    (first,) = {turn[0] for turn in turns}
    assert first == stage.actions[0]
    assert all(sorted(turn) == sorted(turns[0]) for turn in turns)
    for before, after in zip(turns, turns[1:], strict=False):
        assert before != after
    assert {turn[1] for turn in turns} == {*turns[0][1:]}


def test_documents_come_in_the_words_of_the_locale():
    stage, known = BOOK.stages["overdue-4-7"], {"extension-none"}
    said = {
        locale: next(a for a in BOOK.advice(stage, locale, known) if a.id == "ask-extension")
        for locale in LOCALES
    }
    assert said["en"].documents[0] == "identity card"
    assert said["zh-CN"].documents[0] == "身份证"
    assert len(said["en"].documents) == len(said["zh-CN"].documents) == 5


REQUESTS = {
    None: "ask-extension",
    RequestState.REQUESTED: "follow-up-extension",
    RequestState.REFUSED: "after-refusal",
}


@pytest.mark.parametrize("state", REQUESTS)
@pytest.mark.parametrize("days", [5, 10])
def test_what_is_advised_on_an_extension_follows_from_where_the_request_stands(state, days):
    late = position(days)
    requests = () if state is None else (Request(state, DUE + timedelta(days=2)),)
    asked = value(replace(late.loan, requests=requests), late.as_of)
    found = {action.id for action in BOOK.advice(BOOK.stage_of(asked), "en", facts(asked))}
    assert found & set(REQUESTS.values()) == {REQUESTS[state]}


def test_nowhere_is_a_refused_request_advised_again():
    known = {"extension-refused", *(name for name in NAMES if not name.startswith("extension-"))}
    for stage in BOOK.stages.values():
        assert "ask-extension" not in {action.id for action in BOOK.advice(stage, "en", known)}


def test_nowhere_is_it_advised_to_turn_on_auto_debit_where_it_is_on_or_nobody_knows():
    for known in ({"auto-debit-on"}, set()):
        for stage in BOOK.stages.values():
            found = {action.id for action in BOOK.advice(stage, "en", known)}
            assert "turn-on-auto-debit" not in found


def test_auto_debit_that_is_off_is_advised_to_be_turned_on():
    found = [a.id for a in BOOK.advice(BOOK.stages["upcoming"], "en", {"auto-debit-off"})]
    assert "turn-on-auto-debit" in found
    assert "fund-debit-account" not in found


def test_a_legal_letter_comes_before_everything_else():
    for name in ("overdue-31-90", "overdue-beyond-90"):
        first = BOOK.advice(BOOK.stages[name], "en", {"legal-letter"})[0]
        assert first.id == "answer-legal-letter"
        assert "get-legal-help" not in {
            action.id for action in BOOK.advice(BOOK.stages[name], "en", {"legal-letter"})
        }


def test_a_cost_above_a_cap_is_something_to_ask_about():
    capped = LoanTerms(
        "CNY",
        listed=(Installment(DUE, 100_00, 0),),
        penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.001")),
        caps=(Cap(CapMode.WARN, annual_rate=Decimal("0.24")),),
    )
    late = value(Loan("card", "Card", capped, "Asia/Shanghai"), DUE + timedelta(days=10))
    assert "ask-reduction" in [a.id for a in BOOK.advice(BOOK.stage_of(late), "en", facts(late))]


def test_a_day_that_cannot_be_met_any_more_is_not_advised_on_the_due_date():
    for locale in LOCALES:
        for action in BOOK.advice(BOOK.stages["due-today"], locale)[1:]:
            assert "due_date" not in variables(action.title + action.detail), action.id


def test_advice_is_given_in_the_language_asked_for():
    stage = BOOK.stages["overdue-1-3"]
    assert BOOK.advice(stage, "zh-CN")[0].title == "今天就还清{amount}"
    assert BOOK.advice(stage, "en")[0].title == "Pay {amount} today"
