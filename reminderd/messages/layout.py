"""Templates: those of the program, and before them the borrower's own."""

from __future__ import annotations

import logging
import re
import traceback
from functools import cache
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
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    packaged = PackageLoader(__package__, "templates")
    loader = packaged if folder is None else ChoiceLoader([FileSystemLoader(folder), packaged])
    kind = Environment if folder is None else SandboxedEnvironment
    environment = kind(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=folder is not None,
    )
    environment.filters["markup"] = markup
    return environment


def render(desk: Desk, name: str, context: dict[str, Any]) -> str:
    """Return a template filled in.

    Where the borrower's own fails, the packaged one serves and the log says so: better that than
    no message.
    """
    if desk.templates is not None:
        try:
            return _filled(templates(desk.templates).get_template(name).render(context))
        except Exception as error:  # a template is a program of somebody else's
            if desk.strict or (where := blamed(error, desk.templates, name)) is None:
                raise
            what = " ".join(str(error).split())
            log.warning("%s:%d: %s (%s as packaged is used instead)", *where, what, name)
    return str(templates(None).get_template(name).render(context))


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


def inlined(html: str) -> str:
    """Return the page with its style rules on the elements, as mail clients want them."""
    from css_inline import CSSInliner

    return str(CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html))
