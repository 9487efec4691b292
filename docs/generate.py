"""Write ``docs/playbook.md``; by ``reference.py`` ``docs/reference.md``; a table in channels.md.

    python docs/generate.py

The playbook's page says what the program tells a borrower when, and which topic that serves.
Stages, actions and words come from the playbook as packaged. What commands do about a topic, and
what the conditions mean, is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reminderd.playbook.playbook import LOCALES, Action, Playbook, Stage, packaged

PAGE = Path(__file__).parent / "playbook.md"
ZH, EN = LOCALES


@dataclass(frozen=True)
class Topic:
    """Something a borrower has to know about, and what commands do about it beside messages."""

    english: str
    chinese: str
    commands: Mapping[str, str]


TOPICS = {
    "S1": Topic(
        "The due date, reminders, auto-debit",
        "还款日、提醒、自动扣款",
        {"run": "reminds before the due date and on it", "preview": "shows what will go when"},
    ),
    "S2": Topic(
        "Interest and penalty while overdue",
        "逾期利息与罚息",
        {"quote": "works them out as of any day, step by step with `--explain`"},
    ),
    "S3": Topic(
        "Other fees, and having them dropped",
        "其他费用与减免",
        {"letter": "`--kind settlement` asks for a waiver", "waive": "records it"},
    ),
    "S4": Topic(
        "Settling at once",
        "尽快结清",
        {"quote": "says what pays it off, today or later", "pay": "records the payment"},
    ),
    "S5": Topic(
        "Talking to the lender",
        "联系客服沟通",
        {"letter": "`--kind call-script` says what to say and to ask"},
    ),
    "S6": Topic(
        "An extension, or installments",
        "申请延期或分期",
        {
            "letter": "`--kind extension` asks for it, `--kind card-plan` where it is a card",
            "extension": "keeps track of the request; once approved, the schedule follows",
        },
    ),
    "S7": Topic(
        "Four days overdue",
        "逾期满4天",
        {"status": "says how late each loan is"},
    ),
    "S8": Topic(
        "Finding and dividing the money",
        "筹措与安排资金",
        {
            "plan": "says what to pay first of the cash; `--monthly` looks ahead to debt-free",
            "quote": "`--pay` tries a payment out",
        },
    ),
    "S9": Topic(
        "Collection",
        "催收",
        {
            "reconcile": "finds out how the lender came to a figure",
            "letter": "`--kind dispute` asks for its derivation",
        },
    ),
    "S10": Topic(
        "Lawsuit and legal help",
        "诉讼与法律援助",
        {
            "quote": "`--explain` derives the sum for a lawyer or a court",
            "letter": "`--kind settlement` offers a settlement",
        },
    ),
    "S11": Topic(
        "The credit record",
        "征信记录",
        {
            "preview": "shows the warnings before it is reported, and the day the entry lapses",
            "letter": "`--kind record-dispute` asks to put a wrong entry right",
        },
    ),
    "S12": Topic(
        "After settling: limit and record",
        "还清之后：额度与信用修复",
        {"pay": "records the payment, and what follows upon settling is scheduled"},
    ),
    "S13": Topic(
        "Prevention: statements, credit report, savings",
        "预防：账单、信用报告、备用金",
        {"preview": "shows the routine reminders, which `[routine]` turns on"},
    ),
}

CONDITIONS = {
    "first-overdue": "no earlier installment was late",
    "was-late": "it was overdue once, beyond grace, and is not any more",
    "extension-none": "no extension was asked for",
    "extension-requested": "a request for an extension has no answer yet",
    "extension-approved": "an extension was approved",
    "extension-refused": "a request for an extension was refused",
    "auto-debit-on": "auto-debit is on",
    "auto-debit-off": "auto-debit is off",
    "debit-tried": "it is due today, and the lender has made every try to debit it",
    "cash-short": "the cash at hand does not reach for the sum to pay",
    "several-overdue": "another loan is overdue too",
    "cap-exceeded": "being late costs more than a cap allows",
    "legal-letter": "a court's or lawyer's letter came",
    "lender-person": "a person lent it, no bank",
    "bureau-cn": "a lender reports it to China's credit bureau: the loan is in CNY",
    "bureau-us": "a lender reports it to the bureaus of the United States: the loan is in USD",
    "reported-any-day": "it is overdue in CNY, and the day from which it is reported is not known",
    "reported-soon": "it is overdue, and may be reported any day or within thirty days",
    "bill-unknown": "the next bill's sum is not recorded",
}

_HEAD = """\
# The playbook

What reminderd tells a borrower, and when. This page is written by `python docs/generate.py` from \
the program's own data: `reminderd/playbook/data/`. A playbook of your own can change and add to it.
"""


def page(playbook: Playbook) -> str:
    """Return the page; ValueError where a topic has no action, or a condition no meaning."""
    return "\n".join([_HEAD, *_topics(playbook), *_stages(playbook), *_conditions(playbook)])


def _topics(playbook: Playbook) -> Iterator[str]:
    yield "## Topics\n"
    yield "What a borrower in difficulty has to know, and where each topic is dealt with.\n"
    yield "| # | Topic | 主题 | In stages | Actions | Commands |"
    yield "|---|---|---|---|---|---|"
    for key, topic in TOPICS.items():
        actions = [action.id for action in playbook.actions.values() if key in action.sources]
        if not actions:
            raise ValueError(f"no action serves topic {key}")
        stages = [stage.id for stage in playbook.stages.values() if {*actions} & {*stage.actions}]
        commands = [f"`{name}` {does}" for name, does in topic.commands.items()]
        cells = (_codes(stages), _codes(actions), "; ".join(commands))
        yield f"| {key} | {topic.english} | {topic.chinese} | {' | '.join(cells)} |"


def _stages(playbook: Playbook) -> Iterator[str]:
    yield "\n## Stages\n"
    yield "Days are those past due. The first action that applies stands in every message; the"
    yield "others take turns to follow it. Words in braces are filled in when a message is written."
    for stage in playbook.stages.values():
        names = (playbook.stage_title(stage, locale) for locale in (EN, ZH))
        yield f"\n### {' · '.join(names)}\n"
        first = "" if stage.first_day is None else f", from day {stage.first_day}"
        yield f"`{stage.id}`, {stage.severity.name.lower()}{first}"
        for fact in ("", "reported-any-day"):
            ahead, chinese = (playbook.outlook(stage, locale, {fact}) for locale in (EN, ZH))
            if ahead and (not fact or ahead != playbook.outlook(stage, EN)):
                where = f", where `{fact}`" if fact else ""
                yield f"\nBefore it begins{where}: “{ahead}”, “{chinese}”"
        yield "\n| | Action | What it says | 中文 | Where | Have ready |"
        yield "|---|---|---|---|---|---|"
        yield from _actions(playbook, stage)


def _actions(playbook: Playbook, stage: Stage) -> Iterator[str]:
    for number, key in enumerate(stage.actions, 1):
        action = playbook.actions[key]
        titles = (playbook.texts[locale]["actions"][key]["title"] for locale in (EN, ZH))
        said = " | ".join(titles)
        when, ready = _codes(action.when), _documents(playbook, action)
        yield f"| {number} | `{key}` | {said} | {when} | {ready} |"


def _documents(playbook: Playbook, action: Action) -> str:
    words = [playbook.texts[locale]["documents"] for locale in (EN, ZH)]
    return "<br>".join(" · ".join(said[name] for said in words) for name in action.documents)


def _conditions(playbook: Playbook) -> Iterator[str]:
    yield "\n## Where an action applies\n"
    yield "`not-` before a name: where that does not hold.\n"
    yield "| Condition | Holds where |"
    yield "|---|---|"
    for name, meaning in CONDITIONS.items():
        yield f"| `{name}` | {meaning} |"
    asked = {name.removeprefix("not-") for a in playbook.actions.values() for name in a.when}
    if unknown := asked - set(CONDITIONS):
        raise ValueError(f"no meaning is written for {', '.join(sorted(unknown))}")
    yield ""


def _codes(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    import outcomes
    import reference

    channels = PAGE.with_name("channels.md")
    channels.write_text(outcomes.with_table(channels.read_text("utf-8")), "utf-8")
    reference.PAGE.write_text(reference.page(), "utf-8")
    PAGE.write_text(page(packaged()), "utf-8")
