"""Two versions compared: every property, in words of both languages, and as pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from service.cli import main
from service.definitions import (
    Kind,
    compare,
    draw_after,
    draw_before,
    draw_over,
    say,
    say_all,
    say_value,
    shipped_files,
)
from service.definitions.compare_words import LANGUAGES

PROCESSES = Path(__file__).parents[2] / "processes"
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:dd="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t">'
)
TASK = """<process id="p" isExecutable="true"><startEvent id="s"/>
  <userTask id="reply" name="Answer"><extensionElements>
    <zeebe:properties><zeebe:property name="name:zh-Hant" value="答覆"/></zeebe:properties>
    <zeebe:assignmentDefinition candidateGroups="handler"/></extensionElements></userTask>
  <boundaryEvent id="late" name="Final answer late" attachedToRef="reply"><timerEventDefinition>
    <timeDuration>P30D</timeDuration></timerEventDefinition></boundaryEvent>
  <sequenceFlow id="f" name="refused" sourceRef="s" targetRef="reply"/></process>"""
PLANE = """<di:BPMNDiagram id="d"><di:BPMNPlane id="pl" bpmnElement="p">
  <di:BPMNShape id="s_di" bpmnElement="s"><dc:Bounds x="10" y="10" width="36" height="36"/>
   </di:BPMNShape>
  <di:BPMNShape id="r_di" bpmnElement="reply"><dc:Bounds x="100" y="10" width="100" height="80"/>
   </di:BPMNShape>
  <di:BPMNShape id="l_di" bpmnElement="late"><dc:Bounds x="130" y="72" width="36" height="36"/>
   </di:BPMNShape>
  <di:BPMNEdge id="f_di" bpmnElement="f"><dd:waypoint x="46" y="28"/><dd:waypoint x="100" y="28"/>
   </di:BPMNEdge>
  </di:BPMNPlane></di:BPMNDiagram>"""
OLD = (HEAD + TASK + PLANE + "</definitions>").encode()


def changed(*edits: tuple[str, str]):
    text = OLD.decode()
    for before, after in edits:
        assert before in text
        text = text.replace(before, after)
    return text.encode()


def changes(*edits: tuple[str, str]):
    return compare({"p/a.bpmn": OLD}, {"p/a.bpmn": changed(*edits)})


WORKING = (
    "<timeDuration>P30D</timeDuration>",
    "<timeDuration>=working days after(now(), 15)</timeDuration>",
)


@pytest.mark.parametrize(
    ("edit", "english", "chinese"),
    [
        (
            WORKING,
            "The boundary event “Final answer late” is now due in 15 working days, was 30 days.",
            "邊界事件「Final answer late」的到期時間現為「15 個工作日後」，原為「30 天後」。",
        ),
        (
            ('candidateGroups="handler"', 'candidateGroups="approver"'),
            "The task “Answer” is now for “approver”, was “handler”.",
            "人工任務「答覆」的候選群組現為「approver」，原為「handler」。",
        ),
        (
            ('value="答覆"', 'value="回覆"'),
            "The task “Answer” is now called “回覆” in Chinese, was “答覆”.",
            "人工任務「回覆」的中文名稱現為「回覆」，原為「答覆」。",
        ),
        (
            (
                'targetRef="reply"/>',
                (
                    'targetRef="reply"><conditionExpression>=x &gt; '
                    "1</conditionExpression></sequenceFlow>"
                ),
            ),
            "The flow “refused” is now taken if “=x > 1”.",
            "順序流「refused」的條件現為「=x > 1」，原無。",
        ),
        (
            ('<zeebe:assignmentDefinition candidateGroups="handler"/>', ""),
            "The task “Answer” no longer is for “handler”.",
            "人工任務「答覆」的候選群組已移除，原為「handler」。",
        ),
    ],
)
def test_a_change_is_said_in_both_languages(edit, english, chinese):
    found = changes(edit)
    assert [change.kind for change in found] == [Kind.CHANGED]
    assert say_all(found) == [english]
    assert say_all(found, "zh-Hant") == [chinese]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (WORKING, "边界事件“Final answer late”的到期时间现为“15 个工作日后”，原为“30 天后”。"),
        (('value="答覆"', 'value="回覆"'), "用户任务“回覆”的繁体中文名称现为“回覆”，原为“答覆”。"),
        (
            ('candidateGroups="handler"', 'candidateGroups=""'),
            "用户任务“答覆”的候选组现为“”，原为“handler”。",
        ),
    ],
)
def test_a_change_is_said_in_simplified_chinese(edit, said):
    assert say_all(changes(edit), "zh-Hans") == [said]


def test_an_element_has_its_name_in_simplified_chinese_where_it_is_given():
    named = (
        '<zeebe:property name="name:zh-Hant" value="答覆"/>',
        '<zeebe:property name="name:zh-Hans" value="答复"/>',
    )
    (change,) = changes(named)
    assert (change.name("zh-Hans"), change.name("zh-Hant")) == ("答复", "答复")
    assert "用户任务“答复”的简体中文名称现为“答复”，原无。" in say(change, "zh-Hans")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "=working days after(now(), 1)",
        "=working hours after(now(), 2)",
        "P1DT2H",
        '=deadline("final response")',
    ],
)
def test_a_value_is_said_in_every_language(language, text):
    said = say_value(text, language)
    assert said and "=" not in said and "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('=deadline("plan")', '=if deadline("plan") = null then now() else deadline("plan")'),
        ('=part of deadline(deadline("plan"), 0.5)', '=part of deadline(deadline("final"), 0.5)'),
        ("=part of deadline(plan, 0.5)", "=part of deadline(final, 0.5)"),
    ],
)
def test_two_values_that_differ_never_read_the_same(before, after, language):
    (sentence,) = say_all(compare(*_due(before, after)), language)
    assert before in sentence and after in sentence


def _due(before: str, after: str) -> list[dict[str, bytes]]:
    timer = (
        '<userTask id="reply" name="Answer"><extensionElements><zeebe:taskSchedule dueDate=\'{}\'/>'
    )
    shown = '<userTask id="reply" name="Answer"><extensionElements>'
    return [
        {"p.bpmn": (HEAD + TASK.replace(shown, timer.format(due)) + "</definitions>").encode()}
        for due in (before, after)
    ]


def test_what_counts_until_a_clock_is_set_is_said_in_words():
    due = '=if deadline("plan") = null then working days after(now(), {}) else deadline("plan")'
    said = [
        say_all(compare(*_due(due.format(3), due.format(2))), language) for language in LANGUAGES
    ]
    for (sentence,) in said:
        assert "3" in sentence and "2" in sentence and "=if" not in sentence, sentence
    assert any("until it is set, in 2 working days" in sentence for (sentence,) in said)


def test_added_removed_and_moved():
    new = ("</process>", '<userTask id="check" name="Check"/></process>')
    gone = ('<sequenceFlow id="f" name="refused" sourceRef="s" targetRef="reply"/>', "")
    moved = ('<dc:Bounds x="10"', '<dc:Bounds x="20"')
    drawn = (
        "</di:BPMNPlane>",
        '<di:BPMNShape id="c_di" bpmnElement="check"><dc:Bounds x="300" y="10" width="100" '
        'height="80"/>'
        "</di:BPMNShape></di:BPMNPlane>",
    )
    found = changes(new, gone, moved, drawn)
    assert [(change.element, change.kind) for change in found] == [
        ("s", Kind.MOVED),
        ("f", Kind.REMOVED),
        ("check", Kind.ADDED),
    ]
    assert say(found[2]) == ["The task “Check” is new."]
    assert say(found[1], "zh-Hant") == ["順序流「refused」已刪除。"]
    after = changed(new, gone, moved, drawn)
    over = etree.fromstring(draw_over(OLD, after, found))
    marked = {
        node.get("data-element"): node.get("class").split()[-1]
        for node in over.iter()
        if node.get("data-element")
    }
    assert (marked["f"], marked["check"], marked["s"]) == ("removed", "added", "moved")
    assert "removed" in draw_before(OLD, found)
    assert "removed" not in draw_after(after, found)


def test_the_same_files_have_no_change():
    files = {path.name: path.read_bytes() for path in PROCESSES.glob("*.*")}
    assert compare(files, dict(files)) == []


def test_no_attribute_of_a_shipped_file_changes_unseen():
    """Whatever attribute or text is changed, somewhere in the extensions too, the comparison shows
    it."""
    path = PROCESSES / "complaint.bpmn"
    root = etree.fromstring(path.read_bytes())
    process = next(node for node in root.iter("{*}process"))
    nodes = [node for node in process.iter() if isinstance(node.tag, str)]
    missed = []
    for at in range(0, len(nodes), 7):
        for key in list(nodes[at].attrib):
            if key == "id":
                continue
            kept = nodes[at].attrib[key]
            nodes[at].attrib[key] = kept + "x"
            if not compare({"a.bpmn": path.read_bytes()}, {"a.bpmn": etree.tostring(root)}):
                missed.append((nodes[at].tag, key))
            nodes[at].attrib[key] = kept
    assert missed == []


def test_cells_of_tables_and_fields_of_forms():
    table = (PROCESSES / "severity.dmn").read_bytes()
    text = next(node for node in etree.fromstring(table).iter("{*}outputEntry")).findtext("{*}text")
    changed_table = table.replace(f"<text>{text}</text>".encode(), b'<text>"P9"</text>', 1)
    found = compare({"severity.dmn": table}, {"severity.dmn": changed_table})
    assert [change.type for change in found] == ["rule"]
    assert [difference.after for difference in found[0].what] == ['"P9"']
    form = (PROCESSES.parent / "forms" / "pay-compensation.form.json").read_bytes()
    found = compare({"a.form.json": form}, {"a.form.json": form.replace(b'"paidOn"', b'"paidAt"')})
    assert {(change.kind, change.element) for change in found} >= {
        (Kind.ADDED, "a.form.json#paidAt"),
        (Kind.REMOVED, "a.form.json#paidOn"),
    }


def test_the_command_says_and_paints(tmp_path):
    shutil.copytree(PROCESSES, tmp_path / "old" / "processes")
    shutil.copytree(PROCESSES, tmp_path / "new" / "processes")
    sheet = tmp_path / "new" / "processes" / "check-satisfaction.bpmn"
    assert b"working days after(now(), 10)" in sheet.read_bytes()
    sheet.write_bytes(
        sheet.read_bytes().replace(
            b"working days after(now(), 10)", b"working days after(now(), 5)", 1
        )
    )
    arguments = [
        "compare",
        str(tmp_path / "old"),
        str(tmp_path / "new"),
        "--pictures",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "is now due in 5 working days, was 10 working days." in done.output
    assert "0 added, 0 removed, 1 changed, 0 moved" in done.output
    assert len(list((tmp_path / "out").glob("*.svg"))) == 3


def test_a_default_that_one_tool_writes_and_another_leaves_out_is_no_change() -> None:
    table = shipped_files()["processes/delay.dmn"]
    assert b' hitPolicy="UNIQUE"' in table
    path = "processes/delay.dmn"
    assert compare({path: table}, {path: table.replace(b' hitPolicy="UNIQUE"', b"")}) == []
    assert (
        compare({path: table}, {path: table.replace(b' hitPolicy="UNIQUE"', b' hitPolicy="FIRST"')})
        != []
    )
