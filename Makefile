# SPDX-License-Identifier: Apache-2.0
# `make demo` shows Roost at work, `make test` and `make lab` prove it. They install the Debian
# packages that they need and therefore run as root.

PREFIX ?= /usr
DESTDIR ?=
RELEASE = swift build -c release --static-swift-stdlib
SCRIPTS = .ci/run $(shell grep -lsI '^\#!/bin/\(ba\)\?sh' Tests/*/* Tests/Bench/*/* Tests/Guest/files/* Tests/Lab/host/* systemd/packages/*) $(addprefix Tests/Lab/,verbs machine cloud)
SUITES ?= boot wire fleet bottle
SECONDS ?= 60
MINUTES ?= 2

.PHONY: build demo demo-allowed test lab nightly bottle bottle-score fuzz lint bench install deb clean packages
.NOTPARALLEL:

build: packages
	$(RELEASE)

# A real guest through the unmodified openstack CLI. ONCE=1 ends it as soon as it has been shown.
demo: demo-allowed build
	@ONCE=$(ONCE) Tests/Demo/demo

# Said before minutes of building.
demo-allowed:
	@Tests/Demo/demo --check

test: packages
	@Tests/Scripts/python-venv
	@Tests/Guest/build
	swift build --build-tests
# What waits for a peer, and gives it up after some seconds, runs apart from what computes: that would
# take the processors from it. Whole clouds of processes run by themselves.
	swift test --skip-build --skip '^(ClusterTests|AccessTests|WireTests|SimulationTests|BottleTests|PlacementTests)'
	swift test --skip-build --filter '^(SimulationTests|BottleTests)'
	swift test --skip-build --filter '^PlacementTests'
	swift test --skip-build --filter '^WireTests'
	swift test --skip-build --filter '^(ClusterTests|AccessTests)'

# Tests on whole hosts; TESTS names those to run, all by default.
lab: deb
	@Tests/Scripts/python-venv
	@Tests/Lab/lab $(TESTS)

# The same without the choices that keep it short: kill.test takes every point, not one in three. And an
# hour of the bottle.
nightly: export NIGHTLY = 1
nightly: MINUTES = 60
nightly: lab bottle

# Fresh seeds of a whole fleet in one process, for so many minutes of a CPU: docs/bottle.md.
bottle: build
	.build/release/roost-bench bottle --faults all --minutes $(MINUTES) --out .build

# How many of the planted bugs the bottle finds.
bottle-score: packages
	@Tests/Bottle/score

# What the wire decodes, fed by libFuzzer; SECONDS for each kind of input.
fuzz: packages
	@Tests/Fuzz/fuzz $(SECONDS)

lint: packages
	swift format lint --strict -r Sources agent controller Tests Package.swift
	Tests/Scripts/lint-sources --self-test
	Tests/Scripts/lint-sources
	Tests/Scripts/lint-units
	shellcheck $(SCRIPTS)

# SUITES chooses which; `.build/release/roost-bench --help` lists them.
bench: build
	@for suite in $(SUITES); do .build/release/roost-bench $$suite || exit; done

install: build
	systemd/packages/manual
	systemd/packages/stage all '$(DESTDIR)' '$(PREFIX)'

# Debian packages in .build/deb.
deb: build
	systemd/packages/build

clean:
	rm -rf .build

packages:
	@Tests/Scripts/install-packages
