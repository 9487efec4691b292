"""The reference says what the program says, and nothing is missing from it."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import click
from pydantic import BaseModel, TypeAdapter, ValidationError

from reminderd import errors
from reminderd.cli.main import cli
from reminderd.config import loan_tables, models, playbook_tables

PACKAGE = Path(models.__file__).parents[1]


def test_the_page_is_the_one_that_generate_writes(reference):
    assert reference.page() == reference.PAGE.read_text("utf-8"), "run python docs/generate.py"


def test_every_table_of_the_configuration_is_on_the_page(reference):
    read = {
        model
        for module in (loan_tables, models, playbook_tables)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        if model.__module__ == module.__name__
    }
    read.discard(loan_tables.PenaltyRuleModel)  # what the tables on penalties have in common
    roots = (models.Settings, playbook_tables.PlaybookModel)
    assert {table.model for root in roots for table in reference.tables(root)} == read


def keys(reference):
    for root in (models.Settings, playbook_tables.PlaybookModel):
        for table in reference.tables(root):
            hints = reference.hints(table.model)
            for name, info in table.model.model_fields.items():
                yield table.model, name, info, hints[name]


def test_every_key_has_its_meaning(reference):
    assert [(model, name) for model, name, info, _ in keys(reference) if not info.description] == []


def examples(reference):
    """Yield each key with what its example sets; those of several lines set nothing."""
    for model, name, info, hint in keys(reference):
        line = reference.example(name, info, hint)
        if line.startswith("["):
            continue
        first = line.partition(", or ")[0]
        [(key, value)] = tomllib.loads(first, parse_float=Decimal).items()
        yield model, name, info, hint, (key, value)


def mistakes(model, document):
    """Return what the model that reads it says against a table's keys."""
    try:
        if model is models.Settings:
            model(document=document)
        else:
            model.model_validate(document)
    except ValidationError as error:
        return [each["msg"] for each in error.errors() if each["loc"][:1] == (*document,)[:1]]
    return []


def test_every_example_is_one_that_the_key_takes(reference):
    for model, name, info, _, (key, value) in examples(reference):
        assert key == (info.alias or name)
        assert mistakes(model, {key: value}) == [], (model, name)


def test_a_wrong_example_would_be_noticed():
    assert mistakes(models.BorrowerModel, {"payday": 32})
    assert mistakes(models.Settings, {"timezone": "Asia/Peking"})


def test_a_default_is_written_as_the_file_would_have_it(reference):
    for model, name, info, hint, _ in examples(reference):
        said = reference._default(info).strip("`")
        if said in {"–", "required"}:
            continue
        value = tomllib.loads(f"it = {said}", parse_float=Decimal)["it"]
        default = info.get_default(call_default_factory=True, validated_data={})
        assert TypeAdapter(hint).validate_python(value) == default, (model, name)


def commands(group, path="reminderd"):
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_and_option_is_on_the_page_with_what_it_does(reference):
    page = reference.PAGE.read_text("utf-8")
    for path, command in commands(cli):
        section = page.split(f"\n### `{path}`\n", 1)[1].split("\n### ", 1)[0]
        for option in (each for each in command.params if isinstance(each, click.Option)):
            assert option.help, f"{path} {option.name}"
            shared = option.name in {"config_file", "as_json"}
            assert shared or f"`{option.opts[0]}" in section, f"{path} {option.name}"


def test_every_exit_code_is_on_the_page(reference):
    kinds = [each for each in vars(errors).values() if hasattr(each, "exit_code")]
    codes = {0} | {kind.exit_code for kind in kinds}
    section = reference.PAGE.read_text("utf-8").split("## Exit codes")[1].split("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section, re.M)} == codes


def test_every_variable_that_the_program_reads_is_on_the_page(reference):
    read = set()
    for file in PACKAGE.rglob("*.py"):
        read |= set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', file.read_text("utf-8")))
    assert {"REMINDERD_CONFIG", "STATE_DIRECTORY"} <= read
    assert read <= set(reference.VARIABLES)
