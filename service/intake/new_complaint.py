"""From what somebody sent to a complaint that can be registered (S3.2-c).

A missing fact never turns a complaint away: it is registered without, and the procedure asks for
it. What is malformed or oversized is refused field by field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from service.cases import NewComplaint
from service.currencies import CURRENCIES
from service.errors import FieldError, FormInvalid
from service.sentence import Sentence, WordList

CHANNELS: WordList = (
    "phone",
    "email",
    "online",
    "branch",
    "letter",
    "fax",
    "chat",
    "social media",
    "referral",
    "other",
)
LANGUAGES = ("zh-Hant", "zh-Hans", "en")
MAX_AMOUNT = Decimal("9999999999999.99")
LIMITS = {"customerName": 300, "content": 20_000, "product": 300}
CONTACT_LIMITS = {"phone": 100, "email": 320, "address": 1_000}
NUMBERS = ("groupSize", "mediaReach", "customersAffected", "reopened", "similarIn24h")
FLAGS = (
    "vulnerable",
    "regulatorReferral",
    "legalThreat",
    "threatToLife",
    "moneyMoving",
    "systemFault",
    "misconduct",
    "executiveChannel",
    "attitudeOnly",
    "hardship",
    "byProxy",
)
CUSTOMER_TYPES: WordList = (
    "consumer",
    "micro-enterprise",
    "small-business",
    "business",
    "other",
)
LEGAL_FLAGS = ("newAccount", "pointOfSaleOrForeign")
LEGAL = ("entity", "customerType", "sentToCompanyAt", "cycleEndsOn", *LEGAL_FLAGS)
"""What the law's regime and figures are chosen by."""
KNOWN = {
    *LEGAL,
    "contact",
    "channel",
    "receivedAt",
    "amount",
    "currency",
    "language",
    *LIMITS,
    *NUMBERS,
    *FLAGS,
}


def _contact(contact: Any, errors: list[FieldError]) -> dict[str, str | None]:
    """The ways of contact by name."""
    if not isinstance(contact, Mapping):
        errors.append(FieldError("/contact", "expected an object with phone, email or address"))
        contact = {}
    errors += [
        FieldError(f"/contact/{name}", "is not a way of contact")
        for name in contact
        if name not in CONTACT_LIMITS
    ]
    ways = {
        name: _text(contact.get(name), f"/contact/{name}", limit, errors)
        for name, limit in CONTACT_LIMITS.items()
    }
    email = ways["email"]
    if email and ("@" not in email or any(map(str.isspace, email))):
        errors.append(FieldError("/contact/email", "expected an address such as name@example.org"))
    return ways


def parse_complaint(data: Any, *, now: datetime, currency: str = "TWD") -> NewComplaint:
    """A complaint from an untrusted mapping, as in `POST /api/complaints`. Raises FormInvalid."""
    if not isinstance(data, Mapping):
        raise FormInvalid(
            [FieldError("", Sentence("expected an object, got {kind}", kind=type(data).__name__))]
        )
    errors = [
        FieldError(f"/{name}", "is not a field of a complaint")
        for name in data
        if name not in KNOWN
    ]
    texts = {
        name: _text(data.get(name), f"/{name}", limit, errors) for name, limit in LIMITS.items()
    }
    ways = _contact(data.get("contact") or {}, errors)
    new = NewComplaint(
        customer_name=" ".join((texts["customerName"] or "").split()) or None,
        phone=ways["phone"],
        email=ways["email"],
        address=ways["address"],
        channel=_choice(channel_code(data.get("channel")), "/channel", CHANNELS, "other", errors),
        content=texts["content"] or "",
        received_at=_instant(data.get("receivedAt"), now, errors),
        language=_choice(data.get("language"), "/language", LANGUAGES, "zh-Hant", errors),
        product=texts["product"],
        amount=_amount(data.get("amount"), errors),
        currency=_currency(data.get("currency"), currency, errors),
        triage=_triage(data, errors),
        legal=_legal(data, errors),
    )
    if errors:
        raise FormInvalid(errors)
    return new


def channel_code(value: Any) -> Any:
    """The code of a channel however its words are joined: `social-media`, `Social_Media`."""
    if not isinstance(value, str):
        return value
    return " ".join(value.replace("-", " ").replace("_", " ").split()).lower()


def _text(value: Any, pointer: str, limit: int, errors: list[FieldError]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        errors.append(
            FieldError(pointer, Sentence("expected a text, got {kind}", kind=type(value).__name__))
        )
        return None
    if len(value) > limit:
        errors.append(
            FieldError(
                pointer,
                Sentence(
                    "expected at most {limit} characters, got {count}",
                    limit=limit,
                    count=len(value),
                ),
            )
        )
    if "\x00" in value:
        errors.append(FieldError(pointer, "holds a NUL character"))
    return value.strip() or None


def _choice(
    value: Any, pointer: str, known: tuple[str, ...], default: str, errors: list[FieldError]
) -> str:
    if value is None or value == "":
        return default
    if value not in known:
        errors.append(
            FieldError(
                pointer,
                Sentence(
                    "expected one of {known}, got {value!r}", known=known, value=str(value)[:40]
                ),
            )
        )
        return default
    return str(value)


def _instant(value: Any, now: datetime, errors: list[FieldError]) -> datetime:
    if value is None or value == "":
        return now
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        errors.append(
            FieldError("/receivedAt", "expected a date and time such as 2026-01-31T09:30:00+08:00")
        )
        return now
    if found.tzinfo is None:
        errors.append(
            FieldError("/receivedAt", "expected an offset from UTC, such as +08:00 at the end")
        )
        return now
    if found > now + timedelta(minutes=5):
        errors.append(FieldError("/receivedAt", "lies in the future"))
    return found.astimezone(UTC)


def _amount(value: Any, errors: list[FieldError]) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT:
        errors.append(
            FieldError("/amount", Sentence("expected an amount from 0 to {most}", most=MAX_AMOUNT))
        )
        return None
    if amount != amount.quantize(Decimal("0.01")):
        errors.append(FieldError("/amount", "expected at most two decimals"))
    return amount


def _currency(value: Any, default: str, errors: list[FieldError]) -> str:
    if value is None or value == "":
        return default
    if not isinstance(value, str) or value not in CURRENCIES:
        errors.append(
            FieldError(
                "/currency",
                Sentence("expected a currency out of {currencies}", currencies=CURRENCIES),
            )
        )
        return default
    return value


def _legal(data: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    """Facts that are not given are left out."""
    found: dict[str, Any] = {
        "entity": _text(data.get("entity"), "/entity", 100, errors),
        "customerType": _choice(
            data.get("customerType"), "/customerType", CUSTOMER_TYPES, "", errors
        ),
        "sentToCompanyAt": _moment(data.get("sentToCompanyAt"), errors),
        "cycleEndsOn": _day(data.get("cycleEndsOn"), errors),
    }
    given = {name: value for name, value in found.items() if value not in (None, "")}
    return given | _flags(data, LEGAL_FLAGS, errors)


def _flags(
    data: Mapping[str, Any], names: Iterable[str], errors: list[FieldError]
) -> dict[str, bool]:
    """What is true or false; flags that are not given are left out."""
    found: dict[str, bool] = {}
    for name in names:
        value = data.get(name)
        if isinstance(value, bool):
            found[name] = value
        elif value is not None:
            errors.append(FieldError(f"/{name}", "expected true or false"))
    return found


def _moment(value: Any, errors: list[FieldError]) -> str | None:
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        errors.append(
            FieldError(
                "/sentToCompanyAt", "expected a date and time such as 2026-01-31T09:30:00+08:00"
            )
        )
        return None
    return found.astimezone(UTC).isoformat()


def _day(value: Any, errors: list[FieldError]) -> str | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        errors.append(FieldError("/cycleEndsOn", "expected a date such as 2026-01-31"))
        return None


def _triage(data: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in NUMBERS:
        value = data.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000_000:
            errors.append(FieldError(f"/{name}", "expected a whole number"))
        else:
            found[name] = value
    return found | _flags(data, FLAGS, errors)
