"""Sets of characters for regular expressions: ranges of code points, in order and apart.

The names are those of XML Schema (Part 2, Appendix F): categories such as `Lu`, blocks such as
`IsCJKUnifiedIdeographs`, and the escapes `\\d \\w \\s \\i \\c`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

Range = tuple[int, int]
CharSet = tuple[Range, ...]
LAST = 0x10FFFF
EVERY: CharSet = ((0, LAST),)
# Where Unicode has characters that `unicodedata` has to be asked about; what lies beyond is private
# use and unassigned.
_ASSIGNED = (range(0x34000), range(0xE0000, 0xE1000))
_PRIVATE = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
_GROUPS = {
    "L": "ultmo",
    "M": "nce",
    "N": "dlo",
    "P": "cdseifo",
    "Z": "slp",
    "S": "mcko",
    "C": "cfon",
}
CATEGORIES = frozenset(
    f"{group}{kind}" for group, kinds in _GROUPS.items() for kind in ("", *kinds)
)
# Blocks that XML Schema knows by the names of Unicode 3.1.
_OLDER = {
    "Greek": "Greek and Coptic",
    "CombiningMarksforSymbols": "Combining Diacritical Marks for Symbols",
    "PrivateUse": "Private Use Area",
}
# XML 1.0 (fifth edition), productions 4 and 4a.
_NAME_START = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6)),
    *((0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F)),
    *((0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD)),
    (0x10000, 0xEFFFF),
)
_NAME_MORE = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
# Characters whose lower case is a letter of ASCII or Latin-1, so that the letter has a third case.
_THIRD = {"k": "\u212a", "s": "\u017f", "å": "\u212b"}


def joined(ranges: Iterable[Range]) -> CharSet:
    """The ranges in order, those that touch made one."""
    made: list[Range] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def complement(chars: CharSet) -> CharSet:
    made, after = [], 0
    for low, high in chars:
        if after < low:
            made.append((after, low - 1))
        after = high + 1
    return tuple(made) if after > LAST else (*made, (after, LAST))


def without(chars: CharSet, others: CharSet) -> CharSet:
    return complement(joined((*complement(chars), *others)))


def holds(chars: CharSet, char: str) -> bool:
    code = ord(char)
    return any(low <= code <= high for low, high in chars)


def any_case(chars: CharSet) -> CharSet:
    """The set with the other cases of its characters."""
    found = [*chars]
    for low, high in chars:
        codes: Iterable[int] = range(low, high + 1)
        if high - low > 4_000:
            codes = (code for code in _cased() if low <= code <= high)
        found += [(ord(each), ord(each)) for code in codes for each in variants(chr(code))]
    return joined(found)


def variants(char: str) -> set[str]:
    """The character in every case; a case of several characters is none."""
    lower, upper = char.lower(), char.upper()
    cases = {char, lower, upper, lower.upper(), upper.lower(), _THIRD.get(lower, char)}
    return {each for each in cases if len(each) == 1}


@lru_cache(maxsize=1)
def _cased() -> tuple[int, ...]:
    return tuple(code for code in range(0x1F000) if len(variants(chr(code))) > 1)


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[Range]]:
    found: dict[str, list[Range]] = {"Co": [*_PRIVATE]}
    for part in _ASSIGNED:
        first, before = part[0], ""
        for code in part:
            kind = unicodedata.category(chr(code))
            if kind != before:
                if before:
                    found.setdefault(before, []).append((first, code - 1))
                first, before = code, kind
        found.setdefault(before, []).append((first, part[-1]))
    assigned = joined(each for ranges in found.values() for each in ranges)
    found.setdefault("Cn", []).extend(complement(assigned))
    return found


@lru_cache(maxsize=64)
def category(name: str) -> CharSet | None:
    """The characters of a category or group of categories; None where there is none of the name."""
    if name not in CATEGORIES:
        return None
    return joined(_of_kinds(kind for kind in _categories() if kind.startswith(name)))


def _of_kinds(kinds: Iterable[str]) -> Iterator[Range]:
    for kind in kinds:
        yield from _categories()[kind]


@lru_cache(maxsize=64)
def block(name: str) -> CharSet | None:
    """The characters of a block by its name without `Is`; None where Unicode has no such block."""
    return _blocks().get(_plain(_OLDER.get(name, name)))


@lru_cache(maxsize=1)
def _blocks() -> dict[str, CharSet]:
    # Imported when a pattern first names a block: few do, and its table takes its time to load.
    from fontTools.unicodedata import Blocks

    ends = [*(start - 1 for start in Blocks.RANGES[1:]), LAST]
    found: dict[str, CharSet] = {}
    for name, low, high in zip(Blocks.VALUES, Blocks.RANGES, ends, strict=True):
        found[_plain(name)] = joined((*found.get(_plain(name), ()), (low, high)))
    found.pop(_plain("No_Block"), None)
    return found


def _plain(name: str) -> str:
    return name.replace(" ", "").replace("_", "").lower()


@lru_cache(maxsize=16)
def escape_class(letter: str) -> CharSet:
    """The characters of `\\d`, `\\w`, `\\s`, `\\i` or `\\c`; of a capital letter all the others."""
    if letter.isupper():
        return complement(escape_class(letter.lower()))
    if letter == "w":
        return complement(joined(_of_kinds(kind for kind in _categories() if kind[0] in "PZC")))
    if letter == "d":
        return joined(_categories()["Nd"])
    if letter == "s":
        return joined(((0x20, 0x20), (0x09, 0x0A), (0x0D, 0x0D)))
    return joined(_NAME_START if letter == "i" else (*_NAME_START, *_NAME_MORE))
