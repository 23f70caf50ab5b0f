"""A Département's files: read line by line, every fault named with its file and its line."""
