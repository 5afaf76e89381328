"""The command line: one file a subcommand. Each parses, calls, and prints; no more."""
