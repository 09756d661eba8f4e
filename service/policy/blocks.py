"""The words of the law in letters: each block has the parts that the law wants of it, in every
language that it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.errors import InvalidInput

RIGHTS = "rights"


def blocks_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each block of a profile with its name: the rights of a final answer, then the others."""
    if document.get(RIGHTS):
        yield RIGHTS, document[RIGHTS]
    yield from document.get("letters", {}).items()


def check_blocks(document: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a block whose words lack one of its parts."""
    for name, block in blocks_of(document):
        for part, wanted in block.get("parts", {}).items():
            for language, text in block["text"].items():
                words = wanted if isinstance(wanted, str) else wanted.get(language)
                if words is not None and words not in text:
                    raise InvalidInput(
                        "{id}: the words of {name} in {language} lack the {part}: {words!r}",
                        id=document["id"],
                        name=name,
                        language=language,
                        part=part,
                        words=words,
                    )
