"""What the pages of migrations call things, and why a case cannot go on in another version, in
every language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.i18n.languages import language_of
from service.sentence import Words

PLANS: Words = {
    "drawn up": "drawn up",
    "trying": "being tried",
    "tried": "tried",
    "running": "under way",
    "stopped": "stopped",
    "done": "carried out",
    "reverting": "being taken back",
    "reverted": "taken back",
    "dropped": "dropped",
}
"""What the states of a plan are called; the catalogue has each in the other languages."""
CASES: Words = {
    "fits": "can be moved",
    "stuck": "cannot be moved",
    "moved": "moved",
    "refused": "could not be moved",
    "gone": "ended, or in another version",
    "back": "back in its version",
    "kept": "has gone on, and stays",
}
EVENTS: Words = {
    "migration:plan:drawn-up": "drew the plan up",
    "migration:plan:edited": "changed the mapping",
    "migration:plan:try": "had it tried",
    "migration:plan:start": "started it",
    "migration:plan:stop": "stopped it",
    "migration:plan:go-on": "let it go on",
    "migration:plan:revert": "had it taken back",
    "migration:plan:drop": "dropped it",
    "migration:cases:tried": "every case was tried",
    "migration:cases:done": "every case was gone through",
    "migration:cases:reverted": "what had not gone on was taken back",
}
WHYS: Words = {
    "same form": "proposed: same form",
    "same process called": "proposed: same process called",
    "same job": "proposed: same job",
    "same name": "proposed: same name",
    "same event": "proposed: same event",
    "same neighbours": "proposed: same neighbours",
    "same lane": "proposed: same lane",
}
_E = r"(\S+)"
_SAID: tuple[tuple[str, str, str, str], ...] = (
    (
        rf"the process '{_E}' is not in the new version",
        "The process {0} is not in the new version.",
        "新版本沒有流程「{0}」。",
        "新版本没有流程「{0}」。",
    ),
    (
        rf"{_E} is active and is not in the new version: say which element takes its place",
        "It stands at {0}, which is not in the new version: say which element takes its place.",
        "案件停在「{0}」,新版本沒有此元件:請指定由哪個元件取代。",
        "案件停在「{0}」,新版本没有此元素:请指定由哪个元素取代。",
    ),
    (
        rf"a token waits at {_E} by the flow {_E}, which does not lead to a join there any more",
        "It waits at {0} for other branches, and the flow {1} no longer leads there.",
        "案件在「{0}」等候其他分支,新版本的流程線 {1} 已不通往該處。",
        "案件在「{0}」等候其他分支,新版本的顺序流 {1} 已不通往该处。",
    ),
    (
        rf"{_E} is active as {_E}, and {_E} is a {_E}",
        "It stands at {0} ({1}), and {2} is a {3}.",
        "案件停在「{0}」({1}),而「{2}」是 {3}。",
        "案件停在「{0}」({1}),而「{2}」是 {3}。",
    ),
    (
        rf"{_E} is active, and {_E} stands in another sub-process",
        "It stands at {0}, and {1} is in another sub-process.",
        "案件停在「{0}」,而「{1}」在另一個子流程中。",
        "案件停在「{0}」,而「{1}」在另一个子流程中。",
    ),
    (
        rf"{_E} has an open job, and {_E} makes none",
        "A connected system works at {0}, and {1} asks none.",
        "外部系統正在處理「{0}」,而「{1}」不交由外部系統。",
        "外部系统正在处理「{0}」,而「{1}」不交由外部系统。",
    ),
    (
        rf"{_E} is active, and {_E} is done for each item in another way",
        "It stands at {0}, and {1} is repeated in another way.",
        "案件停在「{0}」,而「{1}」的重複方式不同。",
        "案件停在「{0}」,而「{1}」的重复方式不同。",
    ),
    (
        rf"{_E} waits for a {_E}, and {_E} for a {_E}",
        "It waits at {0} for a {1}, and {2} waits for a {3}.",
        "案件在「{0}」等候 {1},而「{2}」等候 {3}。",
        "案件在「{0}」等候 {1},而「{2}」等候 {3}。",
    ),
    (
        rf"{_E} is under way in {_E}, and now calls {_E}",
        "{0} is under way in {1}, and calls {2} in the new version.",
        "「{0}」正在 {1} 中進行,新版本改為呼叫 {2}。",
        "「{0}」正在 {1} 中进行,新版本改为调用 {2}。",
    ),
    (
        rf"{_E} begins and is due at once",
        "The time at {0} begins, and is over at once.",
        "「{0}」的時限開始計算且立即到期。",
        "「{0}」的时限开始计算且立即到期。",
    ),
    (
        rf"{_E} is asked for, and the case has no such variable",
        "The new version asks for {0}, which the case has not.",
        "新版本需要變數 {0},案件沒有此變數。",
        "新版本需要变量 {0},案件没有此变量。",
    ),
    (r"It has gone on since\.", "It has gone on since.", "案件已繼續進行。", "案件已继续进行。"),
)


def say_obstacles(text: str, names: Mapping[str, str], language: str) -> str:
    """What a note of a case says, sentence by sentence; elements by their names."""
    return " ".join(_say(each, names, language) for each in text.split("; "))


def _say(text: str, names: Mapping[str, str], language: str) -> str:
    for pattern, *said in _SAID:
        found = re.fullmatch(pattern, text)
        if found:
            words = [names.get(each, each) for each in found.groups()]
            place = ("en", "zh-Hant", "zh-Hans").index(language_of(language).tag)
            return said[place].format(*words)
    return text
