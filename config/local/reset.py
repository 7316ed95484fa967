"""`make reset`: empties the data folder of everything but downloads.

python -m config.local.reset
"""

from __future__ import annotations

import shutil
import sys

from config.env import SettingError, env
from config.local import postgres
from config.local.lock import data_folder_lock

KEPT = frozenset({"npm", "cache", "secret_key", "run.lock"})


def main() -> int:
    """0 when the data is gone; 1 and nothing touched while a run uses it."""
    try:
        with data_folder_lock(env.data, wait_s=0):
            postgres.stop_leftover(env.data / "postgres")
            removed = [path for path in env.data.iterdir() if path.name not in KEPT]
            for path in removed:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    except SettingError as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1
    print(f"{env.data} is empty but for downloads; the next `make run` starts anew.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
