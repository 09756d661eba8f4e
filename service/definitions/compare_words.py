"""A comparison in words, in English and Chinese: “the final answer is now due in 15 working days,
was 30”.

A property that has no words of its own is shown under its path: better dry than left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.definitions.compare import Change, Difference, Kind
from service.i18n.languages import language_of

_KINDS = {
    "en": {
        Kind.ADDED: "is new",
        Kind.REMOVED: "is gone",
        Kind.MOVED: "stands elsewhere on the diagram",
    },
    "zh-Hant": {Kind.ADDED: "為新增", Kind.REMOVED: "已刪除", Kind.MOVED: "僅移動圖上位置"},
    "zh-Hans": {Kind.ADDED: "为新增", Kind.REMOVED: "已删除", Kind.MOVED: "仅移动图上位置"},
}
LANGUAGES = tuple(_KINDS)
"""What a comparison is said in; the words below stand in this order."""
_TYPES = {
    "userTask": ("task", "人工任務", "用户任务"),
    "serviceTask": ("service", "服務任務", "服务任务"),
    "sendTask": ("letter", "發送任務", "发送任务"),
    "scriptTask": ("script", "腳本任務", "脚本任务"),
    "businessRuleTask": ("decision", "決策任務", "决策任务"),
    "receiveTask": ("receipt", "接收任務", "接收任务"),
    "callActivity": ("called process", "呼叫流程", "调用流程"),
    "subProcess": ("sub-process", "子流程", "子流程"),
    "startEvent": ("start", "開始事件", "开始事件"),
    "endEvent": ("end", "結束事件", "结束事件"),
    "boundaryEvent": ("boundary event", "邊界事件", "边界事件"),
    "intermediateCatchEvent": ("event", "捕捉事件", "捕获事件"),
    "intermediateThrowEvent": ("event", "拋出事件", "抛出事件"),
    "exclusiveGateway": ("choice", "排他閘道", "排他网关"),
    "parallelGateway": ("fork or join", "平行閘道", "并行网关"),
    "inclusiveGateway": ("choice of several", "包容閘道", "包容网关"),
    "eventBasedGateway": ("wait for the first", "事件閘道", "事件网关"),
    "sequenceFlow": ("flow", "順序流", "顺序流"),
    "lane": ("lane", "泳道", "泳道"),
    "participant": ("pool", "泳池", "泳池"),
    "process": ("process", "流程", "流程"),
    "rule": ("rule", "規則列", "规则行"),
    "decision": ("decision", "決策", "决策"),
    "field": ("field", "欄位", "字段"),
    "form": ("form", "表單", "表单"),
    "letter": ("letter", "信函", "信函"),
}
_PROPERTY = "extensionElements/properties/property"
_PROPERTIES = (
    (
        r"timerEventDefinition/(timeDate|timeDuration)/text\(\)",
        "is due {0}",
        "到期時間",
        "到期时间",
    ),
    (r"timerEventDefinition/timeCycle/text\(\)", "repeats {0}", "重複週期", "重复周期"),
    (r"extensionElements/taskSchedule/@dueDate", "is due {0}", "任務期限", "任务期限"),
    (r"conditionExpression/text\(\)", "is taken if {0}", "條件", "条件"),
    (
        r"extensionElements/assignmentDefinition/@candidateGroups",
        "is for {0}",
        "候選群組",
        "候选组",
    ),
    (
        r"extensionElements/assignmentDefinition/@assignee",
        "is given to {0}",
        "指定人員",
        "指定人员",
    ),
    (r"extensionElements/formDefinition/@formId", "has the form {0}", "表單", "表单"),
    (r"extensionElements/taskDefinition/@type", "is done by {0}", "工作類型", "作业类型"),
    (r"extensionElements/calledElement/@processId", "calls {0}", "呼叫流程", "调用流程"),
    (r"extensionElements/calledDecision/@decisionId", "asks the decision {0}", "決策", "决策"),
    (r"extensionElements/script/@expression", "computes {0}", "運算式", "表达式"),
    (
        r"extensionElements/ioMapping/input\[([^]]*)\]/@source",
        "takes {1} from {0}",
        "輸入 {1}",
        "输入 {1}",
    ),
    (
        r"extensionElements/ioMapping/output\[([^]]*)\]/@source",
        "gives {1} as {0}",
        "輸出 {1}",
        "输出 {1}",
    ),
    (rf"{_PROPERTY}\[fourEyes\]/@value", "is not for who did {0}", "四眼原則", "四眼原则"),
    (rf"{_PROPERTY}\[clause\]/@value", "fulfils {0}", "對應條款", "对应条款"),
    (
        rf"{_PROPERTY}\[name:zh-Hant\]/@value",
        "is called {0} in Chinese",
        "中文名稱",
        "繁体中文名称",
    ),
    (
        rf"{_PROPERTY}\[name:zh-Hans\]/@value",
        "is called {0} in Simplified Chinese",
        "簡體中文名稱",
        "简体中文名称",
    ),
    (rf"{_PROPERTY}\[([^]]*)\]/@value", "has {1} = {0}", "屬性 {1}", "属性 {1}"),
    (
        r"extensionElements/taskHeaders/header\[([^]]*)\]/@value",
        "has the header {1} = {0}",
        "標頭 {1}",
        "标头 {1}",
    ),
    (r"@name", "is called {0}", "名稱", "名称"),
    (r"@sourceRef", "comes from {0}", "來源", "来源"),
    (r"@targetRef", "leads to {0}", "目標", "目标"),
    (r"@default", "goes by {0} otherwise", "預設流向", "默认流向"),
    (r"@cancelActivity", "interrupts: {0}", "中斷", "中断"),
    (r"subject", "has the subject {0}", "主旨", "主题"),
    (r"paragraph (\d+)", "says in paragraph {1}: {0}", "第 {1} 段", "第 {1} 段"),
    (r"type", "is a {0}", "類型", "类型"),
)


def say(change: Change, language: str = "en") -> list[str]:
    """The change in sentences, one for each property that differs."""
    language = language_of(language).tag
    what = _TYPES.get(change.type, (change.type,) * len(LANGUAGES))[LANGUAGES.index(language)]
    name = change.name(language)
    who = f"The {what} “{name}”" if language == "en" else f"{what}{_quoted(name, language)}"
    if change.kind is not Kind.CHANGED:
        told = _KINDS[language][change.kind]
        return [f"{who} {told}." if language == "en" else f"{who}{told}。"]
    return [_sentence(who, difference, change, language) for difference in change.what]


def _quoted(text: str, language: str) -> str:
    return f"「{text}」" if language == "zh-Hant" else f"“{text}”"


def say_all(changes: Iterable[Change], language: str = "en") -> list[str]:
    """What a reader has to know first: moves on the diagram come last."""
    ordered = sorted(changes, key=lambda change: change.kind is Kind.MOVED)
    return [sentence for change in ordered for sentence in say(change, language)]


def _sentence(who: str, difference: Difference, change: Change, language: str) -> str:
    label = _words(difference.property, change, language)
    after, before = (say_value(text, language) for text in (difference.after, difference.before))
    if language != "en":
        gone, was_none, now_is, was_is = _THEN[language]
        now = gone if difference.after is None else f"{now_is}{_quoted(after, language)}"
        was = was_none if difference.before is None else f"{was_is}{_quoted(before, language)}"
        return f"{who}的{label}{now}，{was}。"
    if difference.after is None:
        return f"{who} no longer {label.format(before)}."
    was = "" if difference.before is None else f", was {before.removeprefix('in ')}"
    told = f"is now{label[2:]}" if label.startswith("is ") else f"now {label}"
    return f"{who} {told.format(after)}{was}."


_THEN = {
    "zh-Hant": ("已移除", "原無", "現為", "原為"),
    "zh-Hans": ("已移除", "原无", "现为", "原为"),
}


def _words(path: str, change: Change, language: str) -> str:
    """How a property is called; in English as what the element does with its value, {0}."""
    if change.type == "rule":
        return f"has {_escape(path)}: {{0}}" if language == "en" else _quoted(path, language)
    for pattern, *words in _PROPERTIES:
        found = re.fullmatch(pattern, path)
        if found:
            part = found[1] if found.groups() else ""
            part = _escape(part) if language == "en" else part
            return words[LANGUAGES.index(language)].replace("{1}", part)
    return (f"has {_escape(path)} = {{0}}", f"屬性 {path} ", f"属性 {path} ")[
        LANGUAGES.index(language)
    ]


def _escape(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


_UNITS = {
    "Y": ("year", "年", "年"),
    "W": ("week", "週", "周"),
    "D": ("day", "天", "天"),
    "TH": ("hour", "小時", "小时"),
    "TM": ("minute", "分鐘", "分钟"),
    "M": ("month", "個月", "个月"),
    "TS": ("second", "秒", "秒"),
}
_MOVED = re.compile(r"=\s*working (days|hours) after\(\s*now\(\)\s*,\s*(\d+)\s*\)")
_CLOCK = re.compile(
    r'=\s*(?:if deadline\("(?P<tested>[^"]+)"\) = null then .+ else '
    r')?deadline\("(?P<clock>[^"]+)"\)'
)
_DAY = re.compile(r'=\s*date and time\(date\((?P<name>\w+)\), time\("[^"]+"\)\)')
_LATER = re.compile(r'=\s*now\(\)\s*\+\s*duration\("(P[^"]+)"\)')


_WORKING = {
    "days": ("in {} working days", "{} 個工作日後", "{} 个工作日后"),
    "hours": ("in {} working hours", "{} 個工作小時後", "{} 个工作小时后"),
}
_BY_CLOCK = ("by the clock “{}”", "時限「{}」", "时限“{}”")
_ON_DAY = ("on the day of {}", "於 {} 當日", "于 {} 当日")
_WITHIN = ("in {}", "{}後", "{}后")


def say_value(text: str | None, language: str = "en") -> str:
    """A value as it would be said: durations and working days in words, anything else as it is
    written."""
    language = language_of(language).tag
    if text is None:
        return ""
    place, written = LANGUAGES.index(language), text.strip()
    moved, clock, day, later = (each.fullmatch(written) for each in (_MOVED, _CLOCK, _DAY, _LATER))
    if moved:
        said = _WORKING[moved[1]][place].format(moved[2])
        return said.removesuffix("s") if moved[2] == "1" else said
    if clock and clock["tested"] in (None, clock["clock"]):
        return _BY_CLOCK[place].format(clock["clock"])
    if day:
        return _ON_DAY[place].format(day["name"])
    length = _length(later[1] if later else written, language)
    if length:
        return _WITHIN[place].format(length)
    return f"“{text}”" if language == "en" else text


def _length(text: str, language: str) -> str:
    found = re.fullmatch(r"P((?:\d+[YMWD])*)(?:T((?:\d+[HMS])+))?", text)
    if not found or text in ("P", "PT"):
        return ""
    days = [(unit, number) for number, unit in re.findall(r"(\d+)([YMWD])", found[1] or "")]
    times = [("T" + unit, number) for number, unit in re.findall(r"(\d+)([HMS])", found[2] or "")]
    parts = []
    for unit, number in days + times:
        word = _UNITS[unit][LANGUAGES.index(language)]
        parts.append(
            f"{number} {word}s" if language == "en" and number != "1" else f"{number} {word}"
        )
    return " ".join(parts)
