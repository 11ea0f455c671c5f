"""Files, written whole or not at all: saved networks, checkpoints, archives."""
