"""What diagrams may call: services, functions in FEEL, checks of answers, and the effects that
these note. None does anything by itself: the write of the step does.
"""

from service.builtins.answer_checks import check_answer, find_investigator
from service.builtins.barred import check_may_decide, list_barred, list_part
from service.builtins.case_view import CaseView
from service.builtins.check_acceptance import check_acceptance
from service.builtins.check_dates import check_dates
from service.builtins.check_extension import check_extension
from service.builtins.check_people import Choice, check_people, list_choices
from service.builtins.effects import (
    AlarmEffect,
    ArchiveEffect,
    CloseEffect,
    DeadlinesEffect,
    EndEmergencyEffect,
    FollowEffect,
    LetterEffect,
    LevelEffect,
    LinkEffect,
    LogEffect,
    OfferAnsweredEffect,
    OfferEffect,
    OweEffect,
    RecordEffect,
    RegimeEffect,
    SpikeEffect,
    TeamEffect,
    VersionEffect,
)
from service.builtins.functions import functions_of
from service.builtins.host import host_of
from service.builtins.regimes import LEGAL_FACTS, govern
from service.builtins.reviewed import Evidence, Reviewed
from service.builtins.services import end_by_hand

__all__ = [
    "LEGAL_FACTS",
    "AlarmEffect",
    "ArchiveEffect",
    "CaseView",
    "Choice",
    "CloseEffect",
    "DeadlinesEffect",
    "EndEmergencyEffect",
    "Evidence",
    "FollowEffect",
    "LetterEffect",
    "LevelEffect",
    "LinkEffect",
    "LogEffect",
    "OfferAnsweredEffect",
    "OfferEffect",
    "OweEffect",
    "RecordEffect",
    "RegimeEffect",
    "Reviewed",
    "SpikeEffect",
    "TeamEffect",
    "VersionEffect",
    "check_acceptance",
    "check_answer",
    "check_dates",
    "check_extension",
    "check_may_decide",
    "check_people",
    "end_by_hand",
    "find_investigator",
    "functions_of",
    "govern",
    "host_of",
    "list_barred",
    "list_choices",
    "list_part",
]
