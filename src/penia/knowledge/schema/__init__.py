"""The shape of the knowledge base: what a YAML file in data/ may say.

One cause is one file (data/causes/<id>.yaml; a finer cause data/causes/<parent>/<child>.yaml), one drug one
file (data/drugs/<ingredient>.yaml), one drug pattern one file (data/patterns/<name>.yaml). Every number is a
Figure, and every Figure names its source: an id under ``sources`` of the same file, or ``judgement`` (an
expert's estimate with its range). Times are in days, counts in 10⁹/L, haemoglobin in g/L, probabilities from
0 to 1.
"""

from penia.knowledge.schema.causes import Action, Cause, Group, Multiplier, Prior, Test
from penia.knowledge.schema.drugs import Drug, DrugPattern, Interaction, Latency, Mechanism, Pair
from penia.knowledge.schema.figures import (
    JUDGEMENT,
    Distribution,
    Figure,
    FindingRate,
    Knowledge,
    Origin,
    Place,
    Published,
    Source,
    SourceKind,
)
from penia.knowledge.schema.findings import FindingKey
from penia.knowledge.schema.finer import FinerCause, FinerDepth, FinerPattern, FinerPrior
from penia.knowledge.schema.patterns import (
    AgeBand,
    Channel,
    ChannelKind,
    Depth,
    Line,
    Lineage,
    Pattern,
    Shape,
    Tempo,
)
from penia.knowledge.schema.settings import Settings

__all__ = [
    "JUDGEMENT",
    "Action",
    "AgeBand",
    "Cause",
    "Channel",
    "ChannelKind",
    "Depth",
    "Distribution",
    "Drug",
    "DrugPattern",
    "Figure",
    "FindingKey",
    "FindingRate",
    "FinerCause",
    "FinerDepth",
    "FinerPattern",
    "FinerPrior",
    "Group",
    "Interaction",
    "Knowledge",
    "Latency",
    "Line",
    "Lineage",
    "Mechanism",
    "Multiplier",
    "Origin",
    "Pair",
    "Pattern",
    "Place",
    "Prior",
    "Published",
    "Settings",
    "Shape",
    "Source",
    "SourceKind",
    "Tempo",
    "Test",
]
