"""Why nothing was done, in a sentence for an operator (English, as everything of the command line)."""


class BackupError(Exception):
    """Nothing was made, or nothing was restored; the message says why and what to do."""


class Unvouched(BackupError):
    """A backup that contradicts itself nowhere, but that nobody vouches for."""


class Damaged(BackupError):
    """A backup, or a part of one, that is not what it says."""
