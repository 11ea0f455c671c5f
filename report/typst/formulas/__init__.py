"""TeX formulas to Typst and MathML."""
