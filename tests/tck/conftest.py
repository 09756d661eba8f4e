"""`--tck DIR` says where the standard's test kit is; a table per folder closes the run."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.kit.tck import Case, count_elements, find_cases
from tests.tck.tck_known import KNOWN


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tck", metavar="DIR", help="the folder of the DMN test kit")


def kit_folder(config: pytest.Config) -> Path | None:
    """The option, else the environment's REDRESS_TCK, else the kit beside the project, where there
    is one."""
    given = config.getoption("tck", default=None) or os.environ.get("REDRESS_TCK")
    folder = Path(given) if given else config.rootpath.parent / "shared/data/dmn-tck"
    if given and not folder.is_dir():
        raise pytest.UsageError(
            f"Expected a folder with the DMN test kit, found nothing at {folder}."
        )
    return folder if folder.is_dir() else None


@pytest.fixture
def kit(request: pytest.FixtureRequest) -> Path:
    """The kit's folder, where there is one."""
    folder = kit_folder(request.config)
    if folder is None:
        pytest.skip("no DMN test kit: say where it is with --tck DIR")
    return folder


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    folder = kit_folder(metafunc.config)
    cases = [] if folder is None else find_cases(folder)
    metafunc.parametrize(
        "case",
        [
            pytest.param(
                case,
                id=case.name,
                marks=_marks(case),
            )
            for case in cases
        ],
    )


def _marks(case: Case) -> list[pytest.MarkDecorator]:
    reason = KNOWN.get("/".join(case.name.split("/")[-2:]))
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "xfailed"):
        for report in terminalreporter.stats.get(outcome, []):
            _, found, name = report.nodeid.partition("test_case[")
            if found:
                counts.setdefault(name.rpartition("/")[0], Counter())[outcome] += 1
    if not counts:
        return
    terminalreporter.section("DMN test kit: result nodes passed per folder")
    for folder, each in sorted(counts.items()):
        terminalreporter.line(_line(each, folder))
    levels: dict[str, Counter[str]] = {}
    for folder, each in counts.items():
        levels.setdefault(folder.partition("/")[0], Counter()).update(each)
    terminalreporter.section("per level")
    for level, each in sorted(levels.items()):
        terminalreporter.line(_line(each, level))
    terminalreporter.line(_line(sum(levels.values(), Counter()), "all"))
    folder = kit_folder(terminalreporter.config)
    if folder is not None:
        tally = count_elements(folder)
        terminalreporter.line(
            f"the kit's {tally.files} files hold {tally.cases} test cases with {tally.results} "
            "result nodes; "
            f"{tally.commented_out} more cases are commented out there"
        )


def _line(counts: Counter[str], name: str) -> str:
    passed, total = counts["passed"], counts.total()
    return f"{passed:5} of {total:5} {passed / total:7.2%}  {name}"
