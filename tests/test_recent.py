"""What was made for a key is made once, and its error is raised again."""

import pytest

from lvmcalc import recent
from lvmcalc.calculus import UnsupportedExpression
from lvmcalc.recent import Recent


def test_what_was_made_is_kept_until_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_KEPT", 2)
    kept, made = Recent(), []
    for key in (1, 1, 2, 3, 3, 2, 1):
        assert kept.get(key, lambda key=key: made.append(key) or -key) == -key
    assert made == [1, 2, 3, 1]


def test_an_error_is_raised_again_in_the_same_words_and_keeps_no_frames() -> None:
    kept, errors = Recent(), []

    def refuse() -> None:
        raise UnsupportedExpression("the sign of a matrix")

    for _ in range(2):
        with pytest.raises(UnsupportedExpression) as caught:
            kept.get("sign", refuse if not errors else pytest.fail)
        errors.append(caught.value)
    assert str(errors[0]) == str(errors[1]) == str(UnsupportedExpression("the sign of a matrix"))
    assert errors[0] is not errors[1]
    assert [it.__traceback__ for it in kept._kept.values()] == [None]
