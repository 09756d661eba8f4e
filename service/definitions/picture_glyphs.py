"""The small drawings inside a diagram's shapes, on a 16 × 16 grid, as SVG with presentation
attributes only."""

from __future__ import annotations

_LINE = 'fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round"'
_HEAVY = 'fill="none" stroke="currentColor" stroke-width="2.6"'
_SOLID = 'fill="currentColor" stroke="none"'
_ENVELOPE = f'<path {_LINE} d="M1.5 3.5h13v9h-13z M1.5 3.5l6.5 5 6.5-5"/>'
_FULL_ENVELOPE = f'<path {_SOLID} d="M1 3h14L8 8z M1 4.8v8.2h14V4.8L8 10z"/>'

TASKS = {
    "userTask": (
        f'<circle {_LINE} cx="8" cy="5" r="3"/><path {_LINE} d="M2 15c0-4 2.6-6 6-6s6 2 6 6z"/>'
    ),
    "manualTask": f'<path {_LINE} d="M2 9l4-5 1.4 1L6 8h8v1.8H9.5h3.5v1.8H9.5h2.5v1.8H5L2 12z"/>',
    "serviceTask": f'<circle {_LINE} cx="8" cy="8" r="2.4"/>'
    '<circle fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="2.4 1.9" '
    'cx="8" cy="8" r="5.6"/>',
    "scriptTask": f'<path {_LINE} d="M5 2h8c-3 4 2 8-1 12H4c3-4-2-8 1-12z M6 6h4 M7 10h4"/>',
    "businessRuleTask": (
        f'<path {_SOLID} d="M1 3h14v3H1z"/><path {_LINE} d="M1 3h14v10H1z M1 9.5h14 M5 6v7"/>'
    ),
    "sendTask": _FULL_ENVELOPE,
    "receiveTask": _ENVELOPE,
}
"""Drawn in a task's upper left corner."""

GATEWAYS = {
    "exclusiveGateway": f'<path {_HEAVY} d="M4 3l8 10 M12 3L4 13"/>',
    "parallelGateway": f'<path {_HEAVY} d="M8 1v14 M1 8h14"/>',
    "inclusiveGateway": f'<circle {_HEAVY} cx="8" cy="8" r="6"/>',
    "complexGateway": f'<path {_HEAVY} d="M8 1v14 M1 8h14 M3 3l10 10 M13 3L3 13"/>',
    "eventBasedGateway": (
        f'<circle {_LINE} cx="8" cy="8" r="7.2"/><path {_LINE} d="M8 4l4 3-1.5 5h-5L4 7z"/>'
    ),
}

EVENTS = {
    "timer": f'<circle {_LINE} cx="8" cy="8" r="6.8"/><path {_LINE} d="M8 3.6V8l3 2"/>',
    "message": _ENVELOPE,
    "error": f'<path {_LINE} d="M2 14L6 3l4 6 4-7-3 12-4-7z"/>',
    "signal": f'<path {_LINE} d="M8 2l6 11H2z"/>',
    "escalation": f'<path {_LINE} d="M8 1.5l5 13-5-5-5 5z"/>',
    "conditional": f'<path {_LINE} d="M3 1h10v14H3z M5 4.5h6 M5 8h6 M5 11.5h6"/>',
    "link": f'<path {_LINE} d="M1 6h8V3l6 5-6 5v-3H1z"/>',
    "compensate": f'<path {_LINE} d="M8 3v10L2 8z M14 3v10L8 8z"/>',
    "terminate": f'<circle {_SOLID} cx="8" cy="8" r="7"/>',
    "cancel": f'<path {_HEAVY} d="M3 3l10 10 M13 3L3 13"/>',
}
"""By the event definition's name without `EventDefinition`. A throwing message or signal is filled
instead."""

FILLED_EVENTS = {
    "message": _FULL_ENVELOPE,
    **{
        name: EVENTS[name].replace('fill="none"', 'fill="currentColor"')
        for name in ("signal", "escalation", "link", "error", "compensate")
    },
}

PARALLEL = f'<path {_LINE} stroke-width="2" d="M4 2v12 M8 2v12 M12 2v12"/>'.replace(
    ' stroke-width="1.4"', "", 1
)
SEQUENTIAL = f'<path {_LINE} stroke-width="2" d="M2 4h12 M2 8h12 M2 12h12"/>'.replace(
    ' stroke-width="1.4"', "", 1
)
LOOP = f'<path {_LINE} d="M5 14A6 6 0 1 1 9.5 14 M5 14l-3.2-.6 M5 14l.6-3.4"/>'
INSIDE = f'<path {_LINE} d="M2 2h12v12H2z M8 5v6 M5 8h6"/>'
"""The markers at the bottom of an activity: many at once, one after another, again, and 'there is
more inside'."""


def place(drawing: str, x: float, y: float, size: float = 16) -> str:
    """The drawing centred on a point."""
    if not drawing:
        return ""
    return (
        f'<g transform="translate({x - size / 2:g} {y - size / 2:g}) '
        f'scale({size / 16:g})">{drawing}</g>'
    )
