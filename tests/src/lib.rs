//! Cross-cutting tests: see the files beside this one under `tests/`.
