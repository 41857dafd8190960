"""Makes the fakes beside this file importable from every folder of tests."""
