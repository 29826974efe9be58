"""A player that counts, and what waits for it."""

import asyncio

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
