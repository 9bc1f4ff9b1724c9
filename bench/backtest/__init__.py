"""Back-test: hide the last counts of real series, forecast them, and compare."""
