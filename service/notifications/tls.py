"""Who a mail server is, is checked on every way to one: against the authorities of the machine, or
of the bank's own file."""

from __future__ import annotations

import ssl

from service.errors import InvalidInput


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """What connections to mail servers are secured with (RFC 9525: name and chain are verified).
    Raises InvalidInput when the file of authorities cannot be used."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInput(
            "expected certificates of authorities (PEM) in REDRESS_MAIL_CA_FILE, {file} cannot be "
            "used: {why}",
            file=ca_file,
            why=str(error),
        ) from error
