"""The alarm clock that wakes the dispatcher, the reconciler and the sync."""
