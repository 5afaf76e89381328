"""Lines decoded once and kept in one file, so that nothing is loaded whole into memory and a second
run begins at once."""
