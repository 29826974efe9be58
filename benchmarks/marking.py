"""How long a mark takes: right answers, the first wrong one to each question, and later wrong ones;
and answers in the dialects that people paste, in which most of the time goes into reading.

`python benchmarks/marking.py` prints a table in seconds of wall time; run it on a machine that does
nothing else.
"""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "marking"))

from answers import DEVELOPMENT, DIALECTS
from derived_models import MODELS, derived

from lvmcalc import mark


def main() -> None:
    """Mark all answers and print the times."""
    mark(None, "autoencoder", "W")
    seen: set[tuple[str, str]] = set()
    times: dict[str, list[float]] = {}
    for of, wrt, answer, *kinds in (*DEVELOPMENT.right, *DEVELOPMENT.wrong):
        start = perf_counter()
        mark(answer, of, wrt)
        which = "right"
        if kinds:  # a question is prepared for wrong answers when the first one comes
            which = "later wrong" if (of, wrt) in seen else "first wrong"
            seen.add((of, wrt))
        times.setdefault(which, []).append(perf_counter() - start)
    for name, model in MODELS.items():
        for leaf in model.values:
            gradient = derived(name).adjoint(leaf)
            for which, factor in (("derived, right", 1), ("derived, first wrong", 2),
                                  ("derived, later wrong", 3)):
                start = perf_counter()
                mark(factor * gradient, derived(name), leaf)
                times.setdefault(which, []).append(perf_counter() - start)
    for of, wrt, answer, *_ in (*DIALECTS.right, *DIALECTS.wrong):
        start = perf_counter()
        mark(answer, of, wrt)
        times.setdefault("dialects", []).append(perf_counter() - start)
    for which, values in times.items():
        print(f"{which:20} {len(values):4} marks: median {np.median(values):.3f} s, "
              f"95 % below {np.quantile(values, 0.95):.3f} s, longest {max(values):.3f} s")


if __name__ == "__main__":
    main()
