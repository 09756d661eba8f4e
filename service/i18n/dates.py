"""Days and times as a reader writes them, by the CLDR of their language.

The reader decides language and form only. In which zone a moment is told is decided by what it is
about: what concerns a case is told in the case's, and the zone is named where the reader's clock
shows another time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Literal

from babel.core import Locale
from babel.dates import (
    format_date,
    format_skeleton,
    get_datetime_format,
    get_timezone_location,
    get_timezone_name,
)

from service.i18n.languages import PSEUDO, language_of
from service.i18n.pseudo import accented

Form = Literal["medium", "long"]
"""How long a day is written: on pages, and in letters."""


@dataclass(frozen=True, slots=True)
class Times:
    """How moments are told: in `language`, in the `zone` of what they are about, to a reader whose
    clock goes by `home` (None: the same)."""

    language: str
    zone: tzinfo
    home: tzinfo | None = None

    def moment(self, at: datetime | None) -> str:
        """`30 Nov 2026, 10:00`, with the zone's name where the reader's clock shows another time;
        nothing for no time."""
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        told = _joined(local, self.language, "medium")
        if self.home is None or local.utcoffset() == at.astimezone(self.home).utcoffset():
            return told
        name = _said(zone_name(local, self.language), self.language)
        return told + language_of(self.language).bracketed(name)

    @property
    def zone_note(self) -> str:
        """The name of the zone for those whose clock goes by another; nothing for the rest."""
        if self.home is None or str(self.zone) == str(self.home):
            return ""
        return _said(location_name(self.zone, self.language), self.language)

    def day(self, at: datetime | None) -> str:
        """`30 Nov 2026`, the day in the zone; nothing for no time."""
        return "" if at is None else day(at.astimezone(self.zone), self.language)

    def letter_moment(self, at: datetime) -> str:
        """As letters say it: `30 November 2026 at 10:00`."""
        return _joined(at.astimezone(self.zone), self.language, "long")

    def letter_day(self, at: datetime) -> str:
        """As letters say it: `30 November 2026`."""
        return day(at.astimezone(self.zone), self.language, form="long")


def day(at: date, language: str, *, form: Form = "medium") -> str:
    """A day: `30 Nov 2026`, `2026年11月30日`; with `form="long"` as a letter has it."""
    return _said(format_date(_date(at), form, locale=_locale(language)), language)


def weekday(at: date, language: str) -> str:
    """A day of these weeks: `Mon 30 Nov`, `11月30日週一`."""
    return _said(format_skeleton("MMMEd", _date(at), locale=_locale(language)), language)


def clock_time(at: datetime, language: str, *, seconds: bool = False) -> str:
    """The time of a day, to the minute: `10:00`; or to the second."""
    skeleton = "Hms" if seconds else "Hm"
    return str(format_skeleton(skeleton, at.replace(tzinfo=None), locale=_locale(language)))


def zone_name(at: datetime, language: str) -> str:
    """What the zone of a moment is called on that day: `British Summer Time`."""
    return str(get_timezone_name(at, width="long", locale=_locale(language)))


def location_name(zone: tzinfo, language: str) -> str:
    """What a zone is called all the year: `United Kingdom Time`."""
    return str(get_timezone_location(zone, locale=_locale(language)))


def _joined(local: datetime, language: str, form: Form) -> str:
    pattern = str(get_datetime_format(form, locale=_locale(language))).replace("'", "")
    return pattern.replace("{0}", clock_time(local, language)).replace(
        "{1}", day(local, language, form=form)
    )


def _date(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at


def _said(text: str, language: str) -> str:
    return accented(text) if language == PSEUDO else text


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    return Locale.parse(language_of(language).locale)
