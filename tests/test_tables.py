"""A test over a table tells of every row that fails, and of no other."""

import pytest
from tables import over


class TestOver:
    """With a fixture and an instance, as methods have them."""

    def test_every_row_that_fails_is_named_and_the_others_are_tried_too(self, capsys) -> None:
        seen: list[tuple[int, str]] = []

        @over("word", ["a", "b"])
        @over(("number", "even"), [(1, False), (2, True), (3, True)])
        def parity(capsys: object, number: int, even: bool, word: str) -> None:
            seen.append((number, word))
            assert (number % 2 == 0) == even
            with pytest.raises(ValueError, match="bad"):
                raise ValueError("good" if (number, word) == (1, "b") else "bad")

        with pytest.raises(AssertionError, match="2 of 2 rows fail") as caught:
            parity(capsys=capsys)
        assert len(seen) == 6
        told = str(caught.value)
        assert ("row 3, (3, True)" in told, "row 2, (2, True)" in told) == (True, False)
        assert told.count("row 1, (1, False)") == 1
