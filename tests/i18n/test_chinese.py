"""Simplified Chinese is not Traditional Chinese, and the other way round; both are punctuated as
Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.definitions import shipped_files
from service.i18n.catalogue import load_words
from service.policy.files import SHIPPED as POLICY

TRADITIONAL = (
    "們個來時會對說開關門問間聞題類頭頁順須預領願顧風馬驗體點黨龍來這還過進運達遠"
    "遲選邊裡製複訊設許評試話該詳語誤請諸謝證識議護讀變讓貝負責貨費資賠質賬購車"
    "軍軟較載輕輪輸轉農鄉醫針錄錢錯鎖鍵長開閉閱陳險隨際難電靜響"
)
SIMPLIFIED = (
    "们个来时会对说开关门问间闻题类头页顺须预领愿顾风马验体点党龙这还过进运达远迟"
    "选边里制复讯设许评试话该详语误请诸谢证识议护读变让贝负责货费资赔质账购车军软"
    "较载轻轮输转农乡医针录钱错锁键长闭阅陈险随际难电静响"
)
SHARED = set(TRADITIONAL) & set(SIMPLIFIED) | set("里制准周台只干后系征范著采松游才布占群")
TAIWAN = [
    "核决",
    "币别",
    "栏位",
    "身分",
    "高阶主管",
    "放款",
    "会办",
    "厘清",
    "线上",
    "佐证",
    "检核",
    "承办",
    "主管机关",
    "民意代表",
    "贴文",
    "资讯",
    "程式",
    "伺服器",
    "软体",
    "网路",
    "帐号",
    "登入",
    "预设",
    "品质",
    "储存格",
    "字串",
    "逐轮",
    "脆弱",
    "僵局",
    "另案处理",
]
"""Words of Taiwan, in simplified characters."""
MAINLAND = [
    "信息",
    "服務器",
    "默認",
    "賬號",
    "軟件",
    "網絡",
    "營銷",
    "披露",
    "打印",
    "視頻",
    "僵局函",
    "最終立場",
    "逐輪",
    "脆弱",
    "圖頁",
    "核決者",
    "程序圖",
    "釋出",
    "另案處理",
    "網點",
    "渠道",
]
"""Words of the mainland, or ones that were wrong before, in traditional characters."""
ASCII = re.compile(r"[\u3400-\u9fff][,:;?!(]|[,;?!)][\u3400-\u9fff]")
_NAME = re.compile(r'name="name:(zh-Han[st])"\s+value="([^"]*)"')
QUOTED_SOURCE = "clauses.json"
"""Quotes the bank's plan word for word in Traditional Chinese."""


def texts(tag: str) -> Iterator[tuple[str, str]]:
    """Where, and what people read in a language: catalogue, diagrams, forms, letters, policies."""
    for key, said in load_words(tag).items():
        yield f"catalogue: {key}", re.sub(r"\{[^{}]*\}", "", said)
    for path, content in shipped_files().items():
        text = content.decode("utf-8", "replace")
        if path.endswith(f".{tag}.letter.txt"):
            yield path, re.sub(r"\{[{%#].*?[}%#]\}", "", text, flags=re.DOTALL)
        elif path.endswith(".json"):
            yield from ((path, said) for said in _said(json.loads(text), tag))
        elif path.endswith((".bpmn", ".dmn")):
            yield from ((path, found[2]) for found in _NAME.finditer(text) if found[1] == tag)
    for file in sorted(Path(POLICY).rglob("*.json")):
        if file.name != QUOTED_SOURCE or tag == "zh-Hans":
            document = json.loads(file.read_text("utf-8"))
            yield from ((file.name, said) for said in _said(document, tag))


def _said(value: object, tag: str, *, within: bool = False) -> Iterator[str]:
    """Every text under a key that names the language, in lists too (`ui:enumNames:zh-Hans`)."""
    if isinstance(value, str) and within:
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _said(each, tag, within=within or tag in key)
    elif isinstance(value, list):
        for each in value:
            yield from _said(each, tag, within=within)


@pytest.mark.parametrize(("tag", "foreign"), [("zh-Hans", TRADITIONAL), ("zh-Hant", SIMPLIFIED)])
def test_no_character_of_the_other_script(tag: str, foreign: str) -> None:
    wrong = set(foreign) - SHARED
    found = [(where, text[:40]) for where, text in texts(tag) if wrong & set(text)]
    assert found == []
    assert sum(1 for _ in texts(tag)) > 1_500


@pytest.mark.parametrize(("tag", "foreign"), [("zh-Hans", TAIWAN), ("zh-Hant", MAINLAND)])
def test_no_word_of_the_other_region(tag: str, foreign: list[str]) -> None:
    found = [
        (where, word, text[:40]) for where, text in texts(tag) for word in foreign if word in text
    ]
    assert found == []


@pytest.mark.parametrize("tag", ["zh-Hant", "zh-Hans"])
def test_punctuation_beside_chinese_is_full_width(tag: str) -> None:
    quotes = "「」" if tag == "zh-Hans" else "“”"
    found = [
        (where, text[:60])
        for where, text in texts(tag)
        if ASCII.search(text) or any(mark in text for mark in quotes)
    ]
    assert found == []


def test_every_text_of_the_policies_is_in_both_scripts() -> None:
    def missing(value: object, path: str) -> Iterator[str]:
        if isinstance(value, dict):
            if "zh-Hant" in value and "zh-Hans" not in value:
                yield path
            for key, each in value.items():
                yield from missing(each, f"{path}/{key}")
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from missing(each, f"{path}/{at}")

    for file in sorted(Path(POLICY).rglob("*.json")):
        if file.name != "schema.json":
            assert list(missing(json.loads(file.read_text("utf-8")), file.name)) == []
