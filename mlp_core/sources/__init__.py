"""Where data sets come from: bounded readers of every file format, the catalogue of known data, the download cache."""
