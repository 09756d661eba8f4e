"""Small DMN files for the tests, made from a few words."""

from __future__ import annotations

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def definitions(body: str, *, namespace: str = NAMESPACE) -> bytes:
    return (
        f'<definitions xmlns="{namespace}" id="d" name="d" '
        f'namespace="urn:test">{body}</definitions>'
    ).encode()


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(name: str, logic: str, *, requires: str = "", type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return (
        f'<decision id="{name}" name="{name}"><variable '
        f'name="{name}"{typed}/>{requires}{logic}</decision>'
    )


def input_data(name: str, type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}"{typed}/></inputData>'


def needs(*names: str) -> str:
    return "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>'
        for name in names
    )


def needs_decision(*names: str) -> str:
    return "".join(
        f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>'
        for name in names
    )


def knows(*names: str) -> str:
    return "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{name}"/></knowledgeRequirement>'
        for name in names
    )


def table(
    inputs: dict[str, str],
    rows: list[list[str]],
    *,
    policy: str = "UNIQUE",
    output: str = "",
    aggregation: str = "",
) -> str:
    """`inputs`: expression -> type. A row: the conditions, then the conclusion. `output`: what is
    in the output."""
    columns = "".join(
        (
            f'<input id="c{number}"><inputExpression '
            f'typeRef="{kind}"><text>{escape(text)}</text></inputExpression></input>'
        )
        for number, (text, kind) in enumerate(inputs.items())
    )
    rules = "".join(
        f'<rule id="r{number}">'
        + "".join(
            f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row[: len(inputs)]
        )
        + "".join(
            f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in row[len(inputs) :]
        )
        + "</rule>"
        for number, row in enumerate(rows, 1)
    )
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    last = f'<output id="o">{output}</output>'
    return (
        f'<decisionTable id="t" hitPolicy="{policy}"{extra}>{columns}{last}{rules}</decisionTable>'
    )
