"""A playbook of one's own changes what it names, adds what is new, and leaves the rest alone."""

import pytest

from reminderd.playbook.facts import NAMES, holds
from reminderd.playbook.own import gap, merged, variables_in
from reminderd.playbook.playbook import LOCALES, Severity, Stage, packaged

WORDS = {"title": "Breathe", "detail": "Then pay {amount}."}


def test_an_empty_one_changes_nothing():
    assert merged({}, packaged()) == packaged()


def test_a_known_stage_keeps_what_is_not_said():
    before = packaged().stages["overdue-4-7"]
    found = merged({"stages": {"overdue-4-7": {"severity": "info"}}}, packaged())
    assert found.stages["overdue-4-7"] == Stage(
        before.id, Severity.INFO, before.actions, before.first_day
    )
    assert found.texts == packaged().texts


def test_even_the_mildest_severity_is_taken_from_a_worse_one():
    own = {"stages": {"due-today": {"severity": "info"}}}
    assert merged(own, packaged()).stages["due-today"].severity is Severity.INFO


def test_a_new_stage_stands_where_its_days_are():
    own = {"stages": {"fortnight": {"from": 15, "severity": "critical", "actions": ["pay-now"]}}}
    found = merged(own, packaged())
    names = [stage.id for stage in found.overdue()]
    assert names[names.index("fortnight") - 1 :][:3] == [
        "overdue-8-30",
        "fortnight",
        "overdue-31-90",
    ]
    assert found.next_stage(8).id == "fortnight"


def test_the_stages_around_lateness_keep_their_places():
    own = {"stages": {"fortnight": {"from": 15, "severity": "critical", "actions": ["pay-now"]}}}
    before, after = list(packaged().stages), list(merged(own, packaged()).stages)
    assert [name for name in after if name != "fortnight"] == before


def test_a_stage_that_begins_later_comes_later():
    found = merged({"stages": {"overdue-4-7": {"from": 20}}}, packaged())
    assert [s.first_day for s in found.overdue()] == [1, 8, 20, 31, 91]


def test_a_known_actions_words_change_in_one_language_only():
    own = {"actions": {"pay-now": {"en": {"title": "Pay!"}}}}
    found, before = merged(own, packaged()), packaged()
    assert found.texts["en"]["actions"]["pay-now"] == {
        **before.texts["en"]["actions"]["pay-now"],
        "title": "Pay!",
    }
    assert found.texts["zh-CN"] == before.texts["zh-CN"]
    assert found.actions == before.actions


def test_a_known_actions_conditions_change_and_its_sources_stay():
    own = {"actions": {"pay-now": {"when": ["auto-debit-on"], "documents": []}}}
    found, before = merged(own, packaged()).actions["pay-now"], packaged().actions["pay-now"]
    assert found.when == ("auto-debit-on",)
    assert found.sources == before.sources != ()


@pytest.mark.parametrize("spoken", LOCALES)
def test_a_new_actions_words_in_one_language_serve_for_both(spoken):
    found = merged({"actions": {"breathe": {spoken: WORDS}}}, packaged())
    assert [found.texts[locale]["actions"]["breathe"] for locale in LOCALES] == [WORDS, WORDS]


def test_a_new_action_has_its_own_words_in_each_language_as_far_as_there_are_any():
    own = {"actions": {"breathe": {"en": WORDS, "zh-CN": {"title": "深呼吸"}}}}
    found = merged(own, packaged())
    assert found.texts["zh-CN"]["actions"]["breathe"] == {**WORDS, "title": "深呼吸"}
    assert found.texts["en"]["actions"]["breathe"] == WORDS


def test_a_new_stages_name_and_outlook_in_one_language_serve_for_both():
    stage = {"from": 15, "severity": "info", "actions": ["pay-now"]}
    own = {"stages": {"fortnight": {**stage, "en": "two weeks", "ahead": {"zh-CN": "两周"}}}}
    found = merged(own, packaged())
    made = found.stages["fortnight"]
    assert [found.stage_title(made, locale) for locale in LOCALES] == ["two weeks", "two weeks"]
    assert [found.outlook(made, locale) for locale in LOCALES] == ["两周", "两周"]


def test_a_new_document_is_to_be_had_ready():
    own = {
        "actions": {"pay-now": {"documents": ["passport"]}},
        "documents": {"passport": {"en": "your passport", "zh-CN": "护照"}},
    }
    found = merged(own, packaged())
    [pay, *_] = found.advice(found.stages["overdue-8-30"], "zh-CN")
    assert (pay.id, pay.documents) == ("pay-now", ("护照",))


def test_the_packaged_one_stays_as_it_was():
    before = packaged().texts["en"]["actions"]["pay-now"]["title"]
    merged({"actions": {"pay-now": {"en": {"title": "Pay!"}}}}, packaged())
    assert packaged().texts["en"]["actions"]["pay-now"]["title"] == before


def advising(*conditions):
    """Return a playbook with a stage whose actions have these conditions, and the stage."""
    actions = {f"a{number}": {"when": when} for number, when in enumerate(conditions)}
    stage = {"from": 15, "severity": "info", "actions": list(actions)}
    book = merged({"stages": {"s": stage}, "actions": actions}, packaged())
    return book, book.stages["s"]


@pytest.mark.parametrize(
    "conditions",
    [
        [[]],
        [["cash-short"], ["not-cash-short"]],
        [["cash-short"], []],
        [
            ["extension-none"],
            ["extension-requested"],
            ["extension-refused"],
            ["extension-approved"],
        ],
        [["auto-debit-on"], ["auto-debit-off"], ["not-auto-debit-on", "not-auto-debit-off"]],
        [["not-auto-debit-on"], ["not-auto-debit-off"]],  # it cannot be both
        [["not-extension-none"], ["not-extension-approved"]],
    ],
)
def test_a_stage_with_something_for_everyone_has_no_gap(conditions):
    assert gap(*advising(*conditions)) is None


@pytest.mark.parametrize(
    ("conditions", "facts"),
    [
        ([["cash-short"]], set()),
        ([["not-cash-short"]], {"cash-short"}),
        ([["extension-none"], ["extension-requested"]], {"extension-approved"}),
        ([["cash-short"], ["auto-debit-off"]], set()),
        ([["not-auto-debit-on"]], {"auto-debit-on"}),
        ([["cash-short", "legal-letter"], ["not-cash-short"]], {"cash-short"}),
    ],
)
def test_a_gap_is_told_by_the_facts_that_make_it(conditions, facts):
    book, stage = advising(*conditions)
    found = gap(book, stage)
    assert found == facts
    assert not any(holds(when, found) for when in conditions)


def test_where_nothing_is_known_something_has_to_apply_nevertheless():
    book, stage = advising(["extension-none"], ["not-extension-none"])
    assert gap(book, stage, known=False) is None
    book, stage = advising(["extension-none"], ["cash-short"])
    assert gap(book, stage, known=False) == set()


def test_every_fact_of_a_banks_loan_can_make_a_gap():
    for name in set(NAMES) - {"lender-person"}:
        assert gap(*advising([f"not-{name}"])) == {name}
    assert gap(*advising(["lender-person"])) == frozenset()


def test_where_only_a_person_lent_it_and_nothing_applies_the_first_action_stands():
    book, stage = packaged(), Stage("s", Severity.INFO, ("call-lender", "first-slip"))
    assert gap(book, stage) is None
    advice = book.advice(stage, "en", frozenset({"lender-person"}))
    assert [one.id for one in advice] == ["call-lender"]


def test_no_packaged_stage_has_a_gap():
    book = packaged()
    for stage in book.stages.values():
        assert gap(book, stage, known=not stage.id.startswith("routine-")) is None, stage.id


def test_variables_are_found_in_words():
    assert variables_in("Pay {amount} by {due_date}, {{so}} be it.") == ["amount", "due_date"]


@pytest.mark.parametrize("words", ["{", "}", "{}", "{0}", "{a b}", "{a!r}", "{a:>9}", "{a.b}"])
def test_a_brace_that_is_no_variable_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011  # the sentence is the reader's
        variables_in(words)
