"""The keys, and what they close: sealed columns, signed buttons and links, the key of a programme's hashes.

The folder holds three files, each readable by its owner only and none ever part of a backup:

- ``ring.json``: the sealing keys, oldest first; the newest seals, all unseal, so that they can be rotated;
- ``identity.key``: what keyed hashes of documents derive from. It must outlive every rotation: with another one the
  same child would look like a new one;
- ``signing.key``: what signs buttons, links and cookies.

A seal is key id (4 bytes), nonce (12 bytes), AES-256-GCM ciphertext with its tag. What the seal is about ("inbox.payload")
is bound as associated data: a value moved into another column does not open.
"""

import fcntl
import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
RING, IDENTITY, SIGNING = "ring.json", "identity.key", "signing.key"
_FILES = (RING, IDENTITY, SIGNING)
_LOCK, _CREATING = "keys.lock", "keys.creating"
_ID, _NONCE, _TAG = 4, 12, 16
_SIGN_BYTES = 8


class Unreadable(Exception):
    """A sealed value cannot be opened here: KeyLost or SealBroken."""


class KeyLost(Unreadable):
    """A value is sealed under a key that the ring does not hold."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"the key {key_id} is not in the ring: was another key folder used, or a key removed?"
        )
        self.key_id = key_id


class SealBroken(Unreadable):
    """A sealed value was cut, changed, or belongs somewhere else."""


class KeysUnusable(Exception):
    """The key folder cannot be used: a file of it is missing or malformed. Nothing is created in its place."""


class KeyRing:
    """The keys of one deployment, in memory."""

    def __init__(
        self, sealing: dict[str, bytes], identity: bytes, signing: bytes, folder: Path | None = None
    ) -> None:
        """Take the sealing keys by id (8 hex digits), oldest first, and the two single keys, 32 bytes each."""
        self.identity_key = identity
        self.signing_key = signing
        self.folder = folder
        self._seen = _stamp(folder)
        self._take(sealing)

    def _take(self, sealing: dict[str, bytes]) -> None:
        if not sealing:
            raise KeysUnusable("the ring holds no key")
        self._sealing = sealing
        self._opens = {bytes.fromhex(key_id): AESGCM(key) for key_id, key in sealing.items()}
        newest = next(reversed(self._opens))
        self._seals = (newest, self._opens[newest].encrypt)  # one value: another thread may be sealing

    @staticmethod
    def open(folder: Path, *, create: bool = True) -> "KeyRing":
        """Read the keys of a folder; on first use (no key file there) create them, where that is wanted.

        Raises KeysUnusable when some of the files are missing or unreadable: new ones would silently make everything
        sealed before unreadable, or let a child be registered twice.
        """
        if not _complete(folder):
            if not create:
                raise KeysUnusable(
                    f"{folder}: the keys of this database are not here -- copy its keys folder to where DOORSTEP_KEYS"
                    " points, and start again (lost for ever? `doorstep keys adopt` says what is lost with it)"
                )
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with _locked(folder):
                    _create(folder)
            except OSError as why:
                raise KeysUnusable(f"{folder}: no keys can be made here: {why.strerror}") from why
        return KeyRing(
            _read_ring(folder / RING), _read_key(folder / IDENTITY), _read_key(folder / SIGNING), folder
        )

    @property
    def newest(self) -> bytes:
        """The id of the key that seals now, 4 bytes."""
        return self._seals[0]

    def fingerprints(self) -> dict[str, Any]:
        """{"identity", "signing", "ring": {key id}} of short hashes that tell the keys apart and nothing of them."""
        return {
            "identity": _fingerprint(self.identity_key),
            "signing": _fingerprint(self.signing_key),
            "ring": {key_id: _fingerprint(key) for key_id, key in self._sealing.items()},
        }

    def refresh(self) -> bool:
        """Take up a ring that was rotated meanwhile. True: it had changed. Raises KeysUnusable; then nothing changes."""
        if self.folder is None or (stamp := _stamp(self.folder)) == self._seen:
            return False
        ring, newest = _read_ring(self.folder / RING), self.newest.hex()
        if ring.get(newest) != self._sealing[newest]:
            raise KeysUnusable(
                f"{self.folder / RING} holds other keys than at the start: {newest} is not among them"
            )
        self._take(ring)
        self._seen = stamp
        return True

    def seal(self, plain: bytes, about: str) -> bytes:
        """Close a value of a place such as "inbox.payload"; 32 bytes longer than the value."""
        nonce = os.urandom(_NONCE)
        newest, encrypt = self._seals
        return newest + nonce + encrypt(nonce, plain, about.encode())

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Open a value of the same place. Raises KeyLost or SealBroken."""
        if len(sealed) < _ID + _NONCE + _TAG:
            raise SealBroken(f"a sealed value of {about} has only {len(sealed)} bytes")
        key = self._opens.get(bytes(sealed[:_ID]))
        if key is None:
            raise KeyLost(sealed[:_ID].hex())
        try:
            return key.decrypt(sealed[_ID : _ID + _NONCE], sealed[_ID + _NONCE :], about.encode())
        except InvalidTag:
            raise SealBroken(f"a sealed value does not open as {about}") from None

    def programme_key(self, programme: str) -> bytes:
        """The 32 bytes that key the document hashes of one programme; two programmes' hashes cannot be joined."""
        derive = HKDF(
            hashes.SHA256(), KEY_BYTES, salt=None, info=b"doorstep/programme\0" + programme.encode()
        )
        return derive.derive(self.identity_key)

    def sign(self, *parts: str | int) -> str:
        """Eleven URL-safe characters (64 bits) that only this deployment can make for these parts in this order."""
        said = b"".join(b"%d:%b" % (len(part), part) for part in (str(part).encode() for part in parts))
        digest = hmac.digest(self.signing_key, said, hashlib.sha256)
        return urlsafe_b64encode(digest[:_SIGN_BYTES]).rstrip(b"=").decode()

    def check_sign(self, signature: str, *parts: str | int) -> bool:
        """Whether this is the signature of these parts, in constant time."""
        return hmac.compare_digest(signature.encode("utf-8", "replace"), self.sign(*parts).encode())


def add_key(folder: Path) -> str:
    """Put a new key into the ring of a folder: it seals from now on, the older ones still open. Returns its id.

    Raises KeysUnusable where the folder cannot be written.
    """
    key_id = os.urandom(_ID).hex()
    _change(folder, lambda ring: {**ring, key_id: os.urandom(KEY_BYTES)})
    return key_id


def remove_key(folder: Path, key_id: str) -> bytes:
    """Take a key out of the ring of a folder; never the newest. Returns it. Raises KeysUnusable."""
    ring = _read_ring(folder / RING)
    if key_id not in ring or key_id == next(reversed(ring)):
        raise KeysUnusable(
            f"{key_id} is not an older key of {folder / RING}: {', '.join(ring)}, the last one seals"
        )
    _change(folder, lambda ring: {one: key for one, key in ring.items() if one != key_id})
    return ring[key_id]


def put_back(folder: Path, key_id: str, key: bytes) -> None:
    """Put a removed key before all others again."""
    _change(folder, lambda ring: {key_id: key, **ring})


def _change(folder: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> None:
    try:
        with _locked(folder):
            _write_ring(folder, change(_read_ring(folder / RING)))
    except OSError as why:
        raise KeysUnusable(f"{folder}: the keys cannot be changed here: {why.strerror}") from why


def _write_ring(folder: Path, ring: dict[str, bytes]) -> None:
    tree = {"keys": [{"id": key_id, "key": key.hex()} for key_id, key in ring.items()]}
    _write(folder / RING, json.dumps(tree, indent=1))


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"doorstep/fingerprint\0" + key).hexdigest()[:12]


def _stamp(folder: Path | None) -> tuple[int, int] | None:
    """What changes when the ring does."""
    try:
        found = None if folder is None else (folder / RING).stat()
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_ino)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time look whether keys are there: two first starts must not make two sets."""
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _complete(folder: Path) -> bool:
    """Whether every key file is there and no creation was cut short."""
    return not (folder / _CREATING).exists() and all((folder / name).exists() for name in _FILES)


def _create(folder: Path) -> None:
    """Write the three files unless another process just did. Nothing is sealed before the marker is gone."""
    if _complete(folder):
        return
    marker = folder / _CREATING
    there = [name for name in _FILES if (folder / name).exists()]
    if there and not marker.exists():
        missing = ", ".join(name for name in _FILES if name not in there)
        raise KeysUnusable(
            f"{folder}: {missing} missing while {', '.join(there)} is there; restore the folder"
        )
    marker.touch()
    _write_ring(folder, {os.urandom(_ID).hex(): os.urandom(KEY_BYTES)})
    _write(folder / IDENTITY, os.urandom(KEY_BYTES).hex())
    _write(folder / SIGNING, os.urandom(KEY_BYTES).hex())
    marker.unlink()


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner only, and on the disk before anything is sealed with it."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_key(path: Path) -> bytes:
    try:
        return _key(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise KeysUnusable(f"{path} cannot be read as a key: {error}") from error


def _read_ring(path: Path) -> dict[str, bytes]:
    try:
        keys = json.loads(path.read_text("ascii"))["keys"]
        ring = {entry["id"]: _key(entry["key"]) for entry in keys}
        if not ring or len(ring) != len(keys) or any(len(bytes.fromhex(key_id)) != _ID for key_id in ring):
            raise ValueError("no key, a repeated id, or an id that is not eight hex digits")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KeysUnusable(f"{path} cannot be read as a key ring: {error!r}") from error
    return ring


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {len(key)} bytes instead of {KEY_BYTES}")
    return key
