"""Every command with its ``--help``, as the command line prints it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from penia.cli import penia

WIDTH = 88


def page() -> str:
    parts = ["# Commands\n\nEach as its `--help` prints it.\n"]
    for path, command, context in _walk(penia, ("penia",), None):
        parts.append(
            f"{'#' * (len(path) + 1)} {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```\n"
        )
    return "\n".join(parts)


def _walk(
    command: click.Command, path: tuple[str, ...], above: click.Context | None
) -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    context = click.Context(command, above, path[-1], max_content_width=WIDTH, terminal_width=WIDTH)
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if inner := command.get_command(context, name):
                yield from _walk(inner, (*path, name), context)
