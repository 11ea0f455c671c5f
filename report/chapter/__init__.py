"""What the notebooks import: figures, published results, words for numbers, the style sheet."""
