"""The staff portal's shell: home, search, set-up, background work. Each app brings its own screens."""
