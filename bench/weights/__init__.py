"""Fits the few weights of the inference on cases with a known cause, by cross-validation."""
