"""The sentences of a comparison by what differs: of a value that is new, of one that is another, of
one that is gone. `{part}` is the part of the property that its pattern takes out."""

from __future__ import annotations

from service.sentence import Phrases, Words

TYPES: Words = {
    "userTask": "task",
    "serviceTask": "service",
    "sendTask": "letter",
    "scriptTask": "script",
    "businessRuleTask": "decision",
    "receiveTask": "receipt",
    "callActivity": "called process",
    "subProcess": "sub-process",
    "adHocSubProcess": "ad-hoc sub-process",
    "startEvent": "start",
    "endEvent": "end",
    "boundaryEvent": "boundary event",
    "intermediateCatchEvent": "event",
    "intermediateThrowEvent": "event",
    "exclusiveGateway": "choice",
    "parallelGateway": "fork or join",
    "inclusiveGateway": "choice of several",
    "eventBasedGateway": "wait for the first",
    "sequenceFlow": "flow",
    "lane": "lane",
    "participant": "pool",
    "process": "process",
    "rule": "rule",
    "decision": "decision",
    "field": "field",
    "form": "form",
    "letter": "letter",
}
PROPERTY = "extensionElements/properties/property"
PROPERTIES: Phrases = {
    r"timerEventDefinition/(?:timeDate|timeDuration)/text\(\)": (
        "{who} is now due {after}.",
        "{who} is now due {after}, was {before}.",
        "{who} no longer is due {before}.",
    ),
    r"timerEventDefinition/timeCycle/text\(\)": (
        "{who} now repeats {after}.",
        "{who} now repeats {after}, was {before}.",
        "{who} no longer repeats {before}.",
    ),
    "extensionElements/taskSchedule/@dueDate": (
        "{who} is now due {after}.",
        "{who} is now due {after}, was {before}.",
        "{who} no longer is due {before}.",
    ),
    r"conditionExpression/text\(\)": (
        "{who} is now taken if {after}.",
        "{who} is now taken if {after}, was {before}.",
        "{who} no longer is taken if {before}.",
    ),
    "extensionElements/assignmentDefinition/@candidateGroups": (
        "{who} is now for {after}.",
        "{who} is now for {after}, was {before}.",
        "{who} no longer is for {before}.",
    ),
    "extensionElements/assignmentDefinition/@assignee": (
        "{who} is now given to {after}.",
        "{who} is now given to {after}, was {before}.",
        "{who} no longer is given to {before}.",
    ),
    "extensionElements/formDefinition/@formId": (
        "{who} now has the form {after}.",
        "{who} now has the form {after}, was {before}.",
        "{who} no longer has the form {before}.",
    ),
    "extensionElements/taskDefinition/@type": (
        "{who} is now done by {after}.",
        "{who} is now done by {after}, was {before}.",
        "{who} no longer is done by {before}.",
    ),
    "extensionElements/calledElement/@processId": (
        "{who} now calls {after}.",
        "{who} now calls {after}, was {before}.",
        "{who} no longer calls {before}.",
    ),
    "extensionElements/calledDecision/@decisionId": (
        "{who} now asks the decision {after}.",
        "{who} now asks the decision {after}, was {before}.",
        "{who} no longer asks the decision {before}.",
    ),
    "extensionElements/script/@expression": (
        "{who} now computes {after}.",
        "{who} now computes {after}, was {before}.",
        "{who} no longer computes {before}.",
    ),
    r"extensionElements/ioMapping/input\[(?P<part>[^]]*)\]/@source": (
        "{who} now takes {part} from {after}.",
        "{who} now takes {part} from {after}, was {before}.",
        "{who} no longer takes {part} from {before}.",
    ),
    r"extensionElements/ioMapping/output\[(?P<part>[^]]*)\]/@source": (
        "{who} now gives {part} as {after}.",
        "{who} now gives {part} as {after}, was {before}.",
        "{who} no longer gives {part} as {before}.",
    ),
    rf"{PROPERTY}\[fourEyes\]/@value": (
        "{who} is now not for who did {after}.",
        "{who} is now not for who did {after}, was {before}.",
        "{who} no longer is not for who did {before}.",
    ),
    rf"{PROPERTY}\[clause\]/@value": (
        "{who} now fulfils {after}.",
        "{who} now fulfils {after}, was {before}.",
        "{who} no longer fulfils {before}.",
    ),
    rf"{PROPERTY}\[name:zh-Hant\]/@value": (
        "{who} is now called {after} in Chinese.",
        "{who} is now called {after} in Chinese, was {before}.",
        "{who} no longer is called {before} in Chinese.",
    ),
    rf"{PROPERTY}\[name:zh-Hans\]/@value": (
        "{who} is now called {after} in Simplified Chinese.",
        "{who} is now called {after} in Simplified Chinese, was {before}.",
        "{who} no longer is called {before} in Simplified Chinese.",
    ),
    rf"{PROPERTY}\[(?P<part>[^]]*)\]/@value": (
        "{who} now has {part} = {after}.",
        "{who} now has {part} = {after}, was {before}.",
        "{who} no longer has {part} = {before}.",
    ),
    r"extensionElements/taskHeaders/header\[(?P<part>[^]]*)\]/@value": (
        "{who} now has the header {part} = {after}.",
        "{who} now has the header {part} = {after}, was {before}.",
        "{who} no longer has the header {part} = {before}.",
    ),
    "@name": (
        "{who} is now called {after}.",
        "{who} is now called {after}, was {before}.",
        "{who} no longer is called {before}.",
    ),
    "@sourceRef": (
        "{who} now comes from {after}.",
        "{who} now comes from {after}, was {before}.",
        "{who} no longer comes from {before}.",
    ),
    "@targetRef": (
        "{who} now leads to {after}.",
        "{who} now leads to {after}, was {before}.",
        "{who} no longer leads to {before}.",
    ),
    "@default": (
        "{who} now goes by {after} otherwise.",
        "{who} now goes by {after} otherwise, was {before}.",
        "{who} no longer goes by {before} otherwise.",
    ),
    "@cancelActivity": (
        "{who} now interrupts: {after}.",
        "{who} now interrupts: {after}, was {before}.",
        "{who} no longer interrupts: {before}.",
    ),
    "subject": (
        "{who} now has the subject {after}.",
        "{who} now has the subject {after}, was {before}.",
        "{who} no longer has the subject {before}.",
    ),
    r"paragraph (?P<part>\d+)": (
        "{who} now says in paragraph {part}: {after}.",
        "{who} now says in paragraph {part}: {after}, was {before}.",
        "{who} no longer says in paragraph {part}: {before}.",
    ),
    "type": (
        "{who} is now a {after}.",
        "{who} is now a {after}, was {before}.",
        "{who} no longer is a {before}.",
    ),
}
"""By the pattern of the path of a property."""
OTHERS: Phrases = {
    "rule": (
        "{who} now has {part}: {after}.",
        "{who} now has {part}: {after}, was {before}.",
        "{who} no longer has {part}: {before}.",
    ),
    "": (
        "{who} now has {part} = {after}.",
        "{who} now has {part} = {after}, was {before}.",
        "{who} no longer has {part} = {before}.",
    ),
}
"""Of a rule, and of a property that has no words of its own."""
KINDS: Words = {
    "added": "{who} is new.",
    "removed": "{who} is gone.",
    "moved": "{who} stands elsewhere on the diagram.",
}
VALUES: Words = {
    "clock": "by the clock “{name}”",
    "until": "by the clock “{name}”; until it is set, {then}",
    "day": "on the day of {name}",
    "at": "on the day: {name}",
    "part": "when {share} % of its clock have run",
    "in": "in {length}",
    "was": "{length}",
    "due": "when the {name} is due",
    "level": "by the level of the emergency",
    "written": "“{text}”",
}
"""Values: the date of a clock, the same with what counts until it is set, a day that a variable
names, the same said by a variable's title, a part of a clock, a length of time from now on, one
that was before, the date of what a variable is about, the time between situation reports, and what
is shown as it is written."""
WHO: Words = {"who": "The {what} “{name}”"}
