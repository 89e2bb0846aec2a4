# SPDX-License-Identifier: Apache-2.0
# `make demo` shows Roost at work, `make test` and `make lab` prove it. They install the Debian
# packages that they need and therefore run as root.

PREFIX ?= /usr
DESTDIR ?=
PROGRAMS = roost-controller roost-agent roostctl roost-bench
RELEASE = swift build -c release --static-swift-stdlib
SCRIPTS = .ci/run $(shell grep -lsI '^\#!/bin/\(ba\)\?sh' Tests/*/* Tests/Guest/files/* Tests/Lab/host/*) Tests/Lab/verbs Tests/Lab/machine
DOCUMENTS = README.md agent/roost-agent.yaml controller/roost-controller.yaml $(wildcard docs/*.md)
SUITES ?= boot

.PHONY: build demo demo-allowed test lab lint bench install clean packages
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
	swift test --skip-build

# Tests on whole hosts; TESTS names those to run, all by default.
lab: packages
	@Tests/Lab/lab $(TESTS)

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
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/roost
	install -s $(PROGRAMS:%=.build/release/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(DOCUMENTS) $(DESTDIR)$(PREFIX)/share/doc/roost

clean:
	rm -rf .build

packages:
	@Tests/Scripts/install-packages
