"""What can go wrong with a formula."""


class MathError(ValueError):
    """A formula that cannot be typeset; the message says what and, where it can, what to write instead."""
