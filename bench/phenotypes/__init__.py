"""Others' definitions of low counts, run by their own programs, beside our episodes."""
