"""Explain in one sentence what a reader's function raised, or what is wrong with its result."""

import builtins
import inspect
import re
import tomllib
from importlib import resources
from typing import Any

import numpy as np

_ERRORS = {getattr(builtins, name): text for name, text in tomllib.loads(
    (resources.files(__package__) / "function_errors.toml").read_text("utf-8")).items()}
# What an array holds, by NumPy's letter
_KINDS = {"c": "complex numbers", "U": "text", "S": "text", "b": "truth values"}
_RETURNED = {tuple: "returns several values; one array is asked for.",
             list: "returns rows of different lengths, which do not make a matrix."}
# Words in what NumPy says of shapes
MISFITS = "meets? |needs a matrix|mismatch|broadcast|aligned|reshape|dimension|square"


def sentence_about(error: BaseException) -> str:
    """Return what a function did wrong, "" if the error says nothing that is known."""
    if isinstance(error, np.linalg.LinAlgError):
        return "The function inverts a matrix that is singular." if "ingular" in str(error) else ""
    if isinstance(error, TypeError):
        if called := re.search(r"'([\w.]+)' object is not callable", str(error)):
            kind = "array" if "ndarray" in called[1] else called[1]
            return (f"The function calls a value (of the kind {kind}) as if it were a function: "
                    "is an operator missing in front of a bracket?")
        text = "combines values that do not go together, such as text and numbers" if (
            "ufunc" in str(error)) else (
            f"combines or passes on values that do not go together: {error}")
        return f"The function {text}."
    for kind, text in _ERRORS.items():
        if isinstance(error, kind):
            key = error.args[0] if isinstance(error, KeyError) and error.args else ""
            name = getattr(error, "name", None) or key or re.sub(r".*?'(\w+)'.*", r"\1", str(error))
            return f"The function {text.format(name)}."
    if not str(error):
        return f"The function raises {type(error).__name__}: it has to return its result."
    return ""


def shape_misfit(error: BaseException | str) -> str:
    """Return what does not fit in an error of NumPy about shapes, "" if it is about something else.
    """
    text = str(error)
    if sizes := re.search(r"size (\d+) is different from (\d+)", text):
        return f"{sizes[2]} columns meet {sizes[1]} rows"
    if shapes := re.search(r"shapes (\([\d, ]*\)) (?:and )?(\([\d, ]*\))", text):
        one, other = ("×".join(re.findall(r"\d+", shape)) or "a number"
                      for shape in shapes.groups())
        return f"{one} meets {other}"
    if "enough dimensions" in text:
        return "a number stands where @ needs a matrix"
    return text if re.search(MISFITS, text) else ""


def array_of(result: Any) -> tuple[str, Any]:
    """Return ("array", the array of what a function returned), or ("no answer", a sentence)."""
    if result is None:
        text = "returns nothing: its return is missing."
    elif inspect.isgenerator(result):
        text = "yields its result; it has to return it."
    elif inspect.iscoroutine(result):
        result.close()
        text = "is async; write it with def alone."
    elif callable(result) and not hasattr(result, "__array__"):
        text = "returns a function, not a value: are brackets missing behind a name?"
    else:
        try:
            array = np.asarray(result)
            if array.dtype.kind in "iufO":
                return "array", array.astype(float)
            kind = _KINDS.get(array.dtype.kind, str(array.dtype))
            text = f"returns {kind}, not real numbers."
        except (TypeError, ValueError):
            text = next((text for kind, text in _RETURNED.items() if isinstance(result, kind)),
                        f"returns a value of the kind {type(result).__name__}, not an array.")
    return "no answer", f"The function {text}"
