"""Accuracy against the number of tests, drawn as SVG, one line a strategy."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 60, 20, 170, 50
STYLES = (("#0b5cad", ""), ("#b35900", "7 4"), ("#555", "2 4"))
"""Colour and dashes: lines are told apart without colour too."""
TICKS = 5


def drawing(lines: Sequence[tuple[str, Sequence[float], float]], title: str) -> str:
    """``lines``: (name, share right after 0, 1, 2 … tests, where it stops on average)."""
    longest = max(max(len(curve) for _, curve, _ in lines) - 1, 1)
    least = min(min(curve) for _, curve, _ in lines)
    floor = max(0.0, int(least * 10) / 10)

    def x(tests: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * tests / longest

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (share - floor) / max(1 - floor, 1e-9))

    parts = [
        *(
            _line(x(0), y(at), x(longest), y(at), f"{at:.0%}", LEFT - 8, y(at) + 4, "end")
            for at in _ticks(floor)
        ),
        *(
            f'<text x="{x(n):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{n}</text>'
            for n in range(0, longest + 1, max(1, longest // TICKS))
        ),
        f'<text x="{x(longest / 2):.1f}" y="{HEIGHT - 10}" text-anchor="middle">tests sent</text>',
    ]
    for n, (name, curve, stop) in enumerate(lines):
        colour, dash = STYLES[n % len(STYLES)]
        points = " ".join(f"{x(i):.1f},{y(share):.1f}" for i, share in enumerate(curve))
        at = curve[min(round(stop), len(curve) - 1)]
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" '
            f'stroke-dasharray="{dash}"/>',
            f'<circle cx="{x(stop):.1f}" cy="{y(at):.1f}" r="6" fill="{colour}"/>',
            f'<text x="{WIDTH - RIGHT + 12}" y="{TOP + 24 * n + 14}" fill="{colour}">{escape(name)}, '
            f"{stop:.1f} tests</text>",
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )


def _ticks(floor: float) -> list[float]:
    return [floor + (1 - floor) * n / TICKS for n in range(TICKS + 1)]


def _line(x1: float, y1: float, x2: float, y2: float, words: str, x: float, y: float, anchor: str) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ccc"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
    )
