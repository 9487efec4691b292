"""``python -m reminderd`` is the ``reminderd`` command."""

from .cli.main import main

if __name__ == "__main__":
    main()
