r"""TeX formulas to Typst and MathML.

`document.typeset` walks over a document and hands each formula on: `tokens` and `macros` turn its source into a stream
of tokens, `parser` (with `handlers`, `tables`, `delimiters` and `textmode`) makes of them the tree of `nodes`, `typst`
or `mathml` write the tree as code, and `output_typst` or `output_html` make of that an element of the document. What a
command means stands in tables: `symbols.txt`, `operators.txt`, `builtin.txt`, `commands`, `environments`, `calls`.

A formula that cannot be typeset raises `errors.MathError`; nothing is left out in silence.
"""
