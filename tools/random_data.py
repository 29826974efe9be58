"""Try the numbers of the models on random data against arithmetic with 400 digits.

`python tools/random_data.py 2000` prints each number without its eight digits and without a
sentence, and how many data sets it tried.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "training"))

from data_claims import faults


def main() -> int:
    """Print the faults, and return how many there are."""
    many, found = int(sys.argv[1]) if sys.argv[1:] else 2000, 0
    for seed in range(many):
        for fault in faults(seed):
            found += 1
            print(fault, flush=True)
    print(f"{many} data sets, {found} faults.")
    return min(found, 1)


if __name__ == "__main__":
    raise SystemExit(main())
