"""``letter``: written to the terminal, to a file or as JSON, with a word of caution beside it."""

import json

import pytest

KINDS = ("extension", "dispute", "settlement", "card-plan", "record-dispute", "call-script")
BORROWER = '[borrower]\nname = "Wang Fang"\npayday = 25\n'


@pytest.fixture
def config(config, write):
    """Add what is known of the borrower."""
    return write(config.read_text().replace("[channels", f"{BORROWER}[channels", 1))


@pytest.fixture
def letter(said, config):
    """Return a function that writes a letter about the card, with nothing to be careful about."""
    return lambda kind, *options: said("letter", "card", "--kind", kind, *options)


@pytest.fixture
def cautioned(call, config):
    """Return a function that writes a letter and returns it and what was said beside it."""

    def run(loan, kind, *options):
        result = call("letter", loan, "--kind", kind, *options)
        assert result.exit_code == 0, result.stderr
        return result.stdout, result.stderr.splitlines()

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_printed_with_the_figure_of_today(letter, kind):
    text = letter(kind)
    assert text.startswith("# ")
    assert "CN¥1,236.47" in text
    assert "Wang Fang" in text


def test_the_figure_may_be_that_of_another_day(letter):
    text = letter("extension", "--as-of", "2026-12-15")
    assert "CN¥1,240.17" in text
    assert text.endswith("Date: December 15, 2026\n")


def test_its_language_may_be_another(letter):
    assert letter("extension", "--locale", "zh-CN").startswith("# 延期（分期）还款申请书\n")


def test_a_page_is_printed_where_it_is_asked_for(letter):
    assert letter("extension", "--format", "html").startswith("<!doctype html>")


@pytest.mark.parametrize(("options", "form"), [((), "markdown"), (("--format", "html"), "html")])
def test_json_says_what_it_is_and_holds_it_whole(letter, options, form):
    told = json.loads(letter("settlement", "--json", *options))
    assert told == {"kind": "settlement", "format": form, "text": letter("settlement", *options)}


def test_payments_and_agreements_made_by_command_count(letter, call):
    call("pay", "card", "34", "--date", "2026-12-05")
    assert "CN¥1,202.40" in letter("extension")


# ─── Into a file ───


@pytest.mark.parametrize(
    ("name", "options", "page"),
    [
        ("ask.md", (), False),
        ("ask.html", (), True),
        ("ask.HTM", (), True),
        ("ask.html", ("--format", "markdown"), False),
        ("ask.txt", ("--format", "html"), True),
    ],
)
def test_a_file_gets_what_its_name_says_unless_told_otherwise(
    letter, tmp_path, name, options, page
):
    file = tmp_path / name
    assert letter("extension", "--output", str(file), *options) == f"written to {file}\n"
    form = "html" if page else "markdown"
    assert file.read_text("utf-8") == letter("extension", "--format", form)


def test_a_file_that_is_there_is_replaced_only_by_force(letter, refused, tmp_path):
    file = tmp_path / "ask.md"
    file.write_text("mine")
    arguments = ("extension", "--output", str(file))
    assert refused("letter", "card", "--kind", *arguments) == (
        2,
        f"{file} is there already (--force replaces it)",
    )
    assert file.read_text() == "mine"
    letter(*arguments, "--force")
    assert file.read_text("utf-8") == letter("extension")


def test_a_file_that_cannot_be_written_is_named(config, refused, tmp_path):
    file = tmp_path / "nowhere" / "ask.md"
    assert refused("letter", "card", "--kind", "extension", "--output", str(file)) == (
        1,
        f"{file} cannot be written: No such file or directory",
    )


def test_json_comes_beside_the_file(letter, tmp_path):
    file = tmp_path / "ask.html"
    told = json.loads(letter("extension", "--json", "--output", str(file)))
    assert (told["format"], told["text"]) == ("html", file.read_text("utf-8"))


# ─── The lender's figure ───


def test_a_dispute_looks_for_the_rule_behind_the_lenders_figure(letter):
    text = letter("dispute", "--amount", "1237.09")
    assert "| Yours is higher by | CN¥0.62 |" in text
    assert "the due date counts as a late day" in text


def test_a_figure_that_is_right_is_not_disputed(config, refused):
    code, sentence = refused("letter", "card", "--kind", "dispute", "--amount", "1236.47")
    assert code == 2
    assert sentence.startswith("CN¥1,236.47 is what your terms give: there is nothing to dispute.")


def test_a_figure_below_ours_is_better_left_alone(cautioned):
    text, cautions = cautioned("card", "dispute", "--amount", "1235.48")
    assert cautions == [
        "The lender's CN¥1,235.48 is less than the CN¥1,236.47 your terms give: "
        "disputing it may cost you money."
    ]
    assert "may cost you" not in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("extension", "--amount", "5"), "--amount goes with --kind dispute, not with extension"),
        (("dispute", "--amount", "much"), "'much' is not an amount (write \"1234.50\")"),
        (
            ("dispute", "--amount", "-5"),
            "-5 is less than nothing (write the figure as it stands there)",
        ),
    ],
)
def test_a_figure_that_makes_no_sense_is_refused(config, refused, options, sentence):
    assert refused("letter", "card", "--kind", *options) == (2, sentence)


# ─── Nothing to write ───


@pytest.mark.parametrize("kind", ["extension", "settlement", "card-plan", "call-script"])
def test_of_a_loan_that_is_paid_there_is_nothing_to_ask(config, call, refused, kind):
    call("pay", "card", "1236.47")
    assert refused("letter", "card", "--kind", kind) == (
        2,
        "nothing is to be paid on loan card (see `reminderd quote card`)",
    )


def test_that_a_loan_is_paid_can_be_disputed(letter, call):
    call("pay", "card", "1236.47")
    assert "fully repaid" in letter("dispute", "--amount", "12")


def test_with_nothing_overdue_there_is_nothing_to_settle(config, refused):
    code, sentence = refused("letter", "card", "--kind", "settlement", "--as-of", "2026-12-01")
    assert code == 2
    assert sentence.startswith("nothing on loan card has fallen due")


def test_a_misspelt_loan_is_named(config, refused):
    code, sentence = refused("letter", "crad", "--kind", "extension")
    assert code == 2
    assert sentence.endswith("(did you mean 'card'?)")


def test_the_kind_must_be_said(config, refused):
    code, sentence = refused("letter", "card")
    assert code == 2
    assert "call-script" in sentence


# ─── A word of caution, beside the letter and not in it ───


@pytest.mark.parametrize(
    ("state", "caution"),
    [
        (
            ("requested",),
            "You asked for an extension on Dec 9 and have no answer yet: follow that up instead. "
            "Asking again works against you.",
        ),
        (
            ("refused",),
            "Your request of Dec 9 was refused: asking again works against you. Talk about "
            "paying in parts instead (--kind call-script).",
        ),
        (
            ("approved", "--to", "2026-12-20"),
            "An extension was agreed on Dec 9: asking for another may not be granted and can work "
            "against you.",
        ),
    ],
)
def test_who_asked_already_is_told_that_asking_again_harms(cautioned, call, state, caution):
    assert cautioned("card", "extension")[1] == []
    call("extension", "card", *state)
    text, cautions = cautioned("card", "extension")
    assert cautions == [caution]
    assert caution not in text
    assert cautioned("card", "call-script")[1] == []


@pytest.mark.parametrize("kind", ["extension", "call-script"])
def test_who_offers_all_their_cash_is_told_so(cautioned, config, write, kind):
    write(config.read_text().replace("payday", 'cash = "500"\npayday'))
    text, cautions = cautioned("card", kind)
    assert "CN¥500.00" in text
    assert cautions == [
        "The proposal offers all the cash you entered, CN¥500.00, as a first payment. "
        "Lower it if you need part of it to live on."
    ]


@pytest.mark.parametrize(("cash", "enough"), [("1233.99", False), ("1234", True)])
def test_who_offers_more_than_they_have_is_told_so(cautioned, config, write, cash, enough):
    write(config.read_text().replace("payday", f'cash = "{cash}"\npayday'))
    _, cautions = cautioned("card", "settlement")
    assert bool(cautions) is not enough
    assert all("CN¥1,234.00 at once" in sentence for sentence in cautions)


def test_cautions_are_in_the_borrowers_language_whatever_the_letters(
    cautioned, call, config, write
):
    write(config.read_text().replace('"en"', '"zh-CN"'))
    call("extension", "card", "refused")
    text, cautions = cautioned("card", "extension", "--locale", "en")
    assert text.startswith("# Request")
    assert cautions == [
        "12月9日的延期申请已被拒：再次申请反而不利，请改谈分次还款（--kind call-script）。"
    ]


def test_writing_a_letter_changes_nothing(letter, state):
    letter("extension")
    assert not state.exists()


@pytest.mark.parametrize("name", ["ask.docx", "ask.PDF"])
def test_a_file_that_would_not_open_is_not_written(name, config, refused, tmp_path):
    code, sentence = refused(
        "letter", "card", "--kind", "extension", "--output", str(tmp_path / name)
    )
    assert code == 2
    assert "a letter is written as .md, .txt or .html" in sentence
    assert not (tmp_path / name).exists()
