"""What penia costs and how well it does, side by side in one run: ``python -m bench --all [--quick]``."""
