"""A player is closed by hand, by its key, or as its cell is run again; in a real kernel, too."""

import asyncio
import contextlib
import queue
import time

import ipykernel
import pytest
from jupyter_client.manager import KernelManager
from players import Counter, on_a_loop, settled, until

from lvmcalc.show import player


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
