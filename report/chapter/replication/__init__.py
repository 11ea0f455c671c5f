"""Five course reports, run again with their own settings: each number that they printed beside ours.

`printed` lists every number, `rows` judges ours beside it, `sentences` does so for claims and errata. A module per
report holds its experiments, which `runs` lets go on after an interruption. `record` is one whole run of ours, as data.
"""
