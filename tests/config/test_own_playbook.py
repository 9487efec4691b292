"""A playbook of the borrower's own: what it changes, and every mistake in it by line and column."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.alerts import alert, routine, settling
from reminderd.alerts.misconfigured import misconfigured
from reminderd.config.load import load_file, load_text
from reminderd.config.own_playbook import read_playbook
from reminderd.config.playbook_tables import (
    ActionModel,
    OutlookModel,
    PlaybookModel,
    StageModel,
    TextModel,
    WordsModel,
)
from reminderd.errors import ConfigError
from reminderd.playbook.playbook import packaged

STAGE = '[stages.week-two]\nfrom = 8\nseverity = "critical"\nactions = ["call-lender"]\nen = "x"\n'
LATER = STAGE.replace("from = 8", "from = 15")


@pytest.fixture
def own(tmp_path):
    """Return a function that reads a playbook's text."""

    def read(text):
        (tmp_path / "playbook.toml").write_text(text)
        return read_playbook(tmp_path / "playbook.toml")

    return read


@pytest.fixture
def wrong(own, tmp_path):
    """Return a function that lists what is wrong with a playbook, as the user sees it."""

    def found(text):
        with pytest.raises(ConfigError) as caught:
            own(text)
        return [
            str(problem).removeprefix(f"{tmp_path}/playbook.toml:")
            for problem in caught.value.problems
        ]

    return found


def test_an_empty_playbook_is_the_packaged_one(own):
    assert own("# nothing yet\n") == packaged()


def test_what_the_file_says_is_laid_over_the_packaged_one(own):
    book = own(
        '[stages.fortnight]\nfrom = 15\nseverity = "critical"\n'
        'actions = ["breathe", "pay-now", "call-lender"]\nen = "two weeks"\nzh-CN = "两周"\n'
        'ahead = { en = "the lender will call your employer", zh-CN = "可能联系您的单位" }\n'
        '[actions.breathe]\nwhen = ["not-cash-short"]\ndocuments = ["passport"]\n'
        'en = { title = "Pay {amount}", detail = "Owed since {due_date}; {{sic}}" }\n'
        'zh-CN = { title = "还款{amount}", detail = "{due_date}起" }\n'
        '[actions.pay-now]\nzh-CN.title = "马上还{amount}"\n'
        '[documents.passport]\nen = "your passport"\nzh-CN = "护照"\n'
    )
    stage = book.stages["fortnight"]
    assert book.stage_title(stage, "zh-CN") == "两周"
    assert book.outlook(stage, "zh-CN") == "可能联系您的单位"
    first, second, _ = book.advice(stage, "zh-CN")
    assert (first.id, first.title, first.documents) == ("breathe", "还款{amount}", ("护照",))
    assert second.title == "马上还{amount}"


def test_a_configuration_uses_the_playbook_beside_it(tmp_path):
    (tmp_path / "mine.toml").write_text(STAGE.replace("from = 8", "from = 15"))
    (tmp_path / "config.toml").write_text('playbook = "mine.toml"\n')
    config = load_file(tmp_path / "config.toml")
    assert config.desk.playbook.stages["week-two"].first_day == 15
    assert config.policy.stage_eves == (3, 7, 14, 30, 90)


def test_mistakes_in_both_files_are_told_at_once_each_file_by_itself(tmp_path):
    (tmp_path / "mine.toml").write_text("[stages.overdue-4-7]\nactions = []\n")
    file = tmp_path / "config.toml"
    file.write_text('playbook = "mine.toml"\nlocale = "en"\ncurrency = "yuan"\n')
    with pytest.raises(ConfigError) as caught:
        load_file(file)
    assert [(Path(p.file).name, p.line) for p in caught.value.problems] == [
        ("config.toml", 3),
        ("mine.toml", 2),
    ]


def test_in_need_the_packaged_playbook_takes_the_place_of_a_broken_one(tmp_path):
    (tmp_path / "mine.toml").write_text("[stages.overdue-4-7]\nactions = []\n")
    text = 'playbook = "mine.toml"\n'
    config = load_text(text, tmp_path / "config.toml", in_need=True)
    assert config.desk.playbook == packaged()


def test_a_playbook_that_is_not_utf_8_is_refused_where_it_is_not(tmp_path):
    (tmp_path / "mine.toml").write_bytes("# \xe9".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"mine.toml:1:3: this is not UTF-8 text"):
        read_playbook(tmp_path / "mine.toml")


MISTAKES = {
    "an unknown section": (
        "§[stage.overdue-4-7]\n",
        "stage: unknown key (did you mean 'stages'?)",
    ),
    "a section like no other": (
        "§colour = 1\n",
        "colour: unknown key (remove it; docs/templates.md has them all)",
    ),
    "a misspelt key of a stage": (
        '[stages.overdue-4-7]\n§sevrity = "info"\n',
        "stages.overdue-4-7.sevrity: unknown key (did you mean 'severity'?)",
    ),
    "a misspelt key of an action's words": (
        '[actions.pay-now]\nen = { §titel = "Pay" }\n',
        "actions.pay-now.en.titel: unknown key (did you mean 'title'?)",
    ),
    "a language that there is none of": (
        '[documents.identity]\n§de = "Ausweis"\n',
        "documents.identity.de: unknown key (remove it; docs/templates.md has them all)",
    ),
    "a severity like no other": (
        '[stages.overdue-4-7]\nseverity = §"dire"\n',
        "stages.overdue-4-7.severity: 'dire' is not one of info, warning, critical",
    ),
    "a stage from before the due date": (
        "[stages.overdue-4-7]\nfrom = §0\n",
        "stages.overdue-4-7.from: 0 is out of bounds (write 1 or more)",
    ),
    "one action for a list": (
        '[stages.overdue-4-7]\nactions = §"pay-now"\n',
        "stages.overdue-4-7.actions: 'pay-now' is not a list in [brackets] "
        '(write actions = ["pay-now", "call-lender"])',
    ),
    "a text for words": (
        '[actions.pay-now]\nen = §"Pay"\n',
        "actions.pay-now.en: 'Pay' is not a table "
        '(write en = { title = "Pay {amount} now", detail = "In the app, under Repay." })',
    ),
    "a text for an action": (
        '[actions]\npay-now = §"Pay"\n',
        "actions.pay-now: 'Pay' is not a table "
        "(write [actions.my-action] on a line of its own, and its keys below)",
    ),
    "words that say nothing": (
        '[actions.pay-now]\nen.title = §" "\n',
        "actions.pay-now.en.title: says nothing (write the words, or remove the key)",
    ),
    "words over several lines": (
        '[actions.pay-now]\nen.title = §"one\\ntwo"\n',
        "actions.pay-now.en.title: 'one\\ntwo' is not one line of plain text "
        "(write it on one line)",
    ),
    "an unknown action in a stage": (
        '[stages.overdue-4-7]\nactions = ["pay-now", §"cal-lender"]\n',
        "stages.overdue-4-7.actions[1]: there is no action 'cal-lender' "
        "(did you mean 'call-lender'?)",
    ),
    "an action like no other in a stage": (
        '[stages.overdue-4-7]\nactions = ["pay-now", §"zzz"]\n',
        "stages.overdue-4-7.actions[1]: there is no action 'zzz' (docs/playbook.md has them all)",
    ),
    "the same action twice in a stage": (
        '[stages.overdue-4-7]\nactions = ["pay-now", "call-lender", §"pay-now"]\n',
        "stages.overdue-4-7.actions[2]: is there already (remove one of the two)",
    ),
    "a stage without actions": (
        "[stages.overdue-4-7]\nactions = §[]\n",
        'stages.overdue-4-7.actions: is empty (write actions = ["pay-now", "call-lender"])',
    ),
    "a misspelt stage": (
        '§[stages.overdue-4-8]\nseverity = "info"\n',
        'stages.overdue-4-8: is a new stage and lacks from, actions, en = "…" '
        "(add what it lacks) (did you mean 'overdue-4-7'?)",
    ),
    "a new stage without a name": (
        '§[stages.week-two]\nfrom = 15\nseverity = "critical"\nactions = ["pay-now"]\n',
        'stages.week-two: is a new stage and lacks en = "…" (add what it lacks)',
    ),
    "a new stage called like a message": (
        LATER.replace("[stages.week-two]", "§[stages.due-15]"),
        "stages.due-15: 'due-15' cannot be a new stage's name (write one as [stages.week-two])",
    ),
    "a new stage of two words": (
        LATER.replace("[stages.week-two]", '§[stages."week two"]'),
        "stages.week two: 'week two' cannot be a new stage's name (write one as [stages.week-two])",
    ),
    "a day for a stage that is no lateness": (
        "[stages.settled]\n§from = 3\n",
        "stages.settled.from: settled is no stage of lateness (remove from: its day is fixed)",
    ),
    "two stages from the same day": (
        STAGE.replace("from = 8", "from = §8"),
        "stages.week-two.from: 8 is where overdue-8-30 begins too (choose another day)",
    ),
    "no stage for the first day": (
        "[stages.overdue-1-3]\nfrom = §2\n",
        "stages.overdue-1-3.from: 2 leaves days before it without a stage (write from = 1)",
    ),
    "an outlook of nothing": (
        "[stages.overdue-4-7]\n§ahead = {}\n",
        'stages.overdue-4-7.ahead: says nothing (add en = "…", or zh-CN = "…")',
    ),
    "a variable in a stage's name": (
        '[stages.overdue-4-7]\nen = §"{days} late"\n',
        "stages.overdue-4-7.en: holds a brace (write words only: variables are for actions)",
    ),
    "a variable in an outlook": (
        '[stages.overdue-4-7]\nahead = { en = §"{days} late" }\n',
        "stages.overdue-4-7.ahead.en: holds a brace (write words only: variables are for actions)",
    ),
    "a variable in a document": (
        '[documents.identity]\nen = §"card of {loan}"\n',
        "documents.identity.en: holds a brace (write words only: variables are for actions)",
    ),
    "a new document without words": (
        "§[documents.passport]\n",
        'documents.passport: has no words (add en = "…", or zh-CN = "…")',
    ),
    "a misspelt condition": (
        '[actions.pay-now]\nwhen = [§"cash-shrt"]\n',
        "actions.pay-now.when[0]: there is no condition 'cash-shrt' (did you mean 'cash-short'?)",
    ),
    "a misspelt condition turned round": (
        '[actions.pay-now]\nwhen = [§"not-cash-shrt"]\n',
        "actions.pay-now.when[0]: there is no condition 'not-cash-shrt' "
        "(did you mean 'not-cash-short'?)",
    ),
    "a condition like no other": (
        '[actions.pay-now]\nwhen = [§"rain"]\n',
        "actions.pay-now.when[0]: there is no condition 'rain' (docs/templates.md has them all)",
    ),
    "a misspelt document": (
        '[actions.pay-now]\ndocuments = ["contract", §"identiy"]\n',
        "actions.pay-now.documents[1]: there is no document 'identiy' (there are: identity, "
        "income, bank-statements, hardship, repayment-plan, contract, payment-record, "
        "request-copy, extension-confirmation, legal-letter, proof-of-payment) "
        "(did you mean 'identity'?)",
    ),
    "a misspelt action": (
        '§[actions.pay-nwo]\nwhen = ["cash-short"]\n',
        "actions.pay-nwo: is a new action and lacks its title and detail "
        '(add en = { title = "…", detail = "…" }) (did you mean \'pay-now\'?)',
    ),
    "a new action without a detail": (
        '§[actions.breathe]\nen.title = "Breathe"\n',
        "actions.breathe: is a new action and lacks its detail "
        '(add en = { title = "…", detail = "…" })',
    ),
    "a misspelt variable": (
        '[actions.pay-now]\nen.detail = §"Pay {amont}."\n',
        "actions.pay-now.en.detail: there is no variable {amont} (did you mean 'amount'?)",
    ),
    "a variable like no other": (
        '[actions.pay-now]\nzh-CN.detail = §"{sun}"\n',
        "actions.pay-now.zh-CN.detail: there is no variable {sun} (docs/templates.md has them all)",
    ),
    "a brace that is never closed": (
        '[actions.pay-now]\nen.detail = §"Pay {amount."\n',
        "actions.pay-now.en.detail: has a brace that is no variable "
        "(write {amount}, or {{ for a brace)",
    ),
    "a brace that looks for more": (
        '[actions.pay-now]\nen.detail = §"Pay {amount:>{days}}."\n',
        "actions.pay-now.en.detail: has a brace that is no variable "
        "(write {amount}, or {{ for a brace)",
    ),
    "a fund's figure about a loan": (
        '[actions.pay-now]\nen.detail = §"You saved {saved}."\n',
        "actions.pay-now.en.detail: {saved} of pay-now means nothing in "
        "overdue-1-3 (advise it elsewhere)",
    ),
    "a loan's action in a routine": (
        '[stages.routine-fund]\nactions = [§"keep-proof"]\n',
        "stages.routine-fund.actions[0]: {loan} of keep-proof means nothing in "
        "routine-fund (advise it elsewhere)",
    ),
    "a stage that sometimes advises nothing": (
        '[stages.overdue-4-7]\nactions = §["ask-extension", "follow-up-extension"]\n',
        "stages.overdue-4-7.actions: overdue-4-7 advises nothing where extension-approved "
        "(add an action without when)",
    ),
    "a stage that advises nothing unless something holds": (
        '[stages.overdue-4-7]\nactions = §["pay-part"]\n',
        "stages.overdue-4-7.actions: overdue-4-7 advises nothing where none of its conditions "
        "holds (add an action without when)",
    ),
    "a condition that leaves a packaged stage without advice": (
        '[actions.record-lapses]\nwhen = §["not-legal-letter"]\n',
        "actions.record-lapses.when: cured-record-lapses advises nothing where legal-letter "
        "(add an action without when)",
    ),
    "a routine's action with a condition that nobody can know of": (
        '[actions.keep-watching]\nwhen = §["extension-none"]\n',
        "actions.keep-watching.when: routine-alive advises nothing where none of its conditions "
        "holds (add an action without when)",
    ),
    "a text without quotes": (
        "[stages.overdue-4-7]\nseverity = §critical\n",
        'critical cannot be read (a text needs quotes: "critical")',
    ),
    "a heading that cannot be read": (
        '§[[actions.pay-now]\nen.title = "Pay"\n',
        "this heading cannot be read (write [actions.pay-now])",
    ),
    "a heading of nothing": (
        "§[zzz\n",
        "this is not a heading (write [stages.NAME], [actions.NAME] or [documents.NAME])",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_where_it_is_with_what_to_write_instead(mistake, wrong, pointed):
    marked, sentence = MISTAKES[mistake]
    text, [place] = pointed(marked)
    assert wrong(text) == [f"{place}: {sentence}"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_no_sentence_speaks_of_python_or_pydantic(mistake, wrong, pointed):
    text, _ = pointed(MISTAKES[mistake][0])
    found = "\n".join(wrong(text))
    for jargon in ("nput should", "{'", "Error", "None", "()", "value_", "Model"):
        assert jargon not in found


def test_all_mistakes_are_listed_at_once_in_the_order_of_the_file(wrong, pointed):
    text, places = pointed(
        '[stages.overdue-4-7]\nseverity = §"dire"\n'
        '[stages.overdue-8-30]\nactions = [§"pay"]\n'
        '[actions.pay-now]\nwhen = [§"rain"]\nen = { title = §"{x}", detail = §"{" }\n'
        "§[documents.new]\n§[actions.new]\n"
    )
    assert [problem.split(": ")[0] for problem in wrong(text)] == places


def test_a_torn_line_is_told_once_and_not_as_something_missing(wrong):
    [only] = wrong('[stages.week-two]\nfrom = 15\nseverity = "info"\nactions = [\nen = "x"\n')
    assert only.startswith("4:11: this [ is never closed")


def test_a_stage_may_advise_an_action_that_is_wrong_elsewhere(wrong):
    [only] = wrong(f'{LATER}[actions.breathe]\nen.title = "x"\n'.replace("call-lender", "breathe"))
    assert "lacks its detail" in only


def test_an_action_may_stand_where_its_figures_are_known(own):
    book = own('[actions.save-for-emergencies]\nen.detail = "{saved} of {target}"\n')
    words = book.texts["en"]["actions"]["save-for-emergencies"]
    assert words["detail"] == "{saved} of {target}"


# Every milestone there is: those with a name, and one of each kind that is numbered.
MILESTONES = {
    *(
        name
        for module in (alert, settling, routine)
        for key, name in vars(module).items()
        if key.isupper() and not key.startswith("_") and isinstance(name, str)
    ),
    *(alert.milestone(offset) for offset in (-3, 0, 4)),
    alert.debit_milestone(1),
    alert.unreachable(7, 1),
    misconfigured(["line 1: broken"], datetime(2026, 11, 26, tzinfo=UTC), "UTC").milestone,
}


@pytest.mark.parametrize("name", sorted(MILESTONES - set(packaged().stages)))
def test_no_new_stage_is_called_like_a_milestone(name, wrong):
    [problem] = wrong(LATER.replace("week-two", f'"{name}"'))
    refusal = f"'{name}' cannot be a new stage's name (write one as [stages.week-two])"
    assert problem.endswith(refusal)


def test_each_key_shows_how_it_is_written():
    models = [PlaybookModel, StageModel, ActionModel, TextModel, OutlookModel, WordsModel]
    fields = [field for model in models for field in model.model_fields.values()]
    assert all(field.description and field.examples for field in fields)


PIECES = st.sampled_from(
    [
        *"[]{}=.,#\"'\n §",
        "[stages.overdue-4-7]\n",
        "[stages.x]\n",
        "[actions.pay-now]\n",
        "[documents.x]\n",
        'actions = ["pay-now"]\n',
        "from = 3\n",
        'severity = "info"\n',
        'en = "x"\n',
        'en = { title = "{amount}", detail = "{" }\n',
        'when = ["cash-short"]\n',
        'ahead = { en = "x" }\n',
        'documents = ["x"]\n',
    ]
)


@settings(deadline=None, max_examples=200)
@given(text=st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_any_text_is_a_playbook_or_is_refused_in_sentences(text, tmp_path_factory):
    file = tmp_path_factory.mktemp("own") / "playbook.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert read_playbook(file).stages["settled"]
    except ConfigError as error:
        for problem in error.problems:
            assert problem.message
            assert "\n" not in str(problem)
