"""nbconvert exporters that typeset any notebook with Typst."""
