"""`python -m contactbot` is the command `contactbot`."""

from contactbot.cli.main import main

if __name__ == "__main__":
    main()
