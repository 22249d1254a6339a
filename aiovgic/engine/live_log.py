"""What the live engine says of itself: structlog over the standard library's logger ``aiovgic``.

Silent unless that logger is set up; the model's trace never goes here.
"""

from __future__ import annotations

import logging
from typing import cast

import structlog

log = cast(
    "structlog.stdlib.BoundLogger",
    structlog.wrap_logger(
        logging.getLogger("aiovgic.live"),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    ),
)
