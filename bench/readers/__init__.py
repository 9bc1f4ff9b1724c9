"""Speed of the readers of OMOP and MEDS beside a plain read of the same files."""
