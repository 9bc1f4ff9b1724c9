"""Words of specimens in which white cells, neutrophils or haemoglobin are something else than in blood."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"urin|spinal|csf|synovial|pleura|periton|ascit|aszit|pericard|lavage|sputum|stool|faec|fec|marrow|tissue"
    r"|swab|semen|amniotic|saliva|dialys|drain|aspirat|biops|nail|hair|harn|liquor|stuhl|punktat|knochenmark"
    r"|moelle|orina|médula|midollo|medula|beenmerg|ruggenmerg|尿|髄液|脊液|骨髄|骨髓|胸水|腹水|便|痰",
    re.IGNORECASE,
)


def is_not_blood(specimen: str | None) -> bool:
    """
    >>> is_not_blood("Urine"), is_not_blood("venous blood"), is_not_blood("S-4711")
    (True, False, False)
    """
    return specimen is not None and _WORDS.search(specimen) is not None
