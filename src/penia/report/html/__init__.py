"""An Explanation as one page that needs nothing else: no network, no other file."""

from penia.report.html.page import render

__all__ = ["render"]
