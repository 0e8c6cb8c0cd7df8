"""Small leaves that several packages need: atomic files, hashes, errors, progress, model lists."""
