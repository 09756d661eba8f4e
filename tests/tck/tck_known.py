"""The cases of the test kit that are known to fail, each with its reason."""

KNOWN: dict[str, str] = {}
