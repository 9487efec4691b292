"""Templates: those of the program, and before them the borrower's own."""

from __future__ import annotations

import logging
import re
import traceback
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from .sheet import Desk

log = logging.getLogger(__name__)

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~]|&(?=#?\w+;))")


@cache
def templates(folder: Path | None) -> Any:
    """Return the environment that finds templates in *folder* first.

    Other people's templates run in a sandbox: they can lay words out, and reach nothing else.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    packaged = PackageLoader(__package__, "templates")
    settings: dict[str, Any] = {
        "autoescape": lambda name: name is not None and name.endswith(".html"),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "auto_reload": folder is not None,
    }
    if folder is None:
        environment = Environment(loader=packaged, **settings)  # noqa: S701  # .html is escaped
    else:
        from .own_templates import sandbox

        environment = sandbox(folder, packaged, **settings)
    environment.filters["markup"] = markup
    return environment


def render(desk: Desk, name: str, context: dict[str, Any]) -> str:
    """Return a template filled in.

    Where the borrower's own fails, the packaged one serves and the log says so: better that than
    no message.
    """
    if desk.templates is not None and (desk.strict or (desk.templates, name) not in _costly):
        try:
            return _own(desk.templates, name, context)
        except Exception as error:  # a template is a program of somebody else's
            if desk.strict or (where := blamed(error, desk.templates, name)) is None:
                raise
            what = " ".join(str(error).split())
            log.warning("%s:%d: %s (%s as packaged is used instead)", *where, what, name)
    return str(templates(None).get_template(name).render(context))


_costly: set[tuple[Path, str]] = set()  # templates that took too much, for as long as we live


def _own(folder: Path, name: str, context: dict[str, Any]) -> str:
    from .own_templates import TooMuchError, bounded

    try:
        with bounded():
            return _filled(templates(folder).get_template(name).render(context))
    except (TooMuchError, MemoryError):
        _costly.add((folder, name))
        raise


def _filled(text: str) -> str:
    """Return a text that says something; an empty reminder would be none."""
    if not text.strip():
        raise ValueError("nothing comes out of it")
    return text


def blamed(error: Exception, folder: Path, name: str) -> tuple[Path, int] | None:
    """Return file and line in *folder* that made the template *name* fail, if one there did."""
    found = [
        (Path(frame.filename), frame.lineno or 1)
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder)
    ]
    if found:
        return found[-1]
    return (folder / name, 1) if (folder / name).exists() else None  # it could not even be read


def markup(text: str, markdown: bool) -> str:
    """Return a text such that nothing in it is taken for Markdown, where it is to be that."""
    return _MARKUP.sub(r"\\\1", text) if markdown else text


_ESCAPE = re.compile(r"\\([\\`*_\[\]<>#|~&])|\*\*|^#+ ", re.MULTILINE)


def unmarked(text: str) -> str:
    """Return a text in Markdown, as the program writes it, without its signs."""
    return _ESCAPE.sub(lambda sign: sign[1] or "", text)


def inlined(html: str) -> str:
    """Return the page with its style rules on the elements, as mail clients want them."""
    sheet = _SHEET.search(html)
    if sheet is None or not _is_simple(sheet[1]) or _ODD.search(html, sheet.end()):
        return str(_inliner().inline(html))
    return _TAG.sub(lambda tag: _styled(sheet[1], tag[0]), html)


# Where each rule is for elements of one kind and class, wherever they stand, an element's style
# follows from these alone. It is found out once, and reading the page as a browser would is spared.
_SHEET = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(:root|[a-z][a-z0-9]*(\.[\w-]+)*|(\.[\w-]+)+)")
_ODD = re.compile(r"\sstyle\s*=|\sclass\s*=\s*[^\s\"]")  # in a text it does no harm
_TAG = re.compile(r"<([a-z][a-z0-9]*)(\s[^<>]*?)?(\s*/?)>")
_CLASS = re.compile(r'\sclass="([^"]*)"')
_HERE = re.compile(r'\sdata-here=""[^>]*?\sstyle="([^"]*)"')
_ROW = "<table><tr>{}</table>"
_PLACES = {"td": _ROW, "th": _ROW, **dict.fromkeys(("tr", "thead", "tbody"), "<table>{}</table>")}


@cache
def _inliner() -> Any:
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


@lru_cache(64)
def _is_simple(sheet: str) -> bool:
    """Return whether no rule asks where an element stands; those for screens stay as they are."""
    selectors = re.findall(r"([^{}]*)\{[^{}]*\}", _MEDIA.sub("", sheet))
    return all(_SIMPLE.fullmatch(one.strip()) for each in selectors for one in each.split(","))


@lru_cache(4096)
def _styled(sheet: str, element: str) -> str:
    """Return an opening tag with its style; most are those of the messages before."""
    tag, attributes, end = _TAG.fullmatch(element).groups()  # type: ignore[union-attr]
    known = attributes or ""
    classes = _CLASS.search(known)
    style = _style(sheet, tag, classes[1] if classes else None)
    return f'<{tag}{known} style="{style}"{end}>' if style else f"<{tag}{known}{end}>"


@lru_cache(4096)
def _style(sheet: str, tag: str, classes: str | None) -> str:
    """Return the style of an element of one kind and class."""
    named = "" if classes is None else f' class="{classes}"'
    element = _PLACES.get(tag, "{}").format(f"<{tag}{named} data-here>")
    found = _HERE.search(_inliner().inline(f"<style>{sheet}</style>{element}"))
    return found[1] if found else ""
