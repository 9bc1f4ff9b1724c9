"""Simulation-based calibration: virtual patients drawn from the prior, judged by the inference."""
