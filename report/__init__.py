"""The course report: notebooks executed, merged and typeset into one PDF."""
