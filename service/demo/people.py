"""The people of the demo's bank beside the eight accounts that a visitor can try: handlers with
their load, one of them away, people of departments, and a second person for every decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service import identity
from service.execution import Runtime
from service.identity import Actor, Role
from service.operations import set_absence, set_staff


@dataclass(frozen=True, slots=True)
class Person:
    """An account: how it is called, what it may do, where it works, and how much it can hold."""

    name: str
    shown: str
    role: Role
    unit: str = "head office"
    skills: tuple[str, ...] = ()
    capacity: int = 12
    language: str = "zh-Hant"


VISITORS = (
    Person("clerk", "Yu Pei-chi", Role.CLERK, language="en"),
    Person(
        "handler",
        "Ho Ching-wen",
        Role.HANDLER,
        skills=("cards", "english"),
        language="en",
    ),
    Person("department", "Kuo Chia-hao", Role.DEPARTMENT, unit="cards", language="en"),
    Person("approver", "Tseng Li-hua", Role.APPROVER, language="en"),
    Person("executive", "Fan Wei-cheng", Role.EXECUTIVE, language="en"),
    Person("owner", "Shih Yu-ting", Role.OWNER, language="en"),
    Person("compliance", "Ou Chen-yu", Role.COMPLIANCE, language="en"),
    Person("admin", "Administrator", Role.ADMIN, language="en"),
)
"""The accounts of the sign-in page: each the only word that a visitor has to know."""
OTHERS = (
    Person("lin.weiting", "林韋廷", Role.HANDLER, skills=("loans", "wealth"), capacity=10),
    Person("chen.yujun", "陳宥鈞", Role.HANDLER, skills=("deposits", "loans"), capacity=8),
    Person("wu.shufen", "吳淑芬", Role.HANDLER, skills=("vulnerable customers",), capacity=8),
    Person("oconnor.maeve", "Maeve O'Connor", Role.HANDLER, skills=("english",), language="en"),
    Person("huang.zhiming", "黃志明", Role.HANDLER, skills=("estates",), capacity=8),
    Person("kao.xinyi", "高心怡", Role.CLERK),
    Person("clark.daniel", "Daniel Clark", Role.CLERK, language="en"),
    Person("tsai.meihui", "蔡美惠", Role.APPROVER),
    Person("ho.jiaqi", "何佳琪", Role.APPROVER),
    Person("peng.yating", "彭雅婷", Role.DEPARTMENT, unit="deposits"),
    Person("hsu.bowen", "許博文", Role.DEPARTMENT, unit="it"),
    Person("fang.jiayu", "方嘉瑜", Role.DEPARTMENT, unit="fraud"),
    Person("yen.kuoliang", "顏國良", Role.EXECUTIVE),
    Person("liao.suzhen", "廖素貞", Role.EXECUTIVE),
    Person("sun.weilun", "孫偉倫", Role.OWNER),
    Person("jiang.peishan", "江佩珊", Role.COMPLIANCE),
)
ABSENT = "huang.zhiming"
AWAY = (timedelta(days=-2), timedelta(days=6))
"""From when until when that handler is away, seen from the day the demo is made."""
AGE = timedelta(days=125)
"""How old the bank is: older than its first complaint."""
PLANNER = Actor("admin", frozenset({Role.ADMIN.value}))


def settle(runtime: Runtime, *, now: datetime) -> None:
    """Make the accounts that are not there yet, with their units, skills and absences."""
    with runtime.database.transaction() as connection:
        for each in OTHERS:
            if identity.find_account(connection, each.name) is None:
                identity.create_account(
                    connection,
                    each.name,
                    None,
                    [each.role.value],
                    now=now,
                    display_name=each.shown,
                    language=each.language,
                )
    for each in (*VISITORS, *OTHERS):
        set_staff(
            runtime,
            each.name,
            unit=each.unit,
            skills=each.skills,
            capacity=each.capacity,
            actor=PLANNER,
            now=now,
        )


def send_away(runtime: Runtime, *, now: datetime) -> None:
    """Note who is away today, once."""
    today = runtime.profile.calendar.local_day(now)
    with runtime.database.read() as connection:
        known = identity.list_staff(connection, on=today - AGE, limit=200)
    if any(each.name == ABSENT and each.absences for each in known):
        return
    first, last = (today + part for part in AWAY)
    set_absence(runtime, ABSENT, first=first, last=last, actor=PLANNER, now=now)
