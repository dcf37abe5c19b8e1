"""People who sign in: credentials, server-side sessions, personal access tokens."""
