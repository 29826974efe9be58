"""The player: what is asked of it happens on its loop, and nothing that goes wrong is lost; in a
real kernel, too."""

import asyncio
import contextlib
import queue
import threading
import time

import ipykernel
import pytest
from jupyter_client.manager import KernelManager

from lvmcalc.show import player
from lvmcalc.show.player import Player

FOREVER = 10**9  # steps that take no time: the default budget would be spent within two frames


class Counter:
    """Something to play: it counts its steps, and what was shown and said of them."""

    def __init__(self, end=None, **settings):
        self.steps, self.shown, self.said, self.end = 0, [], [], end
        self.player = None
        self.player = Player(self.advance, self.show, self.say, **{"budget": FOREVER} | settings)

    def advance(self):
        self.steps += 1
        return "Arrived." if self.steps == self.end else ""

    def show(self):
        self.shown.append(self.steps)

    def say(self):
        self.said.append(self.player.note)


def on_a_loop(scenario):
    """Run the coroutine function; a scenario that hangs is a failure."""
    return asyncio.run(asyncio.wait_for(scenario(), 120))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.002)


async def settled(player):
    """Wait until a player that was stopped has shown its last state."""
    await until(lambda: not player.playing and not player._todo
                and (player._task is None or player._task.done()))


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


class TestClosing:
    def test_a_closed_player_stops_for_good_and_says_so(self):
        async def scenario():
            counter = Counter()
            counter.player.play()
            await until(lambda: counter.steps)
            counter.player.close()
            await settled(counter.player)
            steps = counter.steps
            for action in (counter.player.play, counter.player.step):
                action()
                await asyncio.sleep(0.03)
            assert (counter.steps, counter.said[-1]) == (steps, "Closed.")

        on_a_loop(scenario)

    def test_a_player_closes_the_one_that_was_made_under_the_same_key_and_no_other(self):
        async def scenario():
            first, other, second = Counter(key="a"), Counter(key="b"), None
            for counter in (first, other):
                counter.player.play()
            await until(lambda: first.steps and other.steps)
            second = Counter(key="a")
            second.player.play()
            await until(lambda: second.steps)
            await asyncio.sleep(0.02)
            assert [c.player.closed for c in (first, other, second)] == [True, False, False]
            assert first.said[-1] == "Closed: its cell was run again."
            steps = first.steps
            other_steps = other.steps
            await until(lambda: other.steps > other_steps)
            assert first.steps == steps
            for counter in (other, second):
                counter.player.close()
                await settled(counter.player)

        on_a_loop(scenario)

    def test_players_without_a_key_outside_a_cell_leave_each_other_alone(self):
        first, second = Counter(), Counter()
        assert not first.player.closed
        assert not second.player.closed


class Cell:
    """Stands for IPython: the request that runs a cell."""

    def __init__(self, message, cell=None, code="code"):
        metadata = {"cellId": cell} if cell else {}
        self.parent = {"header": {"msg_id": message}, "metadata": metadata,
                       "content": {"code": code}}

    def get_parent(self):
        return self.parent


class TestCells:
    @pytest.mark.parametrize(("first", "again", "closes"), [
        (Cell("1", "cell A"), Cell("2", "cell A"), True),
        (Cell("1", "cell A", "old code"), Cell("2", "cell A", "new code"), True),
        (Cell("1", "cell A"), Cell("2", "cell B"), False),
        # a front end that names no cells
        (Cell("1", code="the same"), Cell("2", code="the same"), True),
        (Cell("1", code="this"), Cell("2", code="that"), False),
        # two players side by side in one run of a cell
        (Cell("1", "cell A"), Cell("1", "cell A"), False),
    ], ids=["rerun", "edited", "another cell", "rerun without id", "other code", "side by side"])
    def test_running_a_cell_again_closes_what_it_made_before(self, monkeypatch, first, again,
                                                             closes):
        monkeypatch.setattr(player, "_started", {})
        players = []
        for cell in (first, again):
            monkeypatch.setattr(player, "get_ipython", lambda cell=cell: cell)
            players.append(Counter().player)
        assert [player.closed for player in players] == [closes, False]

    def test_a_rerun_closes_all_that_the_cell_had_made(self, monkeypatch):
        monkeypatch.setattr(player, "_started", {})
        monkeypatch.setattr(player, "get_ipython", lambda: Cell("1", "cell A"))
        players = [Counter().player, Counter().player]
        monkeypatch.setattr(player, "get_ipython", lambda: Cell("2", "cell A"))
        players.append(Counter().player)
        assert [player.closed for player in players] == [True, True, False]


PANEL = """
import threading
from lvmcalc.show import LiveGPLVM
panel = LiveGPLVM("iris", Q=1, optimiser="adam", speed=60, budget=100_000)
panel._pace, panel.player.rate = lambda steps: None, 60  # no slow start
threads = []
press = panel._toggle
def pressed():
    threads.append(threading.current_thread() is threading.main_thread())
    press()
panel.controls.play.act = pressed
panel._seen = 10**9  # as a page that is never behind
print(panel.model_id)
"""


class Notebook:
    """A real kernel and what comes from it; a click may come over its main shell or over a
    subshell."""

    def __init__(self, client):
        self.client = client
        self.panel = self.run(PANEL)

    def run(self, code):
        """Run a cell and return what it prints."""
        request, text = self.client.execute(code), ""
        while True:
            message = self.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            assert message["msg_type"] != "error", message["content"]
            if message["msg_type"] == "stream":
                text += message["content"]["text"]
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return text.strip()

    def open_subshell(self):
        if ipykernel.version_info < (7,):
            pytest.skip("ipykernel 6 has no subshells: everything is done on the main shell, which "
                        "is tested")
        request = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(request)
        while True:
            reply = self.client.get_control_msg(timeout=60)
            if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                assert reply["content"]["status"] == "ok"
                self.subshell_id = reply["content"]["subshell_id"]
                return

    def click(self, way):
        """Click on the button Play, which is also Pause."""
        if way == "a cell on a subshell":
            content = {"code": "panel.controls.play.click()", "silent": False,
                       "store_history": False}
            message = self.client.session.msg("execute_request", content)
        else:
            content = {"comm_id": self.panel, "data": {
                "method": "custom", "content": {"set": "play", "value": True}}}
            message = self.client.session.msg("comm_msg", content)
        if way != "the main shell":
            message["header"]["subshell_id"] = self.subshell_id
        self.client.shell_channel.send(message)

    def frames(self, count, seconds):
        """Return the frames that arrive, until there are so many or the time is over."""
        frames, end = [], time.perf_counter() + seconds
        while len(frames) < count and (left := end - time.perf_counter()) > 0:
            with contextlib.suppress(queue.Empty):
                message = self.client.get_iopub_msg(timeout=left)
                content = message["content"]
                if (message["msg_type"] == "comm_msg" and content["comm_id"] == self.panel
                        and ["frame", "latent"] in content["data"].get("buffer_paths", [])):
                    at = content["data"]["buffer_paths"].index(["frame", "latent"])
                    frames.append(bytes(message["buffers"][at]))
        return frames


@pytest.fixture(scope="module")
def client():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# JupyterLab sends clicks over subshells. Some versions of ipykernel serve them on the thread of the
# subshell, others
# hand them to the main shell; what a cell on a subshell does is on that thread in all of them.
@pytest.mark.parametrize("way", ["the main shell", "a subshell", "a cell on a subshell"])
def test_in_a_kernel_a_click_makes_frames_go_on_coming_and_another_stops_them(client, way):
    notebook = Notebook(client)
    if way != "the main shell":
        notebook.open_subshell()
    notebook.frames(100, 0.3)  # what was sent for display
    for _ in range(2):
        notebook.click(way)
        frames = notebook.frames(12, 60)
        assert len(frames) == 12, "frames stopped coming while nobody had paused"
        assert {len(frame) for frame in frames} == {150 * 2 * 4}
        assert len(set(frames)) == 12, "the same picture over and over"
        notebook.click(way)
        while notebook.run("print(panel.player.playing)") == "True":
            pass  # the click is not served yet
        assert notebook.frames(1, 0.3) == []
    on_the_main_thread = notebook.run("print(threads)")
    if way != "a subshell":
        assert on_the_main_thread == str([way == "the main shell"] * 4)
    steps = notebook.run("print(panel.trainer.steps)")
    assert int(steps) >= 24
    assert notebook.run(
        "print(panel.trainer.steps, panel.player.playing, panel.player.note)") == f"{steps} False"
    notebook.run("panel.close()")


def test_in_a_kernel_running_a_cell_again_closes_what_it_made_and_only_that(client):
    notebook = Notebook(client)
    notebook.run("from lvmcalc.show.player import Player\nplayers = {}\ndef make(name):\n"
                 "    players.setdefault(name, []).append(Player(lambda: '', lambda: None, lambda: "
                 "None))")
    for cell in ("make('a'), make('b')", "make('c')", "make('a'), make('b')"):
        notebook.run(cell)
    assert notebook.run(
        "print({name: [p.closed for p in made] for name, made in players.items()})") == (
        "{'a': [True, False], 'b': [True, False], 'c': [False]}")
