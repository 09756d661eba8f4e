"""A message from a channel becomes a complaint: validated here, registered by `service.operations`."""

from service.intake.bulk import MAPPINGS, BulkRow, read_rows
from service.intake.new_complaint import CHANNELS, LANGUAGES, parse_complaint

__all__ = ["CHANNELS", "LANGUAGES", "MAPPINGS", "BulkRow", "parse_complaint", "read_rows"]
