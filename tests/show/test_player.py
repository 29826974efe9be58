"""The player: what is asked of it happens on its loop, and nothing that goes wrong is lost."""

import asyncio
import contextlib
import threading
import time

import pytest
from players import FOREVER, Counter, on_a_loop, settled, until

from lvmcalc.show import player
from lvmcalc.show.player import Player


class TestPlaying:
    def test_the_words_that_answer_a_press_come_before_the_picture(self):
        order = []
        player = Player(lambda: "", lambda: order.append("picture"), lambda: order.append("words"))
        player.step()
        assert order == ["words", "picture"]

    def test_play_takes_steps_and_shows_them_until_pause_and_goes_on_from_there(self):
        async def scenario():
            counter = Counter()
            counter.player.play()
            await until(lambda: len(counter.shown) > 3)
            counter.player.pause()
            await settled(counter.player)
            paused = counter.steps
            # the last state is shown, whatever frames were dropped
            assert counter.shown[-1] == paused
            await asyncio.sleep(0.1)
            assert counter.steps == paused
            assert not counter.player.playing
            counter.player.play()
            await until(lambda: counter.steps > paused)
            counter.player.pause()
            await settled(counter.player)

        on_a_loop(scenario)

    def test_step_takes_just_so_many_steps_and_pauses_a_run(self):
        async def scenario():
            counter = Counter()
            counter.player.step(3)
            await settled(counter.player)
            assert (counter.steps, counter.shown[-1]) == (3, 3)
            counter.player.play()
            await until(lambda: counter.steps > 10)
            counter.player.step()
            await until(lambda: not counter.player.playing)
            after = counter.steps
            await asyncio.sleep(0.1)
            assert counter.steps == after == counter.shown[-1]
            assert counter.said[-1] == ""

        on_a_loop(scenario)

    def test_the_last_step_says_why_the_run_ended_and_is_shown(self):
        async def scenario():
            counter = Counter(end=17)
            counter.player.play()
            await until(lambda: counter.steps)
            await settled(counter.player)
            assert (counter.steps, counter.shown[-1], counter.said[-1]) == (17, 17, "Arrived.")
            counter.steps = 15
            counter.player.step(5)  # ends where the run ends, not after all five
            await settled(counter.player)
            assert (counter.steps, counter.player.note) == (17, "Arrived.")

        on_a_loop(scenario)

    def test_a_run_ends_when_its_budget_is_spent_and_play_grants_a_new_one(self):
        async def scenario():
            counter = Counter(budget=1234)
            for total in (1234, 2468):
                counter.player.play()
                await until(lambda total=total: counter.steps == total)
                await settled(counter.player)
                await asyncio.sleep(0.05)
                assert counter.steps == total
                assert counter.said[-1] == "Paused after 1,234 steps: press Play to go on."

        on_a_loop(scenario)

    def test_play_after_a_pause_grants_the_whole_budget(self):
        async def scenario():
            counter = Counter(budget=300, rate=1000)
            counter.player.play()
            await until(lambda: counter.steps > 20)
            counter.player.pause()
            await settled(counter.player)
            paused = counter.steps
            assert paused < 300
            counter.player.play()
            await until(lambda: counter.steps > paused)
            await settled(counter.player)
            assert counter.steps == paused + 300

        on_a_loop(scenario)

    def test_the_rate_bounds_the_steps_and_the_frames_have_a_bound_of_their_own(self):
        async def scenario():
            slow, fast = Counter(rate=40), Counter()
            start = time.perf_counter()
            for counter in (slow, fast):
                counter.player.play()
            await asyncio.sleep(0.5)
            passed = time.perf_counter() - start
            slow_steps, frames, sentences = slow.steps, len(fast.shown), len(fast.said)
            for counter in (slow, fast):
                counter.player.pause()
                await settled(counter.player)
            assert 2 <= slow_steps <= 40 * passed + 1
            assert 2 <= frames <= player.FRAMES_A_SECOND * passed + 1
            assert 1 <= sentences <= player.WORDS_A_SECOND * passed + 1
            assert fast.steps > 40 * passed  # many steps to a frame

        on_a_loop(scenario)

    def test_the_loop_keeps_serving_others_while_a_run_goes_flat_out(self):
        async def scenario():
            counter, frames = Counter(), []
            counter.show = lambda: frames.append(time.sleep(0.03))  # a costly picture
            counter.player = Player(counter.advance, counter.show, counter.say, budget=FOREVER)
            counter.player.play()
            await until(lambda: counter.steps)
            with_a_frame = 0
            for _ in range(10):
                before = len(frames)
                await asyncio.sleep(0)
                with_a_frame += len(frames) > before
            counter.player.pause()
            await settled(counter.player)
            assert with_a_frame <= 5, "most turns of the loop have no frame in them"

        on_a_loop(scenario)


class TestThreads:
    def test_an_action_from_another_thread_happens_on_the_loop_of_the_player(self):
        async def scenario():
            threads = []
            counter = Counter()
            actions = [counter.player.play,
                       lambda: counter.player.post(lambda: threads.append(threading.get_ident()))]
            for action in actions:
                await asyncio.to_thread(action)
            await until(lambda: threads and len(counter.shown) > 3)
            assert threads == [threading.get_ident()]
            await asyncio.to_thread(counter.player.pause)
            await settled(counter.player)

        on_a_loop(scenario)

    def test_a_click_wakes_a_loop_that_sleeps(self):
        async def scenario():
            counter = Counter()
            timer = threading.Timer(0.05, counter.player.step)
            timer.start()
            start = time.perf_counter()
            with contextlib.suppress(TimeoutError):
                # no message, no timer before its end
                await asyncio.wait_for(asyncio.Event().wait(), 0.5)
            timer.join()
            assert counter.steps == 1
            assert time.perf_counter() - start > 0.4

        on_a_loop(scenario)


class TestWithoutALoop:
    def test_steps_are_taken_at_once(self):
        counter = Counter()
        counter.player.step(4)
        assert (counter.steps, counter.shown, counter.said) == (4, [4], [""])

    def test_actions_that_follow_from_an_action_are_done_before_anything_is_shown(self):
        counter = Counter()
        counter.player.post(lambda: (counter.player.step(2), counter.player.step(3)))
        assert (counter.steps, counter.shown) == (5, [5])

    def test_play_says_what_to_do_instead(self):
        counter = Counter()
        counter.player.play()
        assert not counter.player.playing
        assert counter.said[-1] == ("Stopped: RuntimeError: no event loop is running to play on; "
                                    "outside a notebook take steps with player.step(k)")

    def test_play_says_so_too_when_the_loop_has_ended(self):
        async def make():
            return Counter()

        counter = asyncio.run(make())
        counter.player.play()
        assert (counter.steps, counter.player.playing) == (0, False)
        assert "no event loop is running" in counter.said[-1]
        counter.player.step(2)
        assert (counter.steps, counter.said[-1]) == (2, "")


class TestFailures:
    @pytest.mark.parametrize("part", ["advance", "show", "say"])
    def test_an_exception_stops_the_run_and_is_told_in_the_note(self, part):
        async def scenario():
            counter = Counter()
            sound, calls = getattr(counter, part), []

            def broken():
                calls.append(None)
                if len(calls) == 2:
                    raise ZeroDivisionError("the picture was cut in 0 parts")
                return sound()

            setattr(counter, part, broken)
            counter.player = Player(lambda: counter.advance(), lambda: counter.show(),
                                    lambda: counter.say())
            counter.player.play()
            await until(lambda: counter.player.error)
            await settled(counter.player)
            steps = counter.steps
            await asyncio.sleep(0.05)
            assert counter.steps == steps
            assert isinstance(counter.player.error, ZeroDivisionError)
            assert counter.player.note == (
                "Stopped: ZeroDivisionError: the picture was cut in 0 parts")
            assert counter.said[-1] == counter.player.note
            counter.player.step()  # and the error is over when the next action works
            await settled(counter.player)
            await until(lambda: counter.steps == steps + 1)
            assert (counter.player.note, counter.player.error, counter.said[-1]) == ("", None, "")

        on_a_loop(scenario)

    def test_an_action_that_fails_is_told_and_an_interrupt_is_no_exception_to_that(self):
        counter = Counter()

        def interrupted():
            raise KeyboardInterrupt

        counter.player.post(interrupted)
        assert counter.said[-1].startswith("Stopped: KeyboardInterrupt")
        counter.player.post(lambda: 1 / 0)
        assert counter.said[-1] == "Stopped: ZeroDivisionError: division by zero"

    def test_play_works_again_after_its_task_was_cancelled_from_outside(self):
        async def scenario():
            counter = Counter()
            counter.player.play()
            await until(lambda: counter.steps)
            counter.player._task.cancel()
            await until(lambda: counter.player._task.done())
            counter.player.pause()
            steps = counter.steps
            counter.player.play()
            await until(lambda: counter.steps > steps)
            counter.player.pause()
            await settled(counter.player)

        on_a_loop(scenario)
