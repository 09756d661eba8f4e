"""A seal: one signed hash over the whole record, kept where whoever owns the database cannot write.

It is a file of its own, beside one with its leaves, a line for each case and each other thing that
is sealed. The signature is Ed25519 over the canonical form of the seal; each seal names the hash of
the one before it, so that none can be taken out of the row unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.audit.merkle import leaf_hash, root_hash
from service.errors import InvalidInput

FIRST = "0" * 64
"""What stands for the seal before the first one."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is sealed of one subject, such as `case:4259840`."""

    subject: str
    document: Mapping[str, Any]

    def content(self) -> bytes:
        return canonical({"subject": self.subject, **self.document})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal as it was read, with its leaves by subject."""

    seal: Mapping[str, Any]
    leaves: Mapping[str, Mapping[str, Any]]


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one form of a document that is hashed and signed: JSON, sorted keys."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def make_key(path: Path) -> Path:
    """A new private key at `path`, for its owner only, and the public one beside it; where that is.
    Raises InvalidInput where there is a file already."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(private)
    except FileExistsError:
        raise InvalidInput("expected no file at {path}, there is one", path=str(path)) from None
    beside = path.with_name(path.name + ".pub")
    beside.write_bytes(public)
    return beside


def read_private(path: Path) -> Ed25519PrivateKey:
    """The key that seals are signed with. Raises InvalidInput."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "expected a private key in {path}: {why}", path=str(path), why=str(error)[:200]
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput("expected an Ed25519 key in {path}", path=str(path))
    return key


def read_public(path: Path) -> Ed25519PublicKey:
    """The key that seals are checked with. Raises InvalidInput."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "expected a public key in {path}: {why}", path=str(path), why=str(error)[:200]
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInput("expected an Ed25519 key in {path}", path=str(path))
    return key


def list_seals(folder: Path) -> list[Path]:
    """The seals in a folder, in their order."""
    return sorted(folder.glob("seal-*.json"))


def write_seal(
    folder: Path,
    leaves: Iterable[Leaf],
    key: Ed25519PrivateKey,
    *,
    at: str,
    columns: Mapping[str, Sequence[str]],
    notes: Sequence[str] = (),
) -> Path:
    """Write the next seal of a folder and its leaves; where the seal is. `notes` are what was found
    wrong before it was made: a seal hides nothing that was found; `columns` what was sealed of each
    table. Raises InvalidInput where the
    folder cannot be written."""
    before = list_seals(folder)
    number = len(before) + 1
    contents = [leaf.content() for leaf in sorted(leaves, key=lambda each: each.subject)]
    seal: dict[str, Any] = {
        "number": number,
        "at": at,
        "leaves": len(contents),
        "root": root_hash([leaf_hash(each) for each in contents]).hex(),
        "previous": sha256(before[-1].read_bytes()).hexdigest() if before else FIRST,
        "columns": {name: list(each) for name, each in columns.items()},
        "notes": list(notes),
    }
    seal["signature"] = key.sign(canonical(seal)).hex()
    path = folder / f"seal-{number:06}.json"
    try:
        with path.with_suffix(".leaves").open("xb") as file:
            file.writelines(each + b"\n" for each in contents)
        with path.open("xb") as file:
            file.write(canonical(seal))
    except OSError as error:
        raise InvalidInput(
            "expected a folder where seals can be written, {folder} cannot: {why}",
            folder=str(folder),
            why=error.strerror or "",
        ) from None
    return path


def read_seal(path: Path, public: Ed25519PublicKey) -> Sealed:
    """A seal whose signature and leaves were checked. Raises InvalidInput for one that is not
    ours, was changed, or is not the successor of the one before it."""
    try:
        seal: dict[str, Any] = orjson.loads(path.read_bytes())
        lines = path.with_suffix(".leaves").read_bytes().splitlines()
        signed = {name: value for name, value in seal.items() if name != "signature"}
        public.verify(bytes.fromhex(seal["signature"]), canonical(signed))
    except InvalidSignature:
        raise InvalidInput("{path}: the signature is not of this key", path=str(path)) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            "expected a seal in {path}: {why}", path=str(path), why=str(error)[:200]
        ) from None
    if root_hash([leaf_hash(each) for each in lines]).hex() != seal["root"]:
        raise InvalidInput(
            "{path}: the leaves beside it are not those it was made over", path=str(path)
        )
    _check_row(path, seal)
    documents = [orjson.loads(each) for each in lines]
    return Sealed(seal, {each.pop("subject"): each for each in documents})


def _check_row(path: Path, seal: Mapping[str, Any]) -> None:
    number = int(seal["number"])
    before = path.with_name(f"seal-{number - 1:06}.json")
    known = sha256(before.read_bytes()).hexdigest() if before.exists() else None
    if number == 1:
        known = FIRST
    if known is not None and known != seal["previous"]:
        raise InvalidInput("{path}: the seal before it is another", path=str(path))
    if known is None:
        raise InvalidInput("{path}: the seal before it is missing", path=str(path))
