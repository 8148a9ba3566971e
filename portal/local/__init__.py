"""The portal on one machine: set-up from the lock files, the embedded broker and the process supervisor."""
