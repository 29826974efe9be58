"""What a page sends is heard in the order in which it was sent, whichever thread it comes on."""

from itertools import permutations
from threading import Thread

from lvmcalc.show.messages import MOST_WAITING, InOrder


def sent(number: int, page: str = "a") -> dict:
    return {"sent": [page, number], "nudge": number}


def test_messages_are_handed_on_in_the_order_in_which_they_were_sent() -> None:
    for arrived in permutations(range(1, 6)):
        heard = []
        hear = InOrder(lambda content, heard=heard: heard.append(content["nudge"]))
        for number in arrived:
            hear(None, sent(number))
        assert heard == [1, 2, 3, 4, 5], arrived


def test_one_that_never_comes_is_given_up_and_pages_do_not_wait_for_each_other() -> None:
    heard = []
    hear = InOrder(lambda content: heard.append((content["sent"][0], content["nudge"])))
    for number in range(2, MOST_WAITING + 3):
        assert heard == []
        hear(None, sent(number))
    assert heard == [("a", number) for number in range(2, MOST_WAITING + 3)]
    hear(None, sent(1, "b"))
    hear(None, sent(1))  # after all: nothing that was clicked is lost
    assert heard[-2:] == [("b", 1), ("a", 1)]
    hear(None, sent(MOST_WAITING + 3))
    assert heard[-1] == ("a", MOST_WAITING + 3)


def test_what_has_no_number_is_handed_on_at_once_and_a_failure_blocks_nothing() -> None:
    heard = []

    def take(content: dict) -> None:
        heard.append(content)
        assert content != sent(1)

    hear = InOrder(take)
    for content in ({"hello": True}, sent(1), sent(2)):
        try:
            hear(None, content)
        except AssertionError:
            continue
    assert heard == [{"hello": True}, sent(1), sent(2)]


def test_a_message_waits_until_the_one_before_is_dealt_with_in_another_thread() -> None:
    heard, others = [], []

    def take(content: dict) -> None:
        if content["nudge"] == 1:  # the next arrives on a subshell meanwhile
            others.append(Thread(target=hear, args=(None, sent(2))))
            others[0].start()
            others[0].join(0.05)
        heard.append(content["nudge"])

    hear = InOrder(take)
    hear(None, sent(1))
    others[0].join()
    assert heard == [1, 2]
