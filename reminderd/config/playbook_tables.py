"""What a borrower's own ``playbook.toml`` may hold. Each field's description documents it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from .suggest import shown
from .values import Strict, Whole


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("says nothing (write the words, or remove the key)")
    if not text.isprintable():
        raise ValueError(f"{shown(text)} is not one line of plain text (write it on one line)")
    return text


Said = Annotated[str, AfterValidator(_said)]


class TextModel(Strict):
    """``[documents.NAME]``: what a document to have ready is called."""

    en: Said | None = Field(None, description="In English.", examples=['en = "the pay slips"'])
    zh: Said | None = Field(
        None, alias="zh-CN", description="In Chinese.", examples=['zh-CN = "工资单"']
    )


class OutlookModel(Strict):
    """``ahead = { … }``: what a stage brings, to go behind "On 1 December"."""

    en: Said | None = Field(
        None, description="In English.", examples=['en = "the lender will call your employer"']
    )
    zh: Said | None = Field(
        None, alias="zh-CN", description="In Chinese.", examples=['zh-CN = "可能联系您的单位"']
    )


class StageModel(TextModel):
    """``[stages.NAME]``: a stage of lateness, one there is or a new one."""

    first_day: Annotated[Whole, Field(ge=1, le=3650)] | None = Field(
        None,
        alias="from",
        description="The first day past due that belongs to it.",
        examples=["from = 15"],
    )
    severity: Literal["info", "warning", "critical"] | None = Field(
        None, description="How bad it is.", examples=['severity = "critical"']
    )
    actions: list[str] | None = Field(
        None,
        description="What to do, the most important first.",
        examples=['actions = ["pay-now", "call-lender"]'],
    )
    ahead: OutlookModel | None = Field(
        None,
        description="What reaching it brings.",
        examples=['ahead = { en = "the lender will call your employer" }'],
    )


class WordsModel(Strict):
    """``en = { title = "…", detail = "…" }``: an action in one language."""

    title: Said | None = Field(
        None, description="What to do, in a line.", examples=['title = "Pay {amount} now"']
    )
    detail: Said | None = Field(
        None, description="How.", examples=['detail = "In the app, under Repay."']
    )


class ActionModel(Strict):
    """``[actions.NAME]``: something to do, one there is or a new one."""

    when: list[str] | None = Field(
        None, description="What must hold.", examples=['when = ["extension-none"]']
    )
    documents: list[str] | None = Field(
        None, description="What to have ready.", examples=['documents = ["identity"]']
    )
    en: WordsModel | None = Field(
        None,
        description="In English.",
        examples=['en = { title = "Pay {amount} now", detail = "In the app, under Repay." }'],
    )
    zh: WordsModel | None = Field(
        None,
        alias="zh-CN",
        description="In Chinese.",
        examples=['zh-CN = { title = "立即还款{amount}", detail = "在App的“还款”里操作。" }'],
    )


class PlaybookModel(Strict):
    """The whole file."""

    stages: dict[str, StageModel] = Field(
        {},
        description="Stages of lateness.",
        examples=["[stages.overdue-4-7] on a line of its own, and its keys below"],
    )
    actions: dict[str, ActionModel] = Field(
        {},
        description="What to do.",
        examples=["[actions.my-action] on a line of its own, and its keys below"],
    )
    documents: dict[str, TextModel] = Field(
        {},
        description="What to have ready.",
        examples=['[documents.my-paper] on a line of its own, and en = "…" below'],
    )
