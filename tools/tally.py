"""Count verdicts on many answers, and tell the false ones."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable

Judged = tuple[str, str, str]  # what was judged, the verdict, and a sentence if it is false


def tally(verdicts: Iterable[Judged]) -> tuple[Counter, list[str]]:
    """Return how many verdicts there are of each kind, and the false ones, told as they come."""
    counts, false = Counter(), []
    for kind, found, wrong in verdicts:
        counts[kind, found] += 1
        if wrong:
            false.append(wrong)
            print(wrong, flush=True)
    return counts, false


def main(judged: Callable[..., Iterable[Judged]], count: int) -> None:
    """Judge from seed 0 as many as the command line says, and print what was found."""
    number, *others = sys.argv[1:] or [str(count)]
    counts, false = tally(judged(0, int(number), *others))
    for (kind, found), times in sorted(counts.items()):
        print(f"{kind:10} {found:32} {times:6}")
    print(f"false verdicts: {len(false)}")
