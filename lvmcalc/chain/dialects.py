"""How NumPy, PyTorch and JAX write what they write differently, as `dialects.toml` says."""

import keyword
import tomllib
from importlib import resources
from typing import Any

_TAKEN = ("np", "torch", "jnp", "jax", "math", "value_and_gradient")
_TABLES = tomllib.loads((resources.files(__package__) / "dialects.toml").read_text("utf-8"))
_COMMON = _TABLES.pop("common")
Dialect = dict[str, Any]  # templates by the names of operations; those of functions by themselves
DIALECTS: dict[str, Dialect] = {
    library: _COMMON | own | {"library": library,
                              "functions": _COMMON["functions"] | own["functions"]}
    for library, own in _TABLES.items()}


def identifier(name: str) -> str:
    """Return a name that Python allows: lambda_ for lambda."""
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN else name
