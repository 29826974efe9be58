"""A graph to be completed by hand: the nodes stand there, and the reader draws the arrows."""

from collections.abc import Collection
from itertools import islice, permutations, product
from types import SimpleNamespace

from lvmcalc import notation
from lvmcalc.chain import Chain
from lvmcalc.show import figures, panels, style
from lvmcalc.show.view import Control, View

_NAMINGS = 5000  # are tried at most; a graph of the homework has four
Edges = Collection[tuple[str, str]]


class GraphExercise(View):
    """Click a node and then the one that uses it: an arrow leads there; again, and it is gone.

    By keyboard: choose both nodes in the lists, and press the button.

    Parameters
    ----------
    chain : Chain
    given : iterable of (str, str), optional
        The arrows that stand there at first, as pairs (used, user).

    Attributes
    ----------
    drawn : set of (str, str)
        The arrows that stand there now.

    Raises
    ------
    ValueError
        If a given arrow does not belong to the graph.
    """

    def __init__(self, chain: Chain, given: Edges = ()) -> None:
        self.chain, self._given, self._held = chain, frozenset(given), None
        self._right = frozenset((used, node) for node, used in chain.edges)
        if wrong := self._given - self._right:
            raise ValueError(f"{' → '.join(min(wrong))} is not an arrow of {chain.name}.")
        self.drawn, self._wrong = {*self._given}, frozenset()
        self._panel = figures.graph_panel(chain)
        names = [(notation.plain(name), name) for name in self._panel["nodes"]]
        controls = SimpleNamespace(
            used=Control("choice", "from", names[0][1], names, more=False,
                         tip="The node that is used"),
            user=Control("choice", "to", names[-1][1], names, more=False,
                         tip="The node that uses it"),
            arrow=Control("button", "Draw or remove", more=False, tip="The arrow between them",
                          act=lambda: self.toggle(controls.used.value, controls.user.value)),
            check=Control("button", "Check", more=False, act=self.check),
            reset=Control("button", "Reset", more=False, tip="Start again (R)", act=self.reset))
        super().__init__(controls, title=f"The graph of {chain.name}, to be completed")
        self._hands = {"choose": self._choose}
        self.reset()

    def toggle(self, used: str, user: str) -> "GraphExercise":
        """Draw the arrow from one node to another, or take it away."""
        if used == user:
            return self._show("A node does not use itself. Choose two nodes.")
        self.drawn ^= {(self.chain[used].name, self.chain[user].name)}
        self._wrong = frozenset()
        gone = "" if (used, user) in self.drawn else " is gone"
        return self._show(f"{_arrow((used, user))}{gone}. Arrows: {len(self.drawn)}.")

    def check(self) -> bool:
        """Mark the arrows, and return whether the graph is complete.

        Nodes with the same operation and shape may change places: which of two uses of X is called
        f is free.
        """
        right = max(_namings(self.chain, self._right), key=lambda edges: len(self.drawn & edges))
        self._wrong, missing = frozenset(self.drawn - right), len(right - self.drawn)
        if not self._wrong and not missing:
            self._show(f"Right: all {len(right)} arrows.")
            return True
        wrong = ", ".join(map(_arrow, sorted(self._wrong)))
        told = [f"Not right: {wrong}."] * bool(wrong) + [
            f"{missing} {'arrow is' if missing == 1 else 'arrows are'} missing."] * bool(missing)
        self._show(" ".join(told) + " Ask of each node what it is made of.")
        return False

    def reset(self) -> "GraphExercise":
        """Take away all arrows but those that were given."""
        self.drawn, self._held, self._wrong = {*self._given}, None, frozenset()
        return self._show("Click a node, then the node that uses it.")

    def __repr__(self) -> str:
        return f"GraphExercise({self.chain.name}): {self.status}"

    def _choose(self, name: str) -> None:
        held, self._held = self._held, None
        if held is None:
            self._held = name
            self._show(f"{notation.plain(name)} is chosen. Now click the node that uses it.")
        elif held == name:
            self._show(f"{notation.plain(name)} is no longer chosen.")
        else:
            self.toggle(held, name)

    def _show(self, words: str) -> "GraphExercise":
        plain = {"color": style.INK, "dash": "-"}
        wrong = {"color": style.VERMILLION, "dash": "--", "width": 4}
        edges = [{"from": used, "to": user, "bow": self._bow(used, user), "width": 1.8, **plain,
                  **(wrong if (used, user) in self._wrong else {})}
                 for used, user in sorted(self.drawn)]
        nodes = {name: node | plain | {"fill": style.LIT["node"] if name == self._held else ""}
                 for name, node in self._panel["nodes"].items()}
        lanes = len({node["y"] for node in nodes.values()})
        self.scene = panels.picture({"graph": self._panel | {"nodes": nodes, "edges": edges}},
                                    [(1, [(1, ["graph"])])], 0.08 + 0.1 * lanes)
        self.send_frame({})
        self.about = ("The graph: " + ", ".join(map(_arrow, sorted(self.drawn)))
                      if self.drawn else "The nodes of the graph, without arrows")
        self.say(words)
        return self

    def _bow(self, start: str, end: str) -> float:
        """Return how an arrow bends, so that it does not run through the nodes of its lane."""
        one, other = (self._panel["nodes"][name] for name in (start, end))
        return -0.3 if one["y"] == other["y"] and abs(one["x"] - other["x"]) > 1 else 0.0


def _arrow(edge: tuple[str, str]) -> str:
    return " → ".join(map(notation.plain, edge))


def _namings(chain: Chain, edges: Edges) -> list[set[tuple[str, str]]]:
    """Return the graph with its names dealt out in each way that keeps operations and shapes."""
    alike: dict[tuple, list[str]] = {}
    for name in set(chain.nodes) - set(chain.leaves) - {chain.output}:
        node = chain[name]
        alike.setdefault((node.rule.name, notation.shape(node.symbol)), []).append(name)
    groups = [sorted(names) for names in alike.values()]
    dealt = product(*(permutations(names) for names in groups))
    found = []
    for deal in islice(dealt, _NAMINGS):
        new = {old: name for names, others in zip(groups, deal, strict=True)
               for old, name in zip(names, others, strict=True)}
        found.append({(new.get(used, used), new.get(user, user)) for used, user in edges})
    return found
