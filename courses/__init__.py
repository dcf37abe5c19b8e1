"""Course modules: plugins that see the academy only through ``academy.sdk``."""
