"""How NumPy, PyTorch and JAX write what they write differently."""

import keyword
from collections.abc import Mapping
from dataclasses import dataclass

from lvmcalc.checks import known

TAKEN = ("np", "torch", "jnp", "jax", "math", "value_and_gradient")


@dataclass(frozen=True)
class Dialect:
    """How one library writes what the libraries write differently."""

    imports: str
    prefix: str
    functions: Mapping[str, str]
    dot: str
    ones: str = "{prefix}.ones(({}, {}))"
    zeros: str = "{prefix}.zeros(({}, {}))"
    eye: str = "{prefix}.eye({})"
    inverse: str = "{prefix}.linalg.inv({})"
    det: str = "{prefix}.linalg.det({})"
    log_det: str = "{prefix}.linalg.slogdet({})[1]"
    diagonal: str = "{prefix}.diag({})[:, None]"
    sum: str = "{prefix}.sum({})"
    convert: str = ""

    def __call__(self, template: str, *texts: str) -> str:
        """Return a template filled in."""
        return template.format(*texts, prefix=self.prefix)


COMMON = {name: f"{{prefix}}.{name}({{}})" for name in ("log", "sqrt", "abs", "sign")}
JAX64 = 'jax.config.update("jax_enable_x64", True)  # else it computes with 7 digits'
DOUBLE = ", dtype=torch.float64)"
DIALECTS = {
    "numpy": Dialect("import numpy as np", "np", COMMON | {
        "sigmoid": "(1 + np.tanh({} / 2)) / 2", "softplus": "np.logaddexp(0, {})",
        "relu": "np.maximum({}, 0)"}, "np.vdot({}, {})"),
    "torch": Dialect("import torch", "torch", COMMON | {
        "sigmoid": "torch.sigmoid({})", "softplus": "torch.logaddexp(0 * {0}, {0})",
        "relu": "torch.relu({})"}, "torch.sum({} * {})", f"torch.ones({{}}, {{}}{DOUBLE}",
        f"torch.zeros({{}}, {{}}{DOUBLE}", f"torch.eye({{}}{DOUBLE}",
        convert=f"{{0}} = torch.as_tensor({{0}}{DOUBLE}"),
    "jax": Dialect(f"import jax\nimport jax.numpy as jnp\n\n{JAX64}", "jnp", COMMON | {
        "sigmoid": "jax.nn.sigmoid({})", "softplus": "jnp.logaddexp(0, {})",
        "relu": "jnp.maximum({}, 0)"}, "jnp.vdot({}, {})", convert="{0} = jnp.asarray({0}, float)"),
}


def dialect_named(library: str) -> Dialect:
    """Return the dialect of a library."""
    return DIALECTS[known(library, DIALECTS, "library")]


def identifier(name: str) -> str:
    """Return a name as Python can have it: lambda as lambda_."""
    return f"{name}_" if keyword.iskeyword(name) or name in TAKEN else name
