r"""Markdown as Jupyter reads it: what CommonMark would misread is taken out before pandoc reads, and put back behind.

1. `parts` tells the code of a text from its words, since nothing in code means anything.
2. `formulas` finds formulas, definitions and references of TeX, by the rules of JupyterLab's `removeMath`.
3. `source` leaves marks in their place, and in that of characters that pandoc's extensions would take for their own.
4. `marks` puts back what a mark stands for: a formula among words, and as it was typed anywhere else.

`latex` makes Markdown of an output that is LaTeX. What is read of the tree, rather than of the text, is in ``filters``:
citations, captions of tables, diagrams, and the HTML around and within Markdown.
"""
