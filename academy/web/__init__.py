"""The frame of every page: layout, components, languages, errors, and what the browser is allowed to do."""
