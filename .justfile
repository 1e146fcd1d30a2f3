# The recipes of this repository; `just` lists them.

_list:
    @just --justfile {{ justfile() }} --list

# Render the shipped example into a folder
example out="example":
    cargo run --release --quiet -- render --out {{ out }} --yes

# Everything that has to pass before a change lands
test:
    bash tests/run.sh

# Accept what the golden tests render now
bless:
    NIXGEN_BLESS=1 cargo test --quiet --no-fail-fast

# Time the pipeline at 3 to 10,000 MicroVMs
bench:
    cargo bench --bench pipeline
