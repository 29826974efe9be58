"""Play, pause and step a run live: one coroutine on the event loop of the kernel."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

from IPython import get_ipython

_TURN = 0.010  # seconds of steps in one turn of the loop, so that a click waits no longer
_PAUSE = 0.005  # seconds given to messages in each turn; with a bare sleep(0) the buttons starve
FRAMES_A_SECOND, WORDS_A_SECOND = 30, 3  # per second at most; what is late is dropped, never queued
FLAT_OUT = 1e9  # steps per second: as fast as it goes

# What was started by which cell: running the cell again has to close what it started before.
_started: dict[str, tuple[object, list["Player"]]] = {}


class Player:
    """Plays, pauses and steps something, and shows it; nothing that goes wrong on the way is lost.

    Callbacks of widgets may arrive in another thread with another event loop (ipykernel runs them
    so on subshells), so they only `post` what is to be done; it happens on the loop where the
    player was made.

    Parameters
    ----------
    advance : callable
        Takes one step. Returns "" or, in one sentence, why the run ends here.
    show, say : callable
        Show the state as it is, in a picture and in words. While playing they are called at most
        `FRAMES` and `WORDS` times a second, else after every action. `say` has to show the `note`,
        whatever `show` does.
    key : str, optional
        What plays under the same key is closed; without a key, what an earlier run of the same cell
        made.
    budget : int
        The steps that one press on Play may take, since a page that has been closed stops nothing.
    rate : float
        Steps per second at most.
    """

    def __init__(self, advance: Callable[[], str], show: Callable[[], None],
                 say: Callable[[], None],
                 key: str | None = None, budget: int = 20_000, rate: float = FLAT_OUT) -> None:
        self._advance, self._show, self._say = advance, show, say
        self.budget, self.rate, self.playing, self.closed = budget, rate, False, False
        self.note = ""  # why the last run ended, in a sentence
        self.error: BaseException | None = None
        self._left, self._moved, self._working = 0, False, False
        self._todo: deque[Callable[[], None]] = deque()
        self._task: asyncio.Task | None = None
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # a script: actions are done at once, and there is nothing to play on
            self._loop = None
        _close_earlier(self, key)

    def post(self, action: Callable[[], None]) -> None:
        """Have `action` done on the main loop, from any thread, and show what came of it."""
        self._todo.append(action)
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._work)  # also wakes a loop that sleeps
        else:
            self._work()

    def play(self) -> None:
        """Start the run, or go on with it."""
        self.post(self._play)

    def pause(self) -> None:
        """Stop after the step that is being taken."""
        self.step(0)

    def step(self, k: int = 1) -> None:
        """Pause, and take k steps."""
        self.post(lambda: self._steps(k))

    def close(self, note: str = "Closed.") -> None:
        """Stop for good."""
        self.playing, self.closed, self.note = False, True, note
        self.post(lambda: None)

    def _play(self) -> None:
        if self._loop is None or not self._loop.is_running():
            raise RuntimeError("no event loop is running to play on; outside a notebook take steps "
                               "with player.step(k)")
        self.playing, self._left = True, self.budget

    def _steps(self, k: int) -> None:
        self.playing, self._left = False, k
        while self._left and not self.note:
            self._take()

    def _take(self) -> None:
        self.note, self._moved = self._advance(), True
        self._left -= 1
        if self.playing and not self._left and not self.note:
            self.note = f"Paused after {self.budget:,} steps: press Play to go on."
        self.playing = self.playing and not self.note

    def _work(self) -> None:
        # done by another call, of which this one is perhaps a part
        if self._working or not self._todo:
            return
        if not self.closed:
            self.note, self.error = "", None
        self._working = True
        try:
            while self._todo:
                action = self._todo.popleft()
                if not self.closed:
                    self._guard(action)
        finally:
            self._working = False
        if not self.playing:
            self._settle()
        # done with an error if it was cancelled from outside
        elif self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        last_turn = next_frame = next_words = perf_counter()
        due = 1.0
        while self.playing:
            turn = perf_counter()
            # no burst later
            due = min(due + self.rate * (turn - last_turn), max(1.0, self.rate / 10))
            last_turn = turn
            while self.playing and due >= 1 and perf_counter() - turn < _TURN:
                self._guard(self._take)
                due -= 1
            if self.playing and self._moved and turn >= next_frame:
                next_frame, self._moved = max(next_frame + 1 / FRAMES_A_SECOND, turn), False
                self._guard(self._show)
            if self.playing and turn >= next_words:
                next_words = turn + 1 / WORDS_A_SECOND
                self._guard(self._say)
            await asyncio.sleep(_PAUSE)
        self._task = None
        self._settle()

    def _settle(self) -> None:
        self._moved = False
        # first, as a button that has been pressed should say so at once
        said = self._guard(self._say)
        if not (self._guard(self._show) and said):
            self._guard(self._say)  # with the error that was met

    def _guard(self, action: Callable[[], None]) -> bool:
        try:
            action()
            return True
        # nobody else would hear of it in a background task
        except (Exception, KeyboardInterrupt) as error:
            self.playing, self.error = False, error
            self.note = f"Stopped: {type(error).__name__}: {error}"
            return False


def _close_earlier(player: Player, key: str | None) -> None:
    run: object = object()
    if key is None:
        parent = getattr(get_ipython(), "get_parent", dict)()  # the request to run this cell
        key = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code")
        run = parent.get("header", {}).get("msg_id")
    if key is None:
        return
    earlier, players = _started.get(key, (run, []))
    if earlier != run:
        for other in players:
            other.close("Closed: its cell was run again.")
        players = []
    _started[key] = (run, [*players, player])
