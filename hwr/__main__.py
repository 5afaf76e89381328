"""`python -m hwr` is `hwr`."""

from hwr.cli.main import main

main()
