"""One table says who may do what, and everything asks it by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import Forbidden, InvalidInput
from service.execution import Runtime
from service.identity import (
    CLOCK,
    CUSTOMER,
    GRANTS,
    HOUSE,
    IMPORTER,
    MAILBOX,
    RESERVED,
    RESERVED_MESSAGES,
    Actor,
    Grant,
    Permission,
    Role,
    check_may_send,
    check_permission,
    create_account,
)
from service.identity.reference import render
from tests.identity.permission_scan import TABLE, findings, read_sources
from tests.kit.clock import NOW

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


def test_the_source_asks_for_known_permissions_and_names_no_role() -> None:
    assert [str(each) for each in findings(read_sources())] == []


PLANTED = {
    "service/web/x.py": (
        "from service.identity import Permission\n\n\nWHAT = Permission.FLY\n",
        "service/web/x.py:4: asks for an unknown permission FLY",
    ),
    "service/web/templates/x.html": (
        '<p>\n{% if may("letters:burn") %}{% endif %}',
        "service/web/templates/x.html:2: asks for an unknown permission letters:burn",
    ),
    "service/web/templates/y.html": (
        '<p>{% if "handler" in account.roles %}</p>{% endif %}',
        "service/web/templates/y.html:1: names the role handler; ask for a permission instead",
    ),
    "service/operations/x.py": (
        "def f(actor):\n    return actor.groups & {'approver'}\n",
        "service/operations/x.py:2: names the role approver; ask for a permission instead",
    ),
    "service/operations/y.py": (
        "WHO = (Role.CLERK,)\n",
        "service/operations/y.py:1: names the role CLERK; ask for a permission instead",
    ),
}


@pytest.mark.parametrize("path", PLANTED)
def test_what_is_wrong_is_found_with_its_file_and_line(path: str) -> None:
    text, expected = PLANTED[path]
    assert [str(each) for each in findings({**read_sources(), path: text})] == [expected]


def test_a_permission_that_nobody_has_or_asks_for_is_found() -> None:
    sources = read_sources()
    empty = {**GRANTS, Permission.DEPLOY: Grant((), "")}
    (found,) = findings(sources, empty)
    assert found.file == TABLE and found.what == "nobody has the permission DEPLOY"
    assert "Permission.DEPLOY: Grant(" in sources[TABLE].splitlines()[found.line - 1]
    silent = {path: text for path, text in sources.items() if "WATCH_PROCEDURE" not in text}
    silent[TABLE] = sources[TABLE]
    assert "nobody asks for WATCH_PROCEDURE" in {each.what for each in findings(silent)}


def test_the_page_is_written_from_the_table() -> None:
    command = "python -m service.identity.reference > docs/permissions.md"
    assert PAGE.read_text("utf-8") == render(), f"run: {command}"


def test_every_row_says_why_in_one_sentence() -> None:
    for permission, grant in GRANTS.items():
        assert grant.reason.endswith(".") and grant.reason.count(". ") == 0, permission
        assert len(set(grant.roles)) == len(grant.roles), permission


@pytest.mark.parametrize("permission", [each for each in Permission if GRANTS[each].roles])
def test_a_refusal_names_the_roles_that_may(permission: Permission) -> None:
    with pytest.raises(Forbidden) as refused:
        check_permission(Actor("nobody"), permission)
    granted = GRANTS[permission].roles
    held = [role for role in granted if role not in RESERVED] or granted
    assert all(role in refused.value.message for role in held)


def test_the_house_borrows_no_role_of_people() -> None:
    for one in HOUSE:
        assert one.groups.isdisjoint(Role), one
        assert len(one.groups) == 1 and one.groups <= RESERVED, one
    for one in (CUSTOMER, MAILBOX, IMPORTER):
        assert one.may(Permission.REGISTER_COMPLAINTS)
        assert not one.may(Permission.READ_COMPLAINTS), "the channels hand in, they do not look"
    assert not any(CLOCK.may(each) for each in Permission if GRANTS[each].roles)


@pytest.mark.parametrize("role", sorted(RESERVED))
def test_no_account_has_a_role_of_the_house(runtime: Runtime, role: str) -> None:
    with (
        runtime.database.transaction() as connection,
        pytest.raises(InvalidInput, match="the product itself"),
    ):
        create_account(connection, "mallory", None, [role.upper()], now=NOW)


@pytest.mark.parametrize("name", [each.name for each in HOUSE])
def test_no_account_has_a_name_of_the_house(runtime: Runtime, name: str) -> None:
    with (
        runtime.database.transaction() as connection,
        pytest.raises(InvalidInput, match="the product itself"),
    ):
        create_account(connection, name, None, [], now=NOW)


@pytest.mark.parametrize("message", RESERVED_MESSAGES)
@pytest.mark.parametrize("role", Role)
def test_nobody_of_the_bank_speaks_for_a_channel(message: str, role: Role) -> None:
    with pytest.raises(Forbidden):
        check_may_send(Actor("somebody", frozenset({role})), message)
