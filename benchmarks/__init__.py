"""Speed beside peers: ``python -m benchmarks`` (or ``make bench``).

Every variant lives in a process of its own and they take turns, so that a busy machine slows all of them alike: what is
reported are ratios of times measured next to each other, as medians and quartiles.
"""
