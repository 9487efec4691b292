"""The borrower's own templates, tried on everything that could be sent before anything is.

Each is filled in for every stage and occasion, in both languages and every format: for a loan of
nobody's in each of its states, with all facts and with none, and for the borrower's own.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..alerts.routine import ALIVE, CREDIT_REPORT, FUND, STATEMENTS
from ..errors import Problem
from ..loans.position import Position
from ..messages.compose import Letter
from ..messages.digest import Digest
from ..messages.layout import blamed, templates
from ..messages.letters import Claim, Kind, page, write
from ..messages.message import Format
from ..messages.routine import RoutineLetter
from ..messages.sheet import Desk, Sheet
from ..messages.words import words
from ..playbook.playbook import LOCALES
from .sample import occasion, samples
from .suggest import suggestion

_AT_MOST = 20  # loans of the borrower's: more take long, and differ in nothing new
_ROUTINES = (ALIVE, CREDIT_REPORT, FUND, STATEMENTS)
_LONG = {Format.MARKDOWN: "md", Format.FULL: "md", Format.HTML: "html"}
_MANUAL = "(docs/templates.md has them all)"
_OPENING = ("for", "if", "set", "block", "macro")
_TAGS = [*_OPENING, *map("end{}".format, _OPENING), "else", "elif", "extends", "include", "import"]


def rehearse(desk: Desk, positions: Iterable[Position]) -> list[Problem]:
    """Return what is wrong with the borrower's own templates; *positions* are of their loans."""
    if desk.templates is None:
        return []
    folder, strict = desk.templates, replace(desk, strict=True)
    strangers = list(_strangers(folder))
    found = dict.fromkeys(_unused(folder, name) for name in strangers)
    own = set(_files(folder)).difference(strangers)
    tried = list(_attempts(strict, [*samples(), *islice(positions, _AT_MOST)])) if own else []
    shared = own.difference(name for name, _ in tried)  # these may stand in any of the others
    for name, attempt in tried:
        if not shared and name not in own:
            continue
        try:
            attempt()
        except Exception as error:
            where = blamed(error, folder, name)
            if where is None:
                raise  # no fault of theirs
            found[Problem(str(where[0]), where[1], 1, "", _sentence(error, folder))] = None
    return list(found)


def _unused(folder: Path, name: str) -> Problem:
    close = suggestion(name, templates(None).list_templates()) or f" {_MANUAL}"
    return Problem(str(folder / name), 1, 1, "", f"no message uses a template so named{close}")


def _strangers(folder: Path) -> Iterator[str]:
    """Yield the files that nothing would ever use."""
    from jinja2 import TemplateSyntaxError, meta

    known, own = templates(None).list_templates(), _files(folder)
    used: set[str | None] = set()
    for name in own:
        try:
            tree = templates(None).parse((folder / name).read_text("utf-8"))
            used.update(meta.find_referenced_templates(tree))
        except (TemplateSyntaxError, OSError, ValueError):
            continue  # told when it is tried
    yield from (name for name in own if name not in known and name not in used)


def _files(folder: Path) -> list[str]:
    """Return the names of the templates in a folder, without what editors leave behind."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    return [name for name in names if not re.search(r"(^|/)\.|~$", name)]


def _attempts(desk: Desk, positions: Sequence[Position]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield everything that could be written, and the template that it begins with."""
    for locale in LOCALES:
        say = words(locale)
        sheets = [Sheet(p.loan, p, say, desk, positions) for p in positions]
        for sheet in sheets:
            for stage in desk.playbook.stages:
                if stage not in _ROUTINES:
                    yield from _formats(_letter(sheet, stage), "message")
            for kind in Kind:
                yield f"letters/{kind}.{locale}.md", partial(_to_lender, kind, sheet)
        whole = [_letter(sheet, sheet.stage.id) for sheet in sheets]
        for some in (whole, whole[:2], whole[-2:]):
            yield from _formats(Digest(some), "digest")
        for routine in _ROUTINES:
            now = occasion(routine, sheets[0].loan, sheets[0].today)
            for some_of in (positions, ()):
                message = RoutineLetter(now.alert, now, desk, some_of, locale)
                yield from _formats(message, "routine")


def _letter(sheet: Sheet, stage: str) -> Letter:
    due = sheet.position.pay_by or min(sheet.position.dues)
    return Letter(sheet, occasion(stage, sheet.loan, due))


def _formats(
    message: Letter | Digest | RoutineLetter, name: str
) -> Iterator[tuple[str, Callable[[], Any]]]:
    for form, ending in _LONG.items():
        yield f"{name}.{ending}", partial(message.message, form)


def _to_lender(kind: Kind, sheet: Sheet) -> None:
    page(write(kind, sheet), sheet)
    if kind is Kind.DISPUTE and sheet.position.to_pay:
        more = replace(sheet.position.to_pay, minor=sheet.position.to_pay.minor + 12_34)
        write(kind, sheet, Claim.of(sheet, more))


def _sentence(error: Exception, folder: Path) -> str:
    """Say what is wrong with a template in the words of somebody who did not write Jinja."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError

    said, told = " ".join(str(error).split()).rstrip("."), f" {_MANUAL}"
    if isinstance(error, TemplateNotFound):
        known = templates(folder).list_templates()
        return f"there is no template {error.name!r}{suggestion(str(error.name), known) or told}"
    if isinstance(error, TemplateSyntaxError):
        return _of_syntax(" ".join((error.message or "").split()).rstrip("."))
    if type(error) is UndefinedError:
        return _of_undefined(said, _known(error, folder))
    plain = {
        SecurityError: f"{said} (templates lay words out, and reach nothing else)",
        UnicodeDecodeError: "this is not UTF-8 text (save the file as UTF-8)",
        KeyError: f"{said} is no phrase, or what one needs (see how the packaged template does it)",
    }
    return plain.get(type(error), f"cannot be filled in: {said} (check what this line does)")


def _of_syntax(said: str) -> str:
    if tag := re.search(r"needs to be closed is '(\w+)'", said):
        return f"a {{% {tag[1]} %}} is never closed (write {{% end{tag[1]} %}} where it ends)"
    if tag := re.match(r"Encountered unknown tag '(\w+)'", said):
        return f"there is no tag {tag[1]!r}{suggestion(tag[1], _TAGS) or ' (remove it)'}"
    if named := re.match(r"No filter named '(\w+)'", said):
        known = templates(None).filters
        return f"there is no filter {named[1]!r}{suggestion(named[1], known) or ' (remove it)'}"
    return f"this is no template: {said} (values are written {{{{ … }}}}, statements {{% … %}})"


def _of_undefined(said: str, known: list[str]) -> str:
    if named := re.match(r"'(\w+)' is undefined", said):
        return f"there is no variable {named[1]!r}{suggestion(named[1], known) or ' ' + _MANUAL}"
    if named := re.search(r"has no (?:attribute|element) '?(\w+)'?", said):
        return f"what stands before it has no {named[1]!r} {_MANUAL}"
    return f"{said} {_MANUAL}"


def _known(error: Exception, folder: Path) -> list[str]:
    """Return the names that there were where an error came about."""
    known: list[str] = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if Path(frame.f_code.co_filename).is_relative_to(folder):
            known = list(frame.f_locals)
    return known
