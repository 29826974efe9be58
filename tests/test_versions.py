"""The versions that are asked for: `.ci/run` tests the newest ones and, by tests/oldest.txt, the
oldest."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def asked_for(lines: list[str], operator: str) -> dict[str, Version]:
    """Return the version behind the operator for each package, which has to be its only
    condition."""
    found = {}
    for requirement in map(Requirement, lines):
        (condition,) = requirement.specifier
        assert condition.operator == operator, requirement
        found[requirement.name] = Version(condition.version)
    return found


def packages_in(name: str) -> list[str]:
    """Return the lines of a requirements file that name packages."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def test_the_oldest_versions_that_are_tested_are_the_lower_bounds() -> None:
    start = asked_for(packages_in("requirements.txt"), ">=")
    package = asked_for(PROJECT["dependencies"], ">=")
    assert package.items() <= start.items(), "requirements.txt asks for what the package needs"
    bounds = start | asked_for(PROJECT["optional-dependencies"]["test"], ">=")
    kernel = {"ipykernel": Version("6.31")}  # which comes with JupyterLab
    assert asked_for(packages_in("tests/oldest.txt"), "==") == bounds | kernel
