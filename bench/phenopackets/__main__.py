"""``python -m bench.phenopackets``: how often the diagnosis of a phenopacket is ranked first or near.

On the packets of the folder ``shared`` beside the checkout, by their signs alone. By diseases as PhEval does
it (a disease that shares its probability with others has the rank of the last of them), and by causes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from penia.evaluate.phenotypes import diseases, explained, ranked
from penia.explanation import Explanation

PACKETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "phenopackets" / "packets"
TOPS = (1, 3, 10)
Rank = int | None


def ranks(packet: dict[str, Any]) -> tuple[bool, Rank, Rank]:
    """(whether it is a disease that penia has a cause for, rank of the disease, rank of its cause)"""
    answer: str = packet["diseases"][0]["term"]["id"]
    told = explained(packet)
    scores = ranked(told)
    disease = sum(p >= scores[answer] for p in scores.values()) if answer in scores else None
    causes = {cause.partition("/")[0] for cause, ids in diseases().items() if answer in ids}
    return bool(causes), disease, _of_cause(told, causes)


def _of_cause(told: Explanation, causes: set[str]) -> Rank:
    return next((n for n, c in enumerate(told.candidates, 1) if not causes.isdisjoint(c.causes)), None)


def line(name: str, found: Sequence[Rank]) -> str:
    within = (sum(rank is not None and rank <= top for rank in found) for top in TOPS)
    return f"| {name} | {len(found)} | " + " | ".join(f"{n / len(found):.1%}" for n in within) + " |"


def lines() -> Iterator[str]:
    found = [ranks(json.loads(path.read_bytes())) for path in sorted(PACKETS.glob("*/*.json"))]
    held = [each for each in found if each[0]]
    yield "| ranked | packets | top 1 | top 3 | top 10 |"
    yield "|---|---|---|---|---|"
    yield line("disease, all packets", [disease for _, disease, _ in found])
    yield line("disease, of those that penia has a cause for", [disease for _, disease, _ in held])
    yield line("cause, all packets", [cause for _, _, cause in found])
    yield line("cause, of those that penia has a cause for", [cause for _, _, cause in held])


if __name__ == "__main__":
    for each in lines():
        print(each)
