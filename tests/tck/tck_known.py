"""The cases of the test kit that are known to fail, by the last folder and the case, each with its
reason."""

_JAVA = (
    "calls a Java function; external functions are refused by design, nothing outside FEEL "
    "and DMN is run"
)
_EXTERNAL = (
    "01:boxed_001",
    "01:literal_001",
    "01:literal_002",
    "01:literal_003",
    "01:literal_004",
    "01:literal_005",
    "01:literal_006",
    "01:literal_007",
    "01:literal_008",
    "01:literal_009",
    "01:literal_010",
    "01:literal_011",
    "01:literal_012",
    "01:varargs_001",
)

KNOWN: dict[str, str] = {f"0076-feel-external-java/{case}": _JAVA for case in _EXTERNAL}
