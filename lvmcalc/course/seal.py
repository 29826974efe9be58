"""Seal what a prediction tells, so that only the right one of its options opens it."""

from base64 import b64decode, b64encode
from hashlib import shake_256

_OPENED = "■ Right. "


def seal(question: str, answer: str, because: str) -> str:
    """Return the reason of a prediction as text that cannot be read without the right answer."""
    told = f"{_OPENED}{because}".encode()
    return b64encode(_mixed(told, question, answer)).decode()


def unseal(sealed: str, question: str, option: str) -> str:
    """Return what is told about an option: the reason if it is the right one, else ""."""
    try:
        told = _mixed(b64decode(sealed), question, option).decode()
    except ValueError:  # no text
        return ""
    return told if told.startswith(_OPENED) else ""


def _mixed(told: bytes, question: str, option: str) -> bytes:
    noise = shake_256(f"{question}\n{option}".encode()).digest(len(told))
    return bytes(one ^ other for one, other in zip(told, noise, strict=True))
