"""Ad-hoc sub-processes: any element that no flow leads to may begin, in any order and as often as
wanted; one that shares what follows with another begins when that is over."""

from __future__ import annotations

from service.bpmn.model import Element
from service.bpmn.reach import reached_from
from service.proof.layout import Frame
from service.proof.net import Move, Verb
from service.proof.wire import Way, Wiring, arrival, move


def wire_ad_hoc(
    wiring: Wiring, inner: Frame, host: Element, here: int, out: list[Way], clear: int
) -> None:
    """Beginning each of what is in the scope `inner` of `host`, and its end. `here` is the place
    that stands for the sub-process as a whole, `clear` everything in it."""
    ad_hoc, choices = host.ad_hoc, inner.process.choices(host.id)
    branches = {each.id: reached_from(inner.process, each) for each in choices}
    for each in choices:
        told = (Move(Verb.CHOOSE, host.id, inner.process.id, by=each.id, scope=inner.path),)
        begun = [Way((), inner.hub | arrival(inner, each.id), 0)]
        shared = [other for other in branches.values() if other & branches[each.id]]
        busy = _standing(inner, set().union(*shared))
        wiring.add(told, inner.hub, begun, clear=inner.fresh, forbid=busy, beside=inner.work)
    done, over = (move(inner, Verb.PASS, host),), inner.fresh | inner.work
    if ad_hoc is None or ad_hoc.completion is None:
        wiring.add(done, here, out, auto=True, clear=clear, forbid=over)
    else:
        running = inner.fresh if ad_hoc.cancels else over
        wiring.add(done, here, out, clear=clear, forbid=running)


def _standing(frame: Frame, elements: set[str]) -> int:
    """The places of tokens on these elements, and inside of them."""
    mask = 0
    for name in elements:
        mask |= frame.mask_of(name)
        flows = frame.siblings[name].incoming
        mask |= sum(frame.joins[flow] for flow in flows if flow in frame.joins)
    return mask
