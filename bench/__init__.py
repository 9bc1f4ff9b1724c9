"""Speed and accuracy beside others, one command each: ``python -m bench.marrow``."""
