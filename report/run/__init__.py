"""Notebooks at work: which run, in which processes, and what is kept of them."""
