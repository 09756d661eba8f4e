"""Files by their hash: what customers and staff hand in, kept once, looked at before it is shown.

A file is written to its place before any row names it, and is never changed afterwards.
"""

from service.vault.inspection import INERT, Verdict
from service.vault.store import Kept, Vault, open_vault, read_chunks

__all__ = ["INERT", "Kept", "Vault", "Verdict", "open_vault", "read_chunks"]
