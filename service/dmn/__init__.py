"""Decisions to the standard: reads DMN 1.1-1.5, evaluates decisions, and shows how each result came about.

Pure: no database, no clock, no network; `now` is an argument. Also the one hardened way to parse XML, which
`engine` and `definitions` share.
"""

from service.dmn.xml import XmlRefused, parse_xml

__all__ = ["XmlRefused", "parse_xml"]
