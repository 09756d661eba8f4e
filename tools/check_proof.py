"""Whether a complaint's file is what the bank sealed: for anybody outside, without Redress.

    python check_proof.py proof.json seal.key.pub [file.zip]

`proof.json` is from `redress audit prove`, `seal.key.pub` the bank's public key, `file.zip` the
file of the case ("Whole file"). It needs the package `cryptography` and nothing else. It checks
that the seal was signed with the key, that the leaf of the case is under the seal's root (RFC
6962), and that the history in the file is a chain that holds the row which was sealed.
"""

import hashlib
import json
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_signature(seal, public):
    signed = {name: value for name, value in seal.items() if name != "signature"}
    try:
        load_pem_public_key(public).verify(bytes.fromhex(seal["signature"]), canonical(signed))
    except InvalidSignature:
        sys.exit("the seal was not signed with this key")


def check_path(proof):
    here = hashlib.sha256(b"\x00" + proof["leaf"].encode()).digest()
    for side, other in proof["path"]:
        pair = bytes.fromhex(other) + here if side == "left" else here + bytes.fromhex(other)
        here = hashlib.sha256(b"\x01" + pair).digest()
    if here.hex() != proof["seal"]["root"]:
        sys.exit("the case is not in this seal")


def check_history(rows, tip):
    """The rows are a chain, and one of them is the sealed end."""
    before, sealed = "0" * 64, False
    for number, row in enumerate(rows, 1):
        at = datetime.fromisoformat(row["at"]).astimezone(UTC).isoformat(timespec="microseconds")
        content = [
            row["root_key"],
            row["seq"],
            at,
            row["actor"],
            row["event"],
            row["subject_key"],
            row["details"],
            before,
        ]
        digest = hashlib.sha256(canonical(content)).hexdigest()
        if (row["seq"], row["previous_hash"], row["hash"]) != (number, before, digest):
            sys.exit(f"the history breaks at row {number}")
        before = digest
        sealed = sealed or [row["seq"], row["hash"]] == tip
    if not sealed:
        sys.exit("the history in the file does not hold the row that was sealed")


def main(proof_path, public_path, file_path=None):
    proof = json.loads(Path(proof_path).read_text("utf-8"))
    check_signature(proof["seal"], Path(public_path).read_bytes())
    check_path(proof)
    leaf = json.loads(proof["leaf"])
    print(f"{leaf['subject']} is in seal {proof['seal']['number']} of {proof['seal']['at']}")
    if file_path:
        with zipfile.ZipFile(file_path) as archive:
            rows = json.loads(archive.read("history.json"))
        check_history(rows, leaf["tip"])
        print(f"its history of {len(rows)} rows holds the sealed row {leaf['tip'][0]}")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
