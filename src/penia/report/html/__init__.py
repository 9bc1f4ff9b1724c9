"""An Explanation as one page that needs nothing else: no network, no other file."""

from penia.report.html.ahead import ahead
from penia.report.html.page import drawer, library, part, render, style

__all__ = ["ahead", "drawer", "library", "part", "render", "style"]
