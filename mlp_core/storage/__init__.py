"""Files, written whole or not at all: networks, histories, checkpoints, archives; and hashes of text."""
