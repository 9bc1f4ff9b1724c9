"""Drug signals and attributed incidence where the truth is known."""
