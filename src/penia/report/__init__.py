"""One Explanation, shown: in the terminal, as a page."""
