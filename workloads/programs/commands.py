"""Command lines: parsers with groups and subcommands, built anew for each."""
import argparse

for i in range(400):
    parser = argparse.ArgumentParser(prog="tool")
    commands = parser.add_subparsers(dest="command")
    for name in ("add", "remove", "list"):
        command = commands.add_parser(name)
        command.add_argument("--verbose", action="store_true")
        group = command.add_mutually_exclusive_group()
        group.add_argument("--all", action="store_true")
        group.add_argument("--number", type=int)
    parser.parse_args(["add", "--number", str(i)])
