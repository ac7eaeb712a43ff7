"""What the tools may use: read from settings once, passed to them as plain values."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Limits:
    threads: int
    niceness: int
    memory_mb: int
    pixels: int
    # Of all pictures of a recording together.
    gigapixels: int
    length_seconds: int
    run_seconds: int
    # A tool that reports no progress for so long is stopped.
    stall_seconds: int
    # The short side, in pixels, of the largest variant that is made.
    highest_variant: int


def limits() -> Limits:
    """The limits that the settings name."""
    return Limits(
        threads=settings.MEDIA_THREADS,
        niceness=settings.MEDIA_NICENESS,
        memory_mb=settings.MEDIA_MEMORY_MB,
        pixels=settings.MEDIA_MAX_PIXELS,
        gigapixels=settings.MEDIA_MAX_GIGAPIXELS,
        length_seconds=settings.MEDIA_MAX_SECONDS,
        run_seconds=settings.MEDIA_MAX_RUN_SECONDS,
        stall_seconds=settings.MEDIA_STALL_SECONDS,
        highest_variant=settings.MEDIA_HIGHEST_VARIANT,
    )
