"""Running the academy: migrations, server and worker, the doctor, backups."""
