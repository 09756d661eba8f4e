"""Bytes of a mail as text, also where the charset is missing, misspelt or a lie. It never fails."""

from __future__ import annotations

import re
from email.header import decode_header

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
}
_REAL = re.compile(
    r"utf-?(8|16|32)\S*|iso-?\S*|windows-\d+|cp\d+|gb\S+|big5\S*|euc-?\S*|s(hift)?_?jis|koi8-\w|hz\S*|mac\w*"
)
_GUESSES = ("utf-8", "gb18030", "big5hkscs", "cp932")
_TOO_KIND = {
    "us-ascii",
    "ascii",
    "iso-8859-1",
    "latin-1",
    "windows-1252",
    "unknown-8bit",
    "8bit",
    "",
}
MOST_HEADER = 4_000
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 13)} | {0x7F: None}


def decode_text(payload: bytes, charset: str | None) -> str:
    """The text of a part. A charset that fits anything is believed only when UTF-8 does not fit."""
    named = (charset or "").strip("\"' ").casefold()
    named = (
        named if _REAL.fullmatch(named) else ""
    )  # Python has codecs that are no charsets: rot13, idna, zlib
    tries = ("utf-8", named) if named in _TOO_KIND else (_WIDER.get(named, named),)
    for name in (*tries, *_GUESSES):
        try:
            return clean_text(payload.decode(name))
        except (UnicodeError, LookupError, ValueError):
            continue
    return clean_text(payload.decode("utf-8", errors="replace"))


def decode_words(value: object, most: int) -> str:
    """A header in one line, its encoded words decoded, cut to `most` characters."""
    raw = str(value or "")[:MOST_HEADER]
    try:
        pieces = decode_header(raw)
    except Exception:  # a broken encoded word is shown as it came
        pieces = [(raw, None)]
    text = "".join(
        decode_text(piece, charset) if isinstance(piece, bytes) else _from_surrogates(piece)
        for piece, charset in pieces
    )
    return " ".join(clean_text(text).split())[:most]


def clean_text(text: str) -> str:
    """Without what no database column takes: NUL and other controls, halves of surrogate pairs."""
    return text.encode("utf-8", errors="replace").decode().translate(_CONTROLS)


def _from_surrogates(text: str) -> str:
    """Eight-bit bytes in a header arrive as surrogates: they are bytes of some charset."""
    if not any("\udc80" <= mark <= "\udcff" for mark in text):
        return text
    return decode_text(text.encode("utf-8", errors="surrogateescape"), None)


def guess_language(text: str) -> str:
    """zh-Hant, zh-Hans or en: which of the two old charsets the Chinese characters fit into."""
    chinese = [mark for mark in text[:5_000] if "\u4e00" <= mark <= "\u9fff"]
    if len(chinese) * 12 < len(text[:5_000].strip()):
        return "en"
    traditional = sum(_fits(mark, "big5") and not _fits(mark, "gb2312") for mark in chinese)
    simplified = sum(_fits(mark, "gb2312") and not _fits(mark, "big5") for mark in chinese)
    return "zh-Hans" if simplified > traditional else "zh-Hant"


def _fits(mark: str, charset: str) -> bool:
    try:
        mark.encode(charset)
    except UnicodeError:
        return False
    return True
