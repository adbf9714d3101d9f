# SPDX-License-Identifier: MIT
#
# Every target works from a clean clone and can be repeated. The configurations are the CMake
# presets in .cmake/CMakePresets.json. CMake looks for that file beside CMakeLists.txt, so a link to
# it is made there, which git ignores; once any target has run, `cmake --preset debug` works too.

PREFIX       ?= /usr/local
DESTDIR      ?=
JOBS         ?= $(shell nproc)
# Says and installs what is missing; `make build DEPENDENCIES=:` leaves that out.
DEPENDENCIES ?= .ci/dependencies
# How long `make fuzz` searches with each target.
FUZZ_SECONDS ?= 60
# ON makes warnings errors; what a build folder was last told stays.
WERROR       ?=

# `make test CXX=clang++` builds beside the others, in build/release-clang++.
ifeq ($(origin CXX),command line)
suffix := -$(notdir $(CXX))
cxx    := -DCMAKE_CXX_COMPILER=$(CXX)
endif

# Debian keeps the servers that tests and benchmarks start where a person need not look.
export PATH := $(PATH):/usr/sbin:/sbin

program = build/release$(suffix)/grove

configure = cmake --log-level=WARNING --preset $(1) -B build/$(1)$(suffix) $(cxx) \
	$(if $(WERROR),-DGROVE_WERROR=$(WERROR))
compile   = cmake --build build/$(1)$(suffix) -j $(JOBS)
check     = ctest --preset $(1) --test-dir build/$(1)$(suffix) -j $(JOBS)

.PHONY: build run test debug asan tsan fuzz lint format bench install package clean help

build: CMakePresets.json  ## build the program and the library (build/release/grove)
	@$(DEPENDENCIES) build
	$(call configure,release)
	$(call compile,release) --target product

run: build  ## install what is missing, build, and show what grove does
	@$(program) run recipes/quickstart.toml --html build/quickstart.html

test: CMakePresets.json  ## build and run all tests
	@$(DEPENDENCIES) build test
	$(call configure,release) -DGROVE_TESTS=ON
	$(call compile,release)
	$(call check,release)

debug: CMakePresets.json  ## build program and tests for a debugger (build/debug)
	@$(DEPENDENCIES) build test
	$(call configure,debug) -DGROVE_TESTS=ON
	$(call compile,debug)

asan tsan: CMakePresets.json  ## run the tests under AddressSanitizer and UBSan, or ThreadSanitizer
	@$(DEPENDENCIES) build test
	$(call configure,$@) -DGROVE_TESTS=ON
	$(call compile,$@)
	$(call check,$@)

fuzz: CMakePresets.json  ## let the readers of bytes be fuzzed by clang, FUZZ_SECONDS=60 each
	@$(DEPENDENCIES) build test full
	cmake --log-level=WARNING --preset release -B build/fuzz \
	    -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DGROVE_TESTS=ON
	cmake --build build/fuzz -j $(JOBS) --target fuzz
	tests/fuzz/search build/fuzz $(FUZZ_SECONDS)

lint: CMakePresets.json  ## check layers, headers, sizes, format and house rules
	@$(DEPENDENCIES) build lint
	$(call configure,release)
	$(call compile,release) --target product
	tests/lint/lint_test.py planted_format
	.ci/lint --build build/release$(suffix)

format:  ## let clang-format write all C++ sources
	@$(DEPENDENCIES) lint
	find cmd lib recipes tests -name '*.[ch]pp' -print0 | xargs -0 clang-format -i

bench: build  ## measure grove beside its rivals, in one run
	@$(DEPENDENCIES) bench
	tests/benchmark/run

install: build  ## install program, library and headers (PREFIX=/usr/local, DESTDIR=)
	DESTDIR=$(DESTDIR) cmake --install build/release$(suffix) --prefix $(PREFIX)

package: build  ## make a Debian package of what `make install` installs (build/package)
	@$(DEPENDENCIES) package
	cpack --config build/release$(suffix)/CPackConfig.cmake -B build/package

clean:  ## remove all that was built
	rm -rf build CMakePresets.json

help:  ## list these targets
	@sed -nE 's/^([a-z ]+):.*## (.*)/\1\t\2/p' Makefile | \
	    while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done
	@echo 'JOBS=N bounds the compilers and tests that run at once; CXX=clang++ builds with another compiler.'

CMakePresets.json:
	ln -s .cmake/CMakePresets.json $@
