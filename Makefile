# Every way to build, run and check Weft. `make run` is where to start.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Parallel compiler jobs.
JOBS ?= $(shell nproc)
# Where `make install` puts the program.
PREFIX ?= /usr/local
# Goes before PREFIX when a package is being built.
DESTDIR ?=
# What `make run` keeps: the store, objects, keys.
DATA ?= .run/data
# More options for `weft serve`.
ARGS ?=
# Which tagged tests also run, separated by commas: long, …
WEFT_TESTS ?=
# After how long a run of the Swift tests is given up: one that hangs says so within the hour.
TEST_TIME ?= 20m
# How many Swift tests run at the same time: all 900 at once take thousands of files and starve each other.
TEST_WIDTH ?= 16
# The reference data that some tests read; they are skipped where it is absent.
WEFT_DATA ?= $(abspath ../shared/data)

# Rooms whose tests keep records: they run a second time on PostgreSQL.
STORE_TESTS := Agents|Channels|Events|Identity|Live|Logistics|Objects|Observability|Platform|Privacy|Series|Workflows

RELEASE := .build/release/weft
SWIFT_SOURCES := Sources Tests Package.swift
# Of a crash the thread that crashed: hundreds of others take longer to print than the tests to run.
BACKTRACE := enable=yes,threads=crashed,images=none,registers=none,limit=64,color=no,interactive=no
TEST_SWIFT = SWIFT_BACKTRACE=$(BACKTRACE) timeout -v -k 10 $(TEST_TIME) swift test --skip-build \
	-j $(JOBS) --experimental-maximum-parallelization-width $(TEST_WIDTH)
BUILD_RELEASE := swift build -c release -j $(JOBS) --product weft --static-swift-stdlib

export WEFT_TESTS WEFT_DATA

.PHONY: help run test test-long lint format bench bench-agents bench-kernel bench-packing web deps release install clean

help:  ## Lists the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: deps web release  ## Builds all and serves a demonstration; data stays in .run/data.
	exec $(RELEASE) serve --demo --data $(DATA) $(ARGS)

test: deps web  ## Runs all tests but the long ones.
	cd web && ../.venv/bin/deno test --quiet --no-check --unstable-sloppy-imports --allow-read --allow-env tests
	swift build --build-tests -j $(JOBS)
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	export TMPDIR=$$scratch; \
	$(TEST_SWIFT); \
	WEFT_TEST_STORE=postgres $(TEST_SWIFT) \
		--filter '^($(STORE_TESTS))Tests\.|^StoreTests\.(DatabaseTests|ListQueryTests)/'
	$(BUILD_RELEASE)
	WEFT_BIN=$(abspath $(RELEASE)) .venv/bin/python -m pytest Tests/EndToEnd -n 2

test-long: WEFT_TESTS := long
test-long: TEST_TIME := 3h
test-long: test  ## Runs all tests, the long ones included.
	Tests/Fuzz/run 600

lint: deps  ## Checks format, lint rules and types of everything.
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	tsc --strict --noEmit --project web/tsconfig.json
	cd web && ../.venv/bin/deno fmt --check && ../.venv/bin/deno lint

format: deps  ## Formats everything in place.
	swift format format --in-place --parallel --recursive $(SWIFT_SOURCES)
	cd web && ../.venv/bin/deno fmt

bench: deps release  ## Runs the benchmarks; `make bench BENCH="http packing"` runs some.
	WEFT_BIN=$(abspath $(RELEASE)) .venv/bin/python bench/run $(BENCH)

bench-agents: deps release  ## Runs the benchmarks of agents, MCP and search beside their peers.
	WEFT_BIN=$(abspath $(RELEASE)) .venv/bin/python bench/run agents search

bench-packing: deps release  ## Packs the BR problems beside other packers: 50 minutes; FULL=1 takes all of them.
	WEFT_BIN=$(abspath $(RELEASE)) .venv/bin/python bench/run packing

bench-kernel: deps release  ## Runs the benchmarks of workflows, events and series beside their peers.
	WEFT_BIN=$(abspath $(RELEASE)) .venv/bin/python bench/run kernel events series

web: deps  ## Builds the console into web/dist.
	web/build.sh

deps:  ## Installs what is missing to build and test.
	@scripts/deps

release: deps web  ## Builds the program with optimisation into .build/release.
	$(BUILD_RELEASE)

install: release  ## Installs the program and the console under PREFIX.
	install -D -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/weft
	rm -rf $(DESTDIR)$(PREFIX)/share/weft/console
	install -d $(DESTDIR)$(PREFIX)/share/weft/console
	cp -R web/dist/. $(DESTDIR)$(PREFIX)/share/weft/console/
	install -D -m 644 LICENSE NOTICE -t $(DESTDIR)$(PREFIX)/share/doc/weft

clean:  ## Removes everything that was built; data in .run and the tools in .venv stay.
	rm -rf .build web/dist
