"""The symbols for names in equations; other names are shown as they are written."""

from __future__ import annotations

# A name that ends in _hat also gets a hat.
SYMBOLS = {
    "grad": "∂z/∂p", "b1": "β₁", "b2": "β₂", "eps": "ε", "rho": "ρ", "alpha": "α", "mu": "μ", "tau": "τ",
    "e1": "η⁻", "e2": "η⁺", "low": "s₁", "high": "s₂", "psi": "ψ", "w": "λ", "delta": "Δ", "next": "c⁺",
    "decay": "κ", "xi": "ξ",
}  # fmt: skip
