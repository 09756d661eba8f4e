"""One fact a complaint: what is counted of it, in one row of `complaint_fact`.

It follows from the other rows of the case and from nothing else. Whoever writes one of those says
`touch` (service.db); before the commit the fact of each case that was touched is brought up to date
by one statement, so that figures are of the same instant as the cases themselves. `rebuild_facts`
writes all of them again; nothing else writes the table.
"""

from service.facts.keep import derive_facts, keep_facts, list_facts, rebuild_facts
from service.facts.select import CLOCKS
from service.facts.tables import complaint_fact

__all__ = ["CLOCKS", "complaint_fact", "derive_facts", "keep_facts", "list_facts", "rebuild_facts"]
