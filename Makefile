# SPDX-License-Identifier: Apache-2.0
# `make demo` shows Roost at work, `make test` proves it. Both install the Debian packages that
# they need and therefore run as root.

PREFIX ?= /usr
DESTDIR ?=
PROGRAMS = roost-controller roost-agent roostctl roost-bench
RELEASE = swift build -c release --static-swift-stdlib
SCRIPTS = .ci/run $(shell grep -lsI '^\#!/bin/\(ba\)\?sh' Tests/*/*)

.PHONY: build demo test lint bench install clean

build: packages
	$(RELEASE)

# A real guest through the unmodified openstack CLI. ONCE=1 ends it as soon as it has been shown.
demo: build
	@ONCE=$(ONCE) Tests/Demo/demo

test: packages
	@Tests/Scripts/python-venv
	@Tests/Guest/build
	swift build --build-tests
	swift test --skip-build

lint: packages
	swift format lint --strict -r Sources agent controller Tests Package.swift
	Tests/Scripts/lint-sources --self-test
	Tests/Scripts/lint-sources
	shellcheck $(SCRIPTS)

bench: build
	.build/release/roost-bench boot

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s $(PROGRAMS:%=.build/release/%) $(DESTDIR)$(PREFIX)/bin

clean:
	rm -rf .build

.PHONY: packages
packages:
	@Tests/Scripts/install-packages
