"""What the tests of the pages share."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from .pages import ROOT


@pytest.fixture(scope="session")
def reference():
    """Return the module that writes the reference."""
    spec = spec_from_file_location("docs_reference", ROOT / "docs" / "reference.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]
