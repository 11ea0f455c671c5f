"""A document as one HTML page: numbering, blocks, safety and look."""
