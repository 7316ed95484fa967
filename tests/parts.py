"""The npm parts of the local chain for tests, fetched on first use."""

from __future__ import annotations

from pathlib import Path

from config.env import env
from config.local import npm_parts, runtime


def anvil_binary() -> Path:
    """The node's executable."""
    npm_parts.part(npm_parts.anvil_package(), env.data)
    return runtime.anvil_binary(env.data)


def contract_artifacts() -> Path:
    """The folder of the contracts' artifacts."""
    npm_parts.part(npm_parts.CONTRACTS, env.data)
    return runtime.contract_artifacts(env.data)


def ens_artifacts() -> tuple[Path, Path]:
    """The folders of ENS's registry contracts and of its resolvers."""
    parts = (npm_parts.part(name, env.data) for name in ("@ensdomains/ens", "@ensdomains/resolver"))
    registry, resolver = (part / "build" / "contracts" for part in parts)
    return registry, resolver


def safe_artifacts() -> Path:
    """The folder of Safe's contracts."""
    return npm_parts.part("@safe-global/safe-contracts", env.data) / "build" / "artifacts" / "contracts"
