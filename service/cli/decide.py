"""`redress decide`: evaluate one decision of a file and show how the result came about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from service.clock import SystemClock
from service.dmn import DecisionResult, Model, json_text, load_models, result_to_json
from service.errors import RedressError


@click.command(
    epilog="""\b
Example:
  redress decide severity.dmn "Severity" --input '{"amount": 1200, "product": "loan"}'
  redress decide severity.dmn severity --input @case.json --format json"""
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("decision")
@click.option(
    "--input", "given", default="{}", show_default=True, help="The inputs as JSON, or @FILE."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def decide(file: Path, decision: str, given: str, form: str) -> None:
    """Evaluate DECISION (id or name) of FILE, with the rules that matched and the reasons for
    nulls."""
    try:
        model = _load(file)
        result = model.evaluate(
            decision, model.read_inputs(_read_json(given)), now=SystemClock().now()
        )
    except RedressError as error:
        raise click.ClickException(error.message) from None
    if form == "json":
        click.echo(json_text(result_to_json(result)))
        return
    for line in _describe(result):
        click.echo(line)


def _load(file: Path) -> Model:
    """The file's model; files beside it are at hand for its imports, whatever state they are in."""
    source = {file.name: file.read_bytes()}
    if b"<import" in source[file.name] or b":import" in source[file.name]:
        source |= {each.name: each.read_bytes() for each in sorted(file.parent.glob("*.dmn"))[:50]}
    return load_models(source, only=file.name)[file.name]


def _read_json(given: str) -> dict[str, Any]:
    try:
        text = Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
        found = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise click.UsageError(f"Expected --input to be a JSON object or @FILE: {error}.") from None
    if not isinstance(found, dict):
        raise click.UsageError(
            f"Expected --input to be a JSON object, found {type(found).__name__}."
        )
    return found


def _describe(result: DecisionResult) -> Iterator[str]:
    answer = result_to_json(result)
    yield f"result: {_short(answer['value'])}"
    for each in answer["trace"]:
        yield ""
        yield f"{each['decisionDefinitionName']} = {_short(each['output'])}"
        for name, value in each["inputs"].items():
            yield f"  given {name} = {_short(value)}"
        for table in each["tables"]:
            yield from _describe_table(table)
    if answer["reasons"]:
        yield ""
        yield "why null:"
        for reason in answer["reasons"]:
            yield from _describe_reason(reason)


def _describe_reason(reason: dict[str, Any]) -> Iterator[str]:
    where = " ".join(part for part in (reason["decision"], reason["element"]) if part)
    yield f"  {where}: {reason['message']}"
    if reason["text"]:
        yield (
            f"    in {_short(reason['text'])}, line {reason['line'] or 1}, column "
            f"{reason['column'] or 1}"
        )
    if reason["function"]:
        yield f"    {reason['function']} of {', '.join(reason['argumentTypes']) or 'nothing'}"


def _describe_table(table: dict[str, Any]) -> Iterator[str]:
    yield f"  table {table['tableId']} ({table['hitPolicy']} {table['aggregation']}".rstrip() + ")"
    names = {each["inputId"]: each["inputName"] for each in table["evaluatedInputs"]}
    for each in table["evaluatedInputs"]:
        yield f"    input {each['inputName']} = {_short(each['inputValue'])}"
    if not table["matchedRules"]:
        yield "    no rule matches"
    for rule in table["matchedRules"]:
        cells = ", ".join(
            f"{names.get(cell['inputId'], '?')} [{cell['text']}]" for cell in rule["cells"]
        )
        outputs = ", ".join(
            f"{each['outputName'] or 'output'} = {_short(each['outputValue'])}"
            for each in rule["evaluatedOutputs"]
        )
        yield f"    rule {rule['ruleIndex']} matches: {cells} -> {outputs}"


def _short(value: Any) -> str:
    return json_text(value)
