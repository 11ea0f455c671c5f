"""The variants: each module's ``prepare(case)`` returns a function that does one unit of work."""
