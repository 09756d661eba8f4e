"""The words of the pages in three languages, from tables that anybody can read and complete.

`words/*.tsv` holds English, Traditional and Simplified Chinese of every word, one file per area
of pages, so that two people who add words do not meet in one file. A test fails for a word that a
page says and no table has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
CATALOGUE = Path(__file__).parent / "words"
_FALLBACK = {"zh-Hant": ("zh-Hant", "zh-Hans"), "zh-Hans": ("zh-Hans", "zh-Hant")}


def say(text: str, language: str) -> str:
    """A word of the pages in a language; its English where it is not known."""
    found = load_words().get(text)
    return text if found is None or language not in found else found[language]


@lru_cache(maxsize=1)
def load_words() -> Mapping[str, Mapping[str, str]]:
    """Every word by its English, with its Chinese. Raises ValueError for a line that lacks a
    language."""
    words: dict[str, Mapping[str, str]] = {}
    for path in sorted(CATALOGUE.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            cells = [cell.strip() for cell in line.split("\t")]
            if len(cells) != 3 or not all(cells):
                raise ValueError(
                    f"{path.name}:{number}: expected English, 繁體, 简体 separated by tabs, got "
                    f"{line!r}"
                )
            words[cells[0]] = {"zh-Hant": cells[1], "zh-Hans": cells[2]}
    return words


def chosen(texts: Mapping[str, Any], language: str, *, prefix: str = "", default: Any = "") -> Any:
    """The text of a definition in a language (`name:zh-Hant`), in the other Chinese where only that
    is there."""
    for each in _FALLBACK.get(language, (language,)):
        if texts.get(prefix + each):
            return texts[prefix + each]
    return default


def best_language(accepted: Iterable[str]) -> str:
    """The language of the pages that fits what a browser accepts best; English where none does."""
    for tag in accepted:
        lower = tag.lower()
        if lower.startswith("zh"):
            return "zh-Hans" if re.search(r"hans|-cn|-sg", lower) else "zh-Hant"
        if lower.startswith("en"):
            return "en"
    return "en"


_ERRORS: tuple[tuple[str, str, str, str], ...] = (
    (r"is required", "Please fill in this field.", "此欄位為必填。", "此栏位为必填。"),
    (
        r"is not a field of (?:this form|a complaint)",
        "This is not a field of the form.",
        "表單沒有此欄位。",
        "表单没有此栏位。",
    ),
    (r"true was expected", "This has to be confirmed.", "須確認此項。", "须确认此项。"),
    (
        r".* is less than the minimum of (\S+)",
        "Give {0} or more.",
        "不得小於 {0}。",
        "不得小于 {0}。",
    ),
    (
        r".* is greater than the maximum of (\S+)",
        "Give {0} or less.",
        "不得大於 {0}。",
        "不得大于 {0}。",
    ),
    (
        r".* is longer than (\d+) characters?",
        "Give at most {0} characters.",
        "最多 {0} 字。",
        "最多 {0} 字。",
    ),
    (
        r".* is shorter than (\d+) characters?",
        "Give at least {0} characters.",
        "至少 {0} 字。",
        "至少 {0} 字。",
    ),
    (r".* is not of types? .*(number|integer).*", "Give a number.", "請輸入數字。", "请输入数字。"),
    (r".* is not a \"date\"", "Give a date.", "請輸入日期。", "请输入日期。"),
    (
        r".* is not a \"date-time\"",
        "Give a date and a time.",
        "請輸入日期與時間。",
        "请输入日期与时间。",
    ),
    (r".* is not one of .*", "Choose one of the options.", "請選擇其中一項。", "请选择其中一项。"),
    (
        r"expected an address such as .*",
        "Give an address such as name@example.org.",
        "請輸入電子郵件地址,例如 name@example.org。",
        "请输入电子邮件地址,例如 name@example.org。",
    ),
    (r"expected an amount from .*", "Give an amount.", "請輸入金額。", "请输入金额。"),
    (r"lies in the future", "This lies in the future.", "時間不得晚於現在。", "时间不得晚于现在。"),
)


def say_error(message: str, language: str) -> str:
    """What validation says of a field, in the words of the page's language."""
    for pattern, *said in _ERRORS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return said[("en", "zh-Hant", "zh-Hans").index(language)].format(*found.groups())
    return message
