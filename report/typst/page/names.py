"""The words that a document adds to what its author wrote."""

from __future__ import annotations

_NAMES = {
    "en": {
        "sec": "Section", "app": "Appendix", "fig": "Figure", "tbl": "Table", "eq": "Equation", "lst": "Listing",
        "contents": "Contents", "abstract": "Abstract", "keywords": "Keywords", "figures": "Figures",
        "tables": "Tables", "and": "and", "code": "Code",
    },
    "de": {
        "sec": "Abschnitt", "app": "Anhang", "fig": "Abbildung", "tbl": "Tabelle", "eq": "Gleichung", "lst": "Listing",
        "contents": "Inhalt", "abstract": "Zusammenfassung", "keywords": "Schlagwörter", "figures": "Abbildungen",
        "tables": "Tabellen", "and": "und", "code": "Code",
    },
    "fr": {
        "sec": "Section", "app": "Annexe", "fig": "Figure", "tbl": "Tableau", "eq": "Équation", "lst": "Listing",
        "contents": "Table des matières", "abstract": "Résumé", "keywords": "Mots-clés", "figures": "Figures",
        "tables": "Tableaux", "and": "et", "code": "Code",
    },
    "es": {
        "sec": "Sección", "app": "Apéndice", "fig": "Figura", "tbl": "Tabla", "eq": "Ecuación", "lst": "Listado",
        "contents": "Índice", "abstract": "Resumen", "keywords": "Palabras clave", "figures": "Figuras",
        "tables": "Tablas", "and": "y", "code": "Code",
    },
}  # fmt: skip


def names(lang: str) -> dict[str, str]:
    """Return the words in a language; in English where there are none."""
    return _NAMES.get(lang.split("-")[0], _NAMES["en"])
