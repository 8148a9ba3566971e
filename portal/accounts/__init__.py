"""People, sign-in, sessions, invitations and roles."""
