"""Whether the guilty one of five drugs is found."""
