"""The shape of data/flowchart.yaml: a fixed order of tests, as a flow chart sends them."""

from __future__ import annotations

from functools import cache
from typing import Literal

from penia.knowledge.schema import Knowledge, Source
from penia.knowledge.store import table

When = Literal["always", "fever", "other-cytopenia", "isolated"]


class Stage(Knowledge, frozen=True):
    when: When
    tests: tuple[str, ...]
    """Ids of data/investigations.yaml."""


class FlowChart(Knowledge, frozen=True):
    name: str
    stages: tuple[Stage, ...]
    source: str
    sources: dict[str, Source]


@cache
def flow_chart() -> FlowChart:
    return table("flowchart", FlowChart)
