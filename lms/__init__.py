"""Tianjian: what holds for every process."""

import gc

# Nearly all that Django and Wagtail make while starting lives as long as the process. Looking for garbage among it at
# Python's own pace took about a tenth of every start and of the suite.
gc.set_threshold(100_000, 50, 100)
