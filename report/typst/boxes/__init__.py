"""Boxes, theorems, exercises, folds: every way to type them becomes one form, which both writers know.

1. `directives` rewrites Quarto's and MyST's fences as pandoc's fenced Divs, before pandoc reads the Markdown.
2. `reading` finds in the syntax tree what is a box: those Divs, GitHub's alerts, Jupyter's, folds of HTML.
3. `arrange` numbers them, resolves what refers to them, and puts the solutions in their place. It leaves Divs of class
   ``our box`` with a kind, a caption and a label, for ``filters/boxes.lua`` and ``page/folds.py``.
"""
