"""The draw of a round, reproducible by anybody from public data alone.

Rule (format "doorstep-draw/1"), everything UTF-8:

- commitment = lower-case hex SHA-256 of the 32 raw secret bytes, published when the round opens;
- list = lines ``BAND TAB TICKET`` sorted bytewise, each ended by LF, frozen at the close;
- list_hash = lower-case hex SHA-256(list);
- seed = SHA-256("doorstep-draw/1\\n" round "\\n" hex(secret) "\\n" list_hash "\\n" (public value or "-") "\\n"),
  used as 32 raw bytes;
- the order of a band = its tickets by ascending HMAC-SHA256(seed, band "\\n" ticket).

The file needs nothing but Python's standard library and runs alone (``python draw.py ROUND.json``), so that it
can be handed out as the verifier.
"""

import hashlib
import hmac
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

FORMAT = "doorstep-draw/1"
SECRET_BYTES = 32
WITHOUT_VALUE = (
    "no public value: the commitment binds the secret before the list was known, so nobody chose it to suit the list;"
    " but whoever could read the secret could try lists before the freeze, and against that stand only the public"
    " list, its instant and the reviews"
)
"""What the missing public value means for whoever checks a draw."""
NOT_DRAWN = "the round is not drawn yet: the list or the secret is not published"


class DrawError(ValueError):
    """The input cannot be drawn: a duplicate ticket, a control character, a secret of the wrong length."""


def list_lines(entries: Iterable[tuple[str, str]]) -> bytes:
    """Return the frozen list of (band, ticket) pairs; the order of ``entries`` does not matter.

    Raises DrawError when a band or ticket is empty or holds a TAB or line break, or a ticket occurs twice.
    """
    pairs = list(entries)
    for band in {band for band, _ in pairs}:
        _plain("band", band)
    tickets = [ticket for _, ticket in pairs]
    if not all(tickets) or not "".join(tickets).isprintable():
        for ticket in tickets:
            _plain("ticket", ticket)
    if len(set(tickets)) < len(tickets):
        twice = min(ticket for ticket, count in Counter(tickets).items() if count > 1)
        raise DrawError(f"ticket {twice} is in the list twice")
    # Code points sort as their UTF-8 bytes do.
    return "".join(sorted(f"{band}\t{ticket}\n" for band, ticket in pairs)).encode()


def entries_of(listed: str) -> list[tuple[str, str]]:
    """The (band, ticket) pairs of a list that `list_lines` wrote, in its order."""
    return [(band, ticket) for band, _, ticket in (line.partition("\t") for line in listed.splitlines())]


def list_hash(listed: bytes) -> str:
    """Return the lower-case hex SHA-256 of the frozen list."""
    return hashlib.sha256(listed).hexdigest()


def commitment(secret: bytes) -> str:
    """Return the lower-case hex SHA-256 of the raw secret (32 bytes, else DrawError)."""
    if len(secret) != SECRET_BYTES:
        raise DrawError(f"the secret has {len(secret)} bytes instead of {SECRET_BYTES}")
    return hashlib.sha256(secret).hexdigest()


def seed(round_id: str, secret: bytes, listed_hash: str, public_value: str | None) -> bytes:
    """Return the 32 raw bytes that key the draw.

    ``public_value`` is a number named before the close and known after it, None when the programme asks for none.
    The value "-" is refused: it stands for "none".
    """
    commitment(secret)
    _plain("round", round_id)
    if public_value is not None:
        _plain("public value", public_value)
        if public_value == "-":
            raise DrawError('the public value "-" would read as none')
    parts = (FORMAT, round_id, secret.hex(), listed_hash, "-" if public_value is None else public_value)
    return hashlib.sha256("".join(part + "\n" for part in parts).encode()).digest()


def order(key: bytes, band: str, tickets: Iterable[str]) -> list[str]:
    """Return the tickets of one band in drawn order, the first ``quota`` of which win; ``key`` is the seed."""
    head = f"{band}\n".encode()
    digest = hmac.digest
    return sorted(tickets, key=lambda ticket: (digest(key, head + ticket.encode(), "sha256"), ticket))


def run(
    round_id: str,
    secret: bytes,
    entries: Iterable[tuple[str, str]],
    quotas: Mapping[str, int],
    public_value: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Draw every band: ``{band: {"quota": int, "order": [ticket, …]}}``, the ``bands`` part of ROUND.json.

    A band of ``quotas`` without tickets has an empty order; a ticket of a band without quota raises DrawError.
    """
    pairs = list(entries)
    key = seed(round_id, secret, list_hash(list_lines(pairs)), public_value)
    tickets = by_band(pairs, quotas)
    return {
        band: {"quota": quotas[band], "order": order(key, band, tickets[band])} for band in sorted(quotas)
    }


def by_band(entries: Iterable[tuple[str, str]], bands: Iterable[str]) -> dict[str, list[str]]:
    """The tickets of each of these bands; one of another band raises DrawError."""
    tickets: dict[str, list[str]] = {band: [] for band in bands}
    for band, ticket in entries:
        if band not in tickets:
            raise DrawError(f"ticket {ticket} is in band {band}, which has no quota")
        tickets[band].append(ticket)
    return tickets


def verify(document: object) -> list[str]:
    """Recompute a published draw (ROUND.json, parsed) and return what does not agree, in English; [] = it agrees.

    Never raises: a malformed document is a list of problems. A round that is not drawn yet is checked as far as
    it goes and reported as not drawn.
    """
    if not isinstance(document, dict):
        return ["the document is not a JSON object"]
    problems = _shape(document)
    if problems:
        return problems
    _check_programme(document, problems)
    entries: list[tuple[str, str]] = []
    if document["list"] is not None:
        entries = _entries(document["list"], problems)
        if list_hash(document["list"].encode()) != document["list_hash"]:
            problems.append("list_hash is not the SHA-256 of the list")
    secret = _secret(document, problems)
    if secret is None or document["list"] is None:
        if not problems:
            problems.append(NOT_DRAWN)
        return problems
    _check_bands(document, entries, secret, problems)
    return problems


def is_early(document: dict[str, Any]) -> bool:
    """Whether a well-formed document holds nothing of a draw: neither secret nor seed nor any order, no hash alone."""
    of_draw = [
        document["secret"],
        document.get("seed"),
        *(band["order"] for band in document["bands"].values()),
    ]
    return all(value is None for value in of_draw) and (document["list"] is None) == (
        document["list_hash"] is None
    )


def _plain(name: str, value: str) -> None:
    # Line separators of every kind would let two verifiers split the list differently.
    if not value or not value.isprintable():
        raise DrawError(
            f"{name} {value!r} is empty or holds a TAB, a line break or another unprintable character"
        )


def _shape(document: dict[str, Any]) -> list[str]:
    problems = [
        f"{field} is missing" for field in ("round", "commitment") if not isinstance(document.get(field), str)
    ]
    for field in ("list", "list_hash", "secret", "public_value"):
        if field not in document:
            problems.append(f"{field} is missing")
        elif document[field] is not None and not isinstance(document[field], str):
            problems.append(f"{field} is neither text nor null")
        elif isinstance(document[field], str) and any("\ud800" <= c <= "\udfff" for c in document[field]):
            problems.append(f"{field} is not valid text")
    bands = document.get("bands")
    if not isinstance(bands, dict):
        return [*problems, "bands is missing"]
    for band, result in bands.items():
        if not isinstance(result, dict) or type(result.get("quota")) is not int or result["quota"] < 0:
            problems.append(f"band {band}: quota is not a number from 0 up")
        elif not _is_order(result.get("order")):
            problems.append(f"band {band}: order is neither a list of tickets nor null")
    return problems


def _is_order(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(ticket, str) for ticket in value))


def _entries(listed: str, problems: list[str]) -> list[tuple[str, str]]:
    if listed and not listed.endswith("\n"):
        problems.append("the list does not end with a line feed")
    entries = []
    for number, line in enumerate(listed.split("\n")[:-1], start=1):
        band, tab, ticket = line.partition("\t")
        if not (band and tab and ticket) or "\t" in ticket:
            problems.append(f"line {number} of the list is not BAND TAB TICKET")
        else:
            entries.append((band, ticket))
    if not problems:
        try:
            if list_lines(entries) != listed.encode():
                problems.append("the list is not sorted bytewise")
        except DrawError as error:
            problems.append(str(error))
    return entries


def _check_programme(document: dict[str, Any], problems: list[str]) -> None:
    """Quotas against the programme's own words, where the file holds them."""
    if "programme" not in document:
        return
    programme = document["programme"]
    try:
        if hashlib.sha256(programme.encode()).hexdigest() != document.get("programme_hash"):
            problems.append("programme_hash is not the SHA-256 of the programme")
        quotas = {band["id"]: band["quota"] for band in json.loads(programme)["bands"]}
    except (AttributeError, KeyError, TypeError, ValueError):
        problems.append("programme cannot be read")
        return
    found = {band: result["quota"] for band, result in document["bands"].items()}
    whole = len(found) == len(quotas) or document.get("event", 1) != 1
    if not (whole and found.items() <= quotas.items()):
        problems.append("the quotas are not those of the programme")


def _secret(document: dict[str, Any], problems: list[str]) -> bytes | None:
    if document["secret"] is None:
        return None
    try:
        secret = bytes.fromhex(document["secret"])
        if secret.hex() != document["secret"]:
            raise DrawError("the secret is not lower-case hex")
        if commitment(secret) != document["commitment"]:
            problems.append("commitment is not the SHA-256 of the secret")
    except ValueError as error:
        problems.append(str(error) if isinstance(error, DrawError) else "the secret is not hex")
        return None
    return secret


def _check_bands(
    document: dict[str, Any], entries: list[tuple[str, str]], secret: bytes, problems: list[str]
) -> None:
    try:
        # From the list itself, not from the published hash: a wrong hash must not hide a wrong order.
        key = seed(document["round"], secret, list_hash(document["list"].encode()), document["public_value"])
    except DrawError as error:
        problems.append(str(error))
        return
    if document.get("seed", key.hex()) != key.hex():
        problems.append("seed does not follow from round, secret, list and public value")
    tickets: dict[str, list[str]] = {band: [] for band in document["bands"]}
    for band, ticket in entries:
        tickets.setdefault(band, []).append(ticket)
    for band, expected in tickets.items():
        result = document["bands"].get(band)
        if result is None:
            problems.append(f"band {band} of the list has no result")
        elif result["order"] is None:
            problems.append(f"band {band}: the order is not published")
        elif result["order"] != (drawn := order(key, band, expected)):
            problems.append(f"band {band}: {_difference(result['order'], drawn)}")


def _difference(published: list[str], drawn: list[str]) -> str:
    for place, (theirs, ours) in enumerate(zip(published, drawn, strict=False), start=1):
        if theirs != ours:
            return f"place {place} is published as {theirs}, drawn is {ours}"
    return f"{len(published)} tickets are published, {len(drawn)} are on the list"


def main(arguments: list[str]) -> int:
    """Verify the file named on the command line; 0 = agrees, 1 = does not, 2 = cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python draw.py ROUND.json\n")
        return 2
    try:
        document = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read {arguments[0]}: {error}\n")
        return 2
    problems = verify(document)
    lines = problems or [f"{document['round']}: the draw agrees with the published data"]
    sys.stdout.write("".join(line + "\n" for line in lines))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
