"""The kinds of boxes: what they are typed as, and what they are called."""

import re

_NAMES = """
nte | Note        | Hinweis    | Note           | Nota
tip | Tip         | Tipp       | Astuce         | Consejo
imp | Important   | Wichtig    | Important      | Importante
wrn | Warning     | Warnung    | Avertissement  | Advertencia
cau | Caution     | Vorsicht   | Attention      | Precaución
fold | Details    | Details    | Détails        | Detalles
thm | Theorem     | Satz       | Théorème       | Teorema
lem | Lemma       | Lemma      | Lemme          | Lema
cor | Corollary   | Korollar   | Corollaire     | Corolario
prp | Proposition | Proposition | Proposition   | Proposición
cnj | Conjecture  | Vermutung  | Conjecture     | Conjetura
def | Definition  | Definition | Définition     | Definición
exm | Example     | Beispiel   | Exemple        | Ejemplo
exr | Exercise    | Aufgabe    | Exercice       | Ejercicio
sol | Solution    | Lösung     | Solution       | Solución
rem | Remark      | Bemerkung  | Remarque       | Observación
alg | Algorithm   | Algorithmus | Algorithme    | Algoritmo
axm | Axiom       | Axiom      | Axiome         | Axioma
asm | Assumption  | Annahme    | Hypothèse      | Supuesto
prf | Proof       | Beweis     | Démonstration  | Demostración
sols | Solutions  | Lösungen   | Solutions      | Soluciones
of  | Solution of | Lösung zu  | Solution :     | Solución:
"""
_LANGUAGES = ("en", "de", "fr", "es")
_TABLE = {kind.strip(): [name.strip() for name in names]
          for kind, *names in (line.split("|") for line in _NAMES.strip().splitlines())}  # fmt: skip

COLORED = ("nte", "tip", "imp", "wrn", "cau", "fold")
"""Kinds that are boxes with a title; the others are statements, whose name stands before their first words."""
UNNUMBERED = ("prf", "sol")
LABEL = re.compile(rf"({'|'.join(kind for kind in _TABLE if kind not in ('fold', 'sols', 'of'))})[-:]")
"""What a label begins with that can be of nothing else."""

TYPED = {
    "note": "nte", "tip": "tip", "important": "imp", "warning": "wrn", "caution": "cau",
    "info": "nte", "seealso": "nte", "hint": "tip", "success": "tip", "attention": "wrn", "danger": "cau",
    "error": "cau", "admonition": "nte", "dropdown": "fold", "details": "fold", "primary": "nte",
    "proof": "prf", "solution": "sol", "remark": "rem", "exercise": "exr", "example": "exm", "theorem": "thm",
    "lemma": "lem", "corollary": "cor", "proposition": "prp", "conjecture": "cnj", "definition": "def",
    "algorithm": "alg", "axiom": "axm", "assumption": "asm",
}  # fmt: skip
"""The word for a kind in directives, alerts and classes."""


def kind_of(word: str) -> str:
    """Return the kind that a word names: ``warning``, ``prf:theorem``, ``callout-tip``; nothing for any other word.

    >>> kind_of("prf:theorem"), kind_of("callout-tip"), kind_of("columns")
    ('thm', 'tip', '')
    """
    for start in ("prf:", "callout-", "alert-"):
        word = word.removeprefix(start)
    return TYPED.get(word.lower(), "")


def name_of(kind: str, lang: str) -> str:
    """Return what a kind is called in a language; in English where there is no word."""
    lang = lang.split("-")[0]
    return _TABLE[kind][_LANGUAGES.index(lang) if lang in _LANGUAGES else 0]
