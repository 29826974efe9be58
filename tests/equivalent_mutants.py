"""The mutants of the core that no test can kill, and why: (module, line, mutated line)."""

EQUIVALENT: dict[tuple[str, str, str], str] = {
}
