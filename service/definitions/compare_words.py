"""A comparison in words, in English and Traditional Chinese: “the final answer is now due in 15 working days, was 30”.

A property that has no words of its own is shown under its path: better dry than left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.definitions.compare import Change, Difference, Kind

_KINDS = {
    "en": {Kind.ADDED: "is new", Kind.REMOVED: "is gone", Kind.MOVED: "stands elsewhere on the diagram"},
    "zh-Hant": {Kind.ADDED: "為新增", Kind.REMOVED: "已刪除", Kind.MOVED: "僅移動圖上位置"},
}
_TYPES = {
    "userTask": ("task", "人工任務"),
    "serviceTask": ("service", "服務任務"),
    "sendTask": ("letter", "發送任務"),
    "scriptTask": ("script", "腳本任務"),
    "businessRuleTask": ("decision", "決策任務"),
    "receiveTask": ("receipt", "接收任務"),
    "callActivity": ("called process", "呼叫流程"),
    "subProcess": ("sub-process", "子流程"),
    "startEvent": ("start", "開始事件"),
    "endEvent": ("end", "結束事件"),
    "boundaryEvent": ("boundary event", "邊界事件"),
    "intermediateCatchEvent": ("event", "捕捉事件"),
    "intermediateThrowEvent": ("event", "拋出事件"),
    "exclusiveGateway": ("choice", "排他閘道"),
    "parallelGateway": ("fork or join", "平行閘道"),
    "inclusiveGateway": ("choice of several", "包容閘道"),
    "eventBasedGateway": ("wait for the first", "事件閘道"),
    "sequenceFlow": ("flow", "順序流"),
    "lane": ("lane", "泳道"),
    "participant": ("pool", "泳池"),
    "process": ("process", "流程"),
    "rule": ("rule", "規則列"),
    "decision": ("decision", "決策"),
    "field": ("field", "欄位"),
    "form": ("form", "表單"),
    "letter": ("letter", "信函"),
}
_PROPERTIES = (
    (r"timerEventDefinition/(timeDate|timeDuration)/text\(\)", "is due {0}", "到期時間"),
    (r"timerEventDefinition/timeCycle/text\(\)", "repeats {0}", "重複週期"),
    (r"extensionElements/taskSchedule/@dueDate", "is due {0}", "任務期限"),
    (r"conditionExpression/text\(\)", "is taken if {0}", "條件"),
    (r"extensionElements/assignmentDefinition/@candidateGroups", "is for {0}", "候選群組"),
    (r"extensionElements/assignmentDefinition/@assignee", "is given to {0}", "指定人員"),
    (r"extensionElements/formDefinition/@formId", "has the form {0}", "表單"),
    (r"extensionElements/taskDefinition/@type", "is done by {0}", "工作類型"),
    (r"extensionElements/calledElement/@processId", "calls {0}", "呼叫流程"),
    (r"extensionElements/calledDecision/@decisionId", "asks the decision {0}", "決策"),
    (r"extensionElements/script/@expression", "computes {0}", "運算式"),
    (r"extensionElements/ioMapping/input\[([^]]*)\]/@source", "takes {1} from {0}", "輸入 {1}"),
    (r"extensionElements/ioMapping/output\[([^]]*)\]/@source", "gives {1} as {0}", "輸出 {1}"),
    (r"extensionElements/properties/property\[fourEyes\]/@value", "is not for who did {0}", "四眼原則"),
    (r"extensionElements/properties/property\[clause\]/@value", "fulfils {0}", "對應條款"),
    (r"extensionElements/properties/property\[name:zh-Hant\]/@value", "is called {0} in Chinese", "中文名稱"),
    (r"extensionElements/properties/property\[([^]]*)\]/@value", "has {1} = {0}", "屬性 {1}"),
    (r"extensionElements/taskHeaders/header\[([^]]*)\]/@value", "has the header {1} = {0}", "標頭 {1}"),
    (r"@name", "is called {0}", "名稱"),
    (r"@sourceRef", "comes from {0}", "來源"),
    (r"@targetRef", "leads to {0}", "目標"),
    (r"@default", "goes by {0} otherwise", "預設流向"),
    (r"@cancelActivity", "interrupts: {0}", "中斷"),
    (r"subject", "has the subject {0}", "主旨"),
    (r"paragraph (\d+)", "says in paragraph {1}: {0}", "第 {1} 段"),
    (r"type", "is a {0}", "類型"),
)  # fmt: skip


def say(change: Change, language: str = "en") -> list[str]:
    """The change in sentences, one for each property that differs."""
    chinese = language == "zh-Hant"
    what = _TYPES.get(change.type, (change.type, change.type))[chinese]
    who = f"{what}「{change.name(language)}」" if chinese else f"The {what} “{change.name(language)}”"
    if change.kind is not Kind.CHANGED:
        return [who + ("" if chinese else " ") + _KINDS[language][change.kind] + ("。" if chinese else ".")]
    return [_sentence(who, difference, change, chinese=chinese) for difference in change.what]


def say_all(changes: Iterable[Change], language: str = "en") -> list[str]:
    """What a reader has to know first: moves on the diagram come last."""
    ordered = sorted(changes, key=lambda change: change.kind is Kind.MOVED)
    return [sentence for change in ordered for sentence in say(change, language)]


def _sentence(who: str, difference: Difference, change: Change, *, chinese: bool) -> str:
    pattern, label = _words(difference.property, change, chinese=chinese)
    after, before = (say_value(text, chinese=chinese) for text in (difference.after, difference.before))
    if chinese:
        now = "已移除" if difference.after is None else f"現為「{after}」"
        was = "原無" if difference.before is None else f"原為「{before}」"
        return f"{who}的{label}{now}，{was}。"
    if difference.after is None:
        return f"{who} no longer {pattern.format(before)}."
    was = "" if difference.before is None else f", was {before.removeprefix('in ')}"
    told = f"is now{pattern[2:]}" if pattern.startswith("is ") else f"now {pattern}"
    return f"{who} {told.format(after)}{was}."


def _words(path: str, change: Change, *, chinese: bool) -> tuple[str, str]:
    if change.type == "rule":
        return f"has {_escape(path)}: {{0}}", f"「{path}」"
    for pattern, english, label in _PROPERTIES:
        found = re.fullmatch(pattern, path)
        if found:
            part = found[1] if found.groups() else ""
            return english.replace("{1}", _escape(part)), label.replace("{1}", part)
    return f"has {_escape(path)} = {{0}}", f"屬性 {path} "


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_UNITS = {
    "Y": ("year", "年"), "W": ("week", "週"), "D": ("day", "天"), "TH": ("hour", "小時"), "TM": ("minute", "分鐘"),
    "M": ("month", "個月"), "TS": ("second", "秒"),
}  # fmt: skip
_MOVED = re.compile(r"=\s*working (days|hours) after\(\s*now\(\)\s*,\s*(\d+)\s*\)")
_CLOCK = re.compile(r'=\s*(?:if deadline\("(?P<tested>[^"]+)"\) = null then .+ else )?deadline\("(?P<clock>[^"]+)"\)')
_DAY = re.compile(r'=\s*date and time\(date\((?P<name>\w+)\), time\("[^"]+"\)\)')
_LATER = re.compile(r'=\s*now\(\)\s*\+\s*duration\("(P[^"]+)"\)')


def say_value(text: str | None, *, chinese: bool) -> str:
    """A value as it would be said: durations and working days in words, anything else as it is written."""
    if text is None:
        return ""
    moved = _MOVED.fullmatch(text.strip())
    if moved:
        days = moved[1] == "days"
        if chinese:
            return f"{moved[2]} 個工作{'日' if days else '小時'}後"
        return f"in {moved[2]} working {moved[1] if moved[2] != '1' else moved[1][:-1]}"
    clock, day = _CLOCK.fullmatch(text.strip()), _DAY.fullmatch(text.strip())
    if clock and clock["tested"] in (None, clock["clock"]):
        return f"時限「{clock['clock']}」" if chinese else f"by the clock “{clock['clock']}”"
    if day:
        return f"於 {day['name']} 當日" if chinese else f"on the day of {day['name']}"
    later = _LATER.fullmatch(text.strip())
    length = _length(later[1] if later else text.strip(), chinese=chinese)
    if length:
        return f"{length}後" if chinese else f"in {length}"
    return f"“{text}”" if not chinese else text


def _length(text: str, *, chinese: bool) -> str:
    found = re.fullmatch(r"P((?:\d+[YMWD])*)(?:T((?:\d+[HMS])+))?", text)
    if not found or text in ("P", "PT"):
        return ""
    days = [(unit, number) for number, unit in re.findall(r"(\d+)([YMWD])", found[1] or "")]
    times = [("T" + unit, number) for number, unit in re.findall(r"(\d+)([HMS])", found[2] or "")]
    parts = []
    for unit, number in days + times:
        english, label = _UNITS[unit]
        parts.append(f"{number} {label}" if chinese else f"{number} {english}{'' if number == '1' else 's'}")
    return " ".join(parts)
