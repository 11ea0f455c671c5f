"""Letters of the mathematical alphabets: double-struck, script, fraktur, bold ... as Unicode has them."""

from __future__ import annotations

_LATIN = {
    "bold": 0x1D400, "italic": 0x1D434, "bolditalic": 0x1D468, "scr": 0x1D49C, "boldscr": 0x1D4D0, "frak": 0x1D504,
    "bb": 0x1D538, "sans": 0x1D5A0, "sansitalic": 0x1D608, "mono": 0x1D670,
}  # fmt: skip
_GREEK = {"bold": 0x1D6A8, "bolditalic": 0x1D71C}
_DIGITS = {"bold": 0x1D7CE, "bb": 0x1D7D8, "sans": 0x1D7E2, "mono": 0x1D7F6, "bolditalic": 0x1D7CE}
_GREEK_LETTERS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"
_HOLES = {
    ("italic", "h"): "ℎ",
    **{("scr", letter): char for letter, char in zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)},
    **{("frak", letter): char for letter, char in zip("CHIRZ", "ℭℌℑℜℨ", strict=True)},
    **{("bb", letter): char for letter, char in zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)},
}
"""Letters that Unicode had before it had the alphabets."""


def letter(char: str, alphabet: str) -> str:
    """Return a letter or digit in an alphabet; any other character stays as it is.

    >>> letter("R", "bb"), letter("x", "bold"), letter("+", "bold")
    ('ℝ', '𝐱', '+')
    """
    if (alphabet, char) in _HOLES:
        return _HOLES[alphabet, char]
    if alphabet in _LATIN and char.isascii() and char.isalpha():
        return chr(_LATIN[alphabet] + (ord(char) - ord("A") if char.isupper() else 26 + ord(char) - ord("a")))
    if alphabet in _DIGITS and char.isascii() and char.isdigit():
        return chr(_DIGITS[alphabet] + int(char))
    if alphabet in _GREEK and char in _GREEK_LETTERS:
        return chr(_GREEK[alphabet] + _GREEK_LETTERS.index(char))
    return char
