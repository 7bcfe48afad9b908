"""`python -m topexplorer` is the `topexplorer` command."""

from topexplorer.cli.main import run

if __name__ == "__main__":
    run()
