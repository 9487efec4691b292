"""What the tests of the pages share."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from .pages import ROOT


def script(*path):
    """Yield the module that is one of the scripts under docs/."""
    spec = spec_from_file_location(f"docs_{path[-1]}", ROOT.joinpath("docs", *path))
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="session")
def reference():
    """Return the module that writes the reference."""
    yield from script("reference.py")


@pytest.fixture(scope="session")
def outcomes():
    """Return the module that writes what becomes of a message."""
    yield from script("outcomes.py")


@pytest.fixture(scope="session")
def screenshots():
    """Return the module that draws the READMEs' pictures."""
    yield from script("images", "screenshots.py")
