"""复算一次公布的抽签，只要 Python 3.8 以上。Recompute a published draw; bare Python 3.8 or later, nothing else.

    python verifier.py ROUND.json [票号 TICKET…] [早先抄下的 64 位校验值 NOTED]
规则 / the rule (doorstep-draw/1, UTF-8):
  承诺值 commitment = SHA-256(密数 the 32 raw secret bytes)，开放报名时公布 / published at the opening
  名单 list = "BAND<TAB>TICKET<LF>" 按字节排序 / sorted bytewise，截止时封存 / frozen at the close
  种子 seed = SHA-256("doorstep-draw/1\\n" round "\\n" hex(secret) "\\n" SHA-256(list) "\\n" (public value or "-") "\\n")
  顺序 order of a band = tickets by HMAC-SHA256(seed, band "\\n" ticket)，前 quota 名中签 / the first `quota` win
退出码 / exit code: 0 全对 all agrees, 1 有不对 something does not, 2 还没抽签 not drawn yet, 3 没有文件 no file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WITHOUT = """没有公开数：密数在报名前定下、之后没换；但保管密数的人能在封名单前试算来增减名单，这要靠公开的名单和复核 / no public \
value: the secret stood before the list; whoever can read it may try lists before the freeze: the public list and reviews guard that"""
EARLY = "还没抽签；抄下承诺值，抽完再查 / not drawn yet; note the commitment and check again after the draw: "


def sha(words: str | bytes) -> str:
    return hashlib.sha256(words.encode() if isinstance(words, str) else words).hexdigest()


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a key written twice could show one value to a reader and another to a program."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def rules(doc: dict[str, Any]) -> Iterator[tuple[bool | None, str]]:
    if "programme" not in doc:
        yield None, "文件里没有规则原文，名额没法对 / no programme in the file: quotas are not compared"
        return
    yield sha(doc["programme"]) == doc["programme_hash"], "规则原文与校验值 / programme and programme_hash"
    wanted = {band["id"]: band["quota"] for band in json.loads(doc["programme"])["bands"]}
    found = {name: band["quota"] for name, band in doc["bands"].items()}
    whole = len(found) == len(wanted) or doc.get("event", 1) > 1  # a later draw is of some bands only
    yield whole and found.items() <= wanted.items(), "各档名额与规则 / quotas and programme"


def sealed(doc: dict[str, Any], pairs: list[list[str]]) -> Iterator[tuple[bool | None, str]]:
    form = all(len(pair) == 2 and all(word.isprintable() for word in pair) and all(pair) for pair in pairs)
    tidy = sorted("\t".join(pair).encode() for pair in pairs) == doc["list"].encode().split(b"\n")[:-1]
    single = len({pair[-1] for pair in pairs}) == len(pairs) and doc["list"][-1:] in ("", "\n")
    yield form and tidy and single, "名单写法、排序、无重复 / form of the list, no ticket twice"
    yield sha(doc["list"]) == doc["list_hash"], "名单与校验值 / list and list_hash"


def orders(doc: dict[str, Any], pairs: list[list[str]]) -> Iterator[tuple[bool | None, str]]:
    secret, value = bytes.fromhex(doc["secret"]), doc["public_value"]
    right = (32, doc["secret"], doc["commitment"])
    yield (len(secret), secret.hex(), sha(secret)) == right, "密数与承诺值 / secret and commitment"
    yield value is None or (value.isprintable() and value not in ("", "-")), "公开数写法 / public value"
    words = ["doorstep-draw/1", doc["round"], doc["secret"], sha(doc["list"]), value or "-"]
    seed = hashlib.sha256("".join(word + "\n" for word in words).encode()).digest()
    yield doc.get("seed", seed.hex()) == seed.hex(), "种子 / seed"
    yield {pair[0] for pair in pairs} <= set(doc["bands"]), "每档都有结果 / a result for every band"
    for name, band in sorted(doc["bands"].items()):
        keyed = [(f"{name}\n{pair[1]}".encode(), pair[1]) for pair in pairs if pair[0] == name]
        drawn = sorted((hmac.new(seed, key, hashlib.sha256).digest(), ticket) for key, ticket in keyed)
        same = band["order"] == [ticket for _, ticket in drawn]
        yield same, f"{name} 档顺序（{len(drawn)} 张票）/ order of {name} ({len(drawn)} tickets)"
        yield type(band["quota"]) is int and band["quota"] >= 0, f"{name} 档名额 {band['quota']} / quota"
    yield from [(None, WITHOUT)] if value is None else []


def place(doc: dict[str, Any], ticket: str) -> tuple[bool | None, str]:
    for name, band in doc["bands"].items():
        if ticket in (band["order"] or ()):
            at, quota = band["order"].index(ticket) + 1, band["quota"]
            how = "中签 won" if at <= quota else f"候补第 {at - quota} 位 reserve {at - quota}"
            return True, f"票 {ticket} / ticket: {name}, {at} / {len(band['order'])}, {how}"
    if doc["list"] is None:
        return None, f"票 {ticket}：截止后才公布名单 / ticket {ticket}: the list is published at the close"
    there = doc["secret"] is None and f"\t{ticket}\n" in doc["list"]
    return there, f"票 {ticket} {'在名单里 on the list' if there else '不在里面 / ticket is not in it'}"


def checks(doc: dict[str, Any], words: list[str]) -> Iterator[tuple[bool | None, str]]:
    noted = [word for word in words if re.fullmatch("[0-9a-f]{64}", word)]
    known = (doc["commitment"], doc["list_hash"], doc["programme_hash"])
    yield from ((word in known, f"您抄下的 {word[:8]}… / the value you noted") for word in noted)
    yield from rules(doc)
    pairs = [line.split("\t") for line in (doc["list"] or "").split("\n")[:-1]]
    yield from sealed(doc, pairs) if doc["list"] is not None else ()
    drawn = [doc["secret"], doc.get("seed"), *(band["order"] for band in doc["bands"].values())]
    early = drawn.count(None) == len(drawn) and (doc["list"] is None) == (doc["list_hash"] is None)
    yield from [(None, EARLY + doc["commitment"])] if early else orders(doc, pairs)
    digits = re.sub(r"[\W_]", "", "".join(word for word in words if word not in noted))
    yield from (place(doc, ticket) for ticket in re.findall(".{1,9}", digits))  # however they were grouped


def main(words: list[str]) -> int:
    said, code = [], 0
    try:
        doc = json.loads(Path("".join(words[:1])).read_bytes(), object_pairs_hook=once)
        for fine, what in checks(doc, words[1:]):
            said.append({True: "对 ok   ", False: "错 FAIL ", None: "注 note "}[fine] + what)
            code = 1 if fine is False else code or 2 * (EARLY in what)
    except OSError as why:
        said, code = [f"打不开 / cannot open {words[0]}: {why.strerror}" if words else __doc__ or ""], 3
    except (LookupError, ValueError, TypeError, AttributeError) as why:
        said, code = [*said, f"错 FAIL 读不懂 / no file of a round, or not whole: {why!r}"], 1
    ends = ["结论：全部对得上 / all of it agrees", "结论：有不对的 / it does not all agree"]
    ends += ["结论：到现在都对得上，还没抽签 / it agrees so far, and is not drawn yet", ""]
    sys.stdout.buffer.write(("\n".join([*said, ends[code]]).strip() + "\n").encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
