"""The search beside what one would otherwise pick: time, memory, and how often the right entry comes first.

`python -m tests.bench.searching CONTENDER SIZE` measures one contender in a process of its own and prints JSON; `measure`
runs all of them. SIZE is `shipped`, or `large`: 1,000 entries of 10 phrasings, the second half with characters swapped.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from knowledge import evaluate, regions
from knowledge.coverage import covers
from knowledge.entries import Entry, load_corpus
from knowledge.normalise import normalise
from tests.bench.report import Row, judged, show, table

QUESTIONS = Path(__file__).parent.parent / "knowledge"
FILES = ("sample_questions.jsonl", "own_questions.jsonl")
CONTENDERS = ("Doorstep", "rapidfuzz WRatio", "BM25, characters", "TF-IDF, characters")
ASKED = 400
Search = Callable[[str, str | None], list[str]]
"""The words and the region's code -> up to three ids, best first."""


def measure() -> None:
    """Print the tables."""
    for size, title in (("shipped", "the shipped corpus"), ("large", "1,000 entries of 10 phrasings")):
        found = {name: _apart(name, size) for name in CONTENDERS}
        rows = [
            (
                name,
                f"{one['index_s']:.2f} s",
                f"{one['p50']:.1f} ms",
                f"{one['p95']:.1f} ms",
                f"{one['mb']:.0f} MB",
                f"{one['first']:.2f}" if "first" in one else "",
                f"{one['three']:.2f}" if "three" in one else "",
            )
            for name, one in found.items()
        ]
        head = ("", "index", "median", "p95", "memory", "right first", "in three")
        table(f"Search over {title}", f"{found['Doorstep']['rows']} phrasings", head, rows)
        ours, quick = found["Doorstep"], size == "shipped"
        bounds = [
            judged("Doorstep: index", ours["index_s"], "s", 1.5 if quick else 4),
            judged("Doorstep: a question, p95", ours["p95"], "ms", 10 if quick else 25),
        ]
        show("", "", [*bounds, *([judged("Doorstep: memory", ours["mb"], "MB", 150)] if quick else [])])
    show("Through `doorstep ask --json -`", "", [_by_the_door()])


def _apart(contender: str, size: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "tests.bench.searching", contender, size]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _by_the_door() -> Row:
    asked = (_questions() * 3)[:ASKED]
    lines = "\n".join(
        json.dumps({"text": one["text"], "region": one["region"], "at": one["at"]}) for one in asked
    )
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bot", "ask", "--json", "-"],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    took = time.perf_counter() - begin
    if done.stdout.count("\n") != ASKED:
        raise RuntimeError(f"{done.stdout.count(chr(10))} replies to {ASKED} questions")
    return judged(f"{ASKED} questions, start included", took, "s", 10)


def _questions() -> list[dict[str, Any]]:
    lines = [line for name in FILES for line in (QUESTIONS / name).read_text(encoding="utf-8").splitlines()]
    return evaluate.read(lines)


def _contender(name: str, entries: Sequence[Entry]) -> Search:
    rows = [(entry.id, normalise(text)) for entry in entries for text in entry.phrasings]
    if name == "Doorstep":
        from knowledge.search import Search as Ours  # noqa: PLC0415

        ours = Ours(entries)
        return lambda text, home: [one.id for one in ours.find(ours.ask(text, home), 3)]
    if name == "rapidfuzz WRatio":
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        texts = [text for _, text in rows]

        def wratio(text: str, _home: str | None) -> list[str]:
            return _ids(
                rows,
                [at for _, _, at in process.extract(normalise(text), texts, scorer=fuzz.WRatio, limit=12)],
            )

        return wratio
    if name == "BM25, characters":
        import bm25s  # noqa: PLC0415

        index = bm25s.BM25()
        index.index([_grams(text) for _, text in rows], show_progress=False)

        def bm25(text: str, _home: str | None) -> list[str]:
            found, _ = index.retrieve([_grams(normalise(text))], k=12, show_progress=False)
            return _ids(rows, found[0].tolist())

        return bm25
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vector = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    matrix = vector.fit_transform([text for _, text in rows])

    def tfidf(text: str, _home: str | None) -> list[str]:
        scores = (matrix @ vector.transform([normalise(text)]).T).toarray().ravel()
        return _ids(rows, scores.argsort()[::-1][:12].tolist())

    return tfidf


def _grams(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]


def _ids(rows: Sequence[tuple[str, str]], at: Sequence[int]) -> list[str]:
    return list(dict.fromkeys(rows[number][0] for number in at))[:3]


def _entries(size: str) -> list[Entry]:
    shipped = list(load_corpus(files("knowledge").joinpath("corpus")))
    if size == "shipped":
        return shipped
    rng, many = random.Random(5), []
    for copy in range(3):
        for entry in shipped:
            asked = (list(entry.head.phrasings) * 2)[:8]
            head = entry.head.model_copy(
                update={"phrasings": tuple(_swapped(text, rng) if copy else text for text in asked)}
            )
            many.append(Entry(f"{entry.id}-{copy}", head, entry.answer, entry.spot))
    return many[:1000]


def _swapped(text: str, rng: random.Random) -> str:
    at = rng.randrange(max(1, len(text) - 1))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def main() -> None:
    """One contender, one size, as JSON."""
    contender, size = sys.argv[1:]
    entries = _entries(size)
    asked = _questions()
    before = _resident()
    begin = time.perf_counter()
    search = _contender(contender, entries)
    took = time.perf_counter() - begin
    times, first, three, marked = [], 0, 0, 0
    told = covers()
    for one in asked:
        home = regions.find(one["region"]) if one["region"] else None
        start = time.perf_counter()
        found = search(one["text"], home)
        times.append(1000 * (time.perf_counter() - start))
        wanted = evaluate.wanted(one, told)
        if wanted and "answer" in one["expect"]["kind_in"]:
            marked += 1
            first += found[0] in wanted
            three += not wanted.isdisjoint(found)
    times.sort()
    result: dict[str, Any] = {
        "index_s": took,
        "p50": times[len(times) // 2],
        "p95": times[int(0.95 * len(times))],
        "mb": (_resident() - before) / 2**20,
        "rows": sum(len(entry.phrasings) for entry in entries),
    }
    if size == "shipped":
        result |= {"first": first / marked, "three": three / marked}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
