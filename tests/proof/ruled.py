"""For every shipped rule a diagram that keeps it and one that breaks it."""

from __future__ import annotations

LETTERS = """sendTask acknowledge job=redress.letter head.template=acknowledgement
  sendTask tell job=redress.letter head.template=outcome
  sendTask tell-withdrawn job=redress.letter head.template=withdrawn"""
SERVICES = """serviceTask close job=redress.close
  serviceTask archive job=redress.archive"""
TASKS = """userTask assess
  userTask review-complaint
  userTask propose-solution
  userTask approve-solution prop.fourEyes=propose-solution
  userTask approve-by-committee prop.fourEyes=propose-solution
  userTask pay-compensation prop.fourEyes=propose-solution,approve-solution,approve-by-committee
  userTask ask-customer
  boundaryEvent customer-answered on=ask-customer message=answer key==1
  boundaryEvent no-answer on=ask-customer timer=P10D
  userTask confirm-withdrawal"""


def drawn(flows: str, more: str = "") -> str:
    """The parts that flows lead to, and only those."""
    used = {
        word
        for line in flows.splitlines()
        for part in line.split(" if ")[0].split("->")
        for word in part.split()
    }
    lines = [
        line.strip()
        for block in (LETTERS, SERVICES, TASKS, more)
        for line in block.splitlines()
        if line.strip()
    ]
    kept = [
        line
        for line in lines
        if line.split()[1] in used or "customer-answered" in line or "no-answer" in line
    ]
    if "ask-customer" not in used:
        kept = [line for line in kept if "on=ask-customer" not in line]
    return "\n".join(["process complaint {", "startEvent start", "endEvent end", *kept, flows, "}"])


ASIDE = "customer-answered -> end\nno-answer -> end"
XOR = "exclusiveGateway which"
PAYER = "prop.fourEyes=propose-solution,approve-solution,approve-by-committee"

RULED: dict[str, tuple[str, str]] = {
    "acknowledgement-before-work": (
        drawn("start -> acknowledge -> assess -> end"),
        drawn("start -> assess -> acknowledge -> end"),
    ),
    "customer-told-before-closure": (
        drawn(
            "start -> which\nwhich -> tell if x = 1\nwhich -> tell-withdrawn default\ntell -> "
            "close\n"
            "tell-withdrawn -> close -> end",
            XOR,
        ),
        drawn(
            "start -> assess -> which\nwhich -> tell if x = 1\nwhich -> close default\ntell -> "
            "close -> end\n"
            "tell-withdrawn -> end\nwhich -> tell-withdrawn if x = 2",
            XOR,
        ),
    ),
    "review-before-archive": (
        drawn(
            "start -> which\nwhich -> review-complaint if x = 1\nwhich -> confirm-withdrawal "
            "default\n"
            "review-complaint -> archive\nconfirm-withdrawal -> archive -> end",
            XOR,
        ),
        drawn(
            "start -> assess -> which\nwhich -> review-complaint if x = 1\nwhich -> "
            "confirm-withdrawal if x = 2\n"
            "which -> archive default\nreview-complaint -> archive\nconfirm-withdrawal -> "
            "archive -> end",
            XOR,
        ),
    ),
    "approval-by-another-person": (
        drawn(
            "start -> propose-solution -> which\nwhich -> approve-solution if x = 1\n"
            "which -> approve-by-committee default\napprove-solution -> "
            "end\napprove-by-committee -> end",
            XOR,
        ),
        drawn(
            "start -> propose-solution -> which\nwhich -> approve-solution if x = 1\n"
            "which -> approve-by-committee default\napprove-solution -> "
            "end\napprove-by-committee -> end",
            XOR,
        ).replace("approve-solution prop.fourEyes=propose-solution", "approve-solution"),
    ),
    "payment-by-another-person": (
        drawn(
            "start -> propose-solution -> which\nwhich -> approve-solution if x = 1\n"
            "which -> approve-by-committee default\napprove-solution -> pay-compensation\n"
            "approve-by-committee -> pay-compensation -> end",
            XOR,
        ),
        drawn(
            "start -> propose-solution -> which\nwhich -> approve-solution if x = 1\n"
            "which -> approve-by-committee default\napprove-solution -> pay-compensation\n"
            "approve-by-committee -> pay-compensation -> end",
            XOR,
        ).replace(
            "propose-solution,approve-solution,approve-by-committee",
            "propose-solution,approve-by-committee",
        ),
    ),
    "closed-then-archived": (
        drawn("start -> assess -> close -> archive -> end"),
        drawn(
            "start -> which\nwhich -> close if x = 1\nwhich -> end default\nclose -> which2\n"
            "which2 -> archive if x = 2\nwhich2 -> end default\narchive -> end",
            XOR + "\nexclusiveGateway which2",
        ),
    ),
    "every-case-is-archived": (
        drawn("start -> assess -> archive -> end"),
        drawn(
            (
                "start -> assess -> which\nwhich -> archive if x = 1\nwhich -> end "
                "default\narchive "
                "-> end"
            ),
            XOR,
        ),
    ),
    "closed-once": (
        drawn("start -> assess -> close -> end"),
        drawn(
            "start -> assess -> close -> which\nwhich -> assess if x = 1\nwhich -> end default", XOR
        ),
    ),
    "decided-before-paid": (
        drawn("start -> propose-solution -> pay-compensation -> end").replace(PAYER, ""),
        drawn(
            (
                "start -> fork\nfork -> propose-solution -> join\nfork -> pay-compensation -> "
                "join\njoin -> end"
            ),
            "parallelGateway fork\nparallelGateway join",
        ).replace(PAYER, ""),
    ),
    "told-before-paid": (
        drawn("start -> tell -> pay-compensation -> end").replace(PAYER, ""),
        drawn(
            "start -> which\nwhich -> tell if x = 1\nwhich -> pay-compensation default\n"
            "tell -> pay-compensation -> end",
            XOR,
        ).replace(PAYER, ""),
    ),
    "satisfaction-asked-after-outcome": (
        drawn(
            "start -> which\nwhich -> tell if x = 1\nwhich -> tell-withdrawn default\ntell -> "
            "ask-customer -> end\n"
            f"tell-withdrawn -> end\n{ASIDE}",
            XOR,
        ),
        drawn(
            "start -> assess -> tell -> which\nwhich -> ask-customer if x = 1\nwhich -> end "
            "default\n"
            "ask-customer -> end\nwhich -> tell-withdrawn if x = 2\ntell-withdrawn -> "
            f"end\n{ASIDE}",
            XOR,
        ),
    ),
}
