"""`python -m panel` is the command `panel`."""

from panel.cli.main import main

if __name__ == "__main__":
    main()
