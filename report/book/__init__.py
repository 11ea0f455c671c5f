"""The executed notebooks as one book: merged, with its parameters and where it came from, typeset."""
