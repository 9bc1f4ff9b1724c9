"""Where an infection is caught: its regions, narrow and broad, agree, and none is left out."""

from penia import knowledge

REGIONS = ("history:south-asia", "history:southeast-asia", "history:latin-america")
TROPICS = "history:tropics-outside-africa"


def rates(cause: str) -> dict[str, float]:
    return {row.key: row.p for row in knowledge.load().causes[cause].findings}


def test_no_region_is_more_often_visited_than_the_wider_one():
    base = knowledge.load()
    stated = {cause: rates(cause) for cause in base.causes}
    wrong = [
        (cause, key, wider)
        for cause, rows in stated.items()
        for key, p in rows.items()
        for wider in base.findings[key].implies
        if base.findings[key].cluster == "travel" and p > rows.get(wider, 1)
    ]
    assert wrong == []


def test_an_infection_of_the_tropics_states_each_of_their_regions():
    stating = {cause: stated for cause in knowledge.load().causes if TROPICS in (stated := rates(cause))}
    silent = {
        cause: [region for region in REGIONS if region not in stated]
        for cause, stated in stating.items()
        if stated[TROPICS] >= 0.1
    }
    assert {cause for cause, regions in silent.items() if regions} == set()
    assert {"dengue", "malaria", "measles", "rubella", "typhoid", "other-viral/zika"} <= set(silent)


def test_the_regions_together_are_no_more_than_the_whole():
    for cause in knowledge.load().causes:
        stated = rates(cause)
        if TROPICS in stated and all(region in stated for region in REGIONS):
            assert sum(stated[region] for region in REGIONS) <= stated[TROPICS] + 0.02, cause


def test_an_everyday_virus_is_met_in_the_tropics_as_elsewhere():
    assert "history:travel-or-residence-tropics" not in rates("other-viral/respiratory-or-enteric")
