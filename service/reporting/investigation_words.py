"""What the investigation report calls its parts; the catalogue has each in the other languages."""

from __future__ import annotations

from service.sentence import Words

PARTS: Words = {
    "title": "Investigation report",
    "complaint": "The complaint",
    "number": "Number",
    "customer": "Customer",
    "channel": "Channel",
    "received": "Received",
    "severity": "Severity",
    "content": "Content",
    "plan": "What was to be settled",
    "consultations": "What the departments said",
    "contacts": "Contact log",
    "words": "What the customer added",
    "evidence": "Evidence",
    "findings": "Findings",
    "none": "None.",
    "when": "When",
    "who": "Who",
    "with": "Spoke with",
    "means": "Means",
    "result": "Result",
    "note": "Note",
    "file": "File",
    "kind": "Kind",
    "source": "Source",
    "hash": "SHA-256",
    "locked": "locked away",
    "made": "Made",
    "draft": "Draft: not signed off",
    "signed": "Signed off by",
}
