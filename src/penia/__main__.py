"""``python -m penia``: the command line."""

from penia.cli import main

main()
