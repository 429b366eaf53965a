# make run    the demonstration town at http://127.0.0.1:8080 (HUJIFEN_LISTEN, HUJIFEN_DATA_DIR, HUJIFEN_DEMO_PASSWORD)
# make test   every check; installs what a fresh machine lacks
# make bench  measures; make soak  the long storms; make month  a village's month, tap by tap; make types  openapi.json and its TypeScript; make fmt  formats everything

# Folders too: what was removed counts as a change.
frontend_sources := $(shell find frontend -mindepth 1 \( -name node_modules -o -name dist \) -prune -o -print)

.PHONY: run test setup bench soak month fmt types frontend browser

run: frontend
	cargo build --release --locked
	exec "$${CARGO_TARGET_DIR:-target}/release/hujifen" demo

test:
	@scripts/test

# What the tests need on this machine beside Rust and Node.
setup:
	@scripts/setup

bench: frontend
	cargo bench --locked --bench book

soak:
	HUJIFEN_KILLS=1000 cargo test --locked --test it kill_storm -- --nocapture

month: frontend browser
	cargo build --locked
	cd tests/e2e && npm run --silent month

fmt: frontend/node_modules/.package-lock.json tests/e2e/node_modules/.package-lock.json
	cargo fmt --all
	cd frontend && npm run --silent format
	cd tests/e2e && npm run --silent format

types: frontend/node_modules/.package-lock.json
	cargo build --workspace --locked
	"$${CARGO_TARGET_DIR:-target}/debug/hujifen" openapi >target/openapi.json
	cp target/openapi.json docs/openapi.json
	cd frontend && npm run --silent types

# Only when its sources changed.
frontend: frontend/dist/index.html

# What drives the browser.
browser: tests/e2e/node_modules/.package-lock.json

frontend/dist/index.html: frontend/node_modules/.package-lock.json $(frontend_sources)
	cd frontend && npm run --silent build
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json %/package.json
	cd $* && npm ci
	@touch $@
