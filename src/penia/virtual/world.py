"""The shape of data/virtual.yaml: who virtual patients are and what their records hold."""

from __future__ import annotations

from functools import cache

from penia.knowledge import table
from penia.knowledge.schema import Distribution, Figure, Knowledge, Place


class Visitors(Knowledge, frozen=True):
    share: Figure
    age: Distribution


class World(Knowledge, frozen=True):
    settings: dict[Place, Visitors]
    female: Figure
    unknown_setting: Figure
    drugs: dict[Place, Figure]
    """Mean number by setting."""
    patterns: dict[str, Figure]
    """Share of each drug pattern among the drugs of a record; the rest are spread evenly."""
    oncology_cytotoxic: Figure
    lately: Figure
    standing: Distribution
    stopped: Figure
    undated: Figure
    stated: Figure
    normal_before: Figure
    normal_days: Distribution
    noticed: Distribution
    followed: Distribution
    visits: dict[Place, Distribution]
    differential: Figure
    lost: Figure
    recorded: dict[str, Figure]
    """By the kind of the key: ``HP``, ``history``, ``smear``, ``test``."""
    fullness: dict[Place, Figure]
    rare: Figure
    most_unnamed: Figure
    together: Figure


@cache
def world() -> World:
    return table("virtual", World)
