"""Roll-ups: the figures of the first page added up beforehand, so that a province answers as fast as a township."""
