# corsprobe: `make help` lists what there is.
SHELL := /bin/bash
GO ?= go
# The race detector needs cgo and a C compiler; where there is none, the tests run without it and say so.
RACE := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)
FUZZTIME ?= 10s

# make module-path takes PATH, which is also where commands are found: what make was started with is put back for them.
ifeq ($(origin PATH),command line)
MODULE := $(PATH)
override PATH := $(shell tr '\0' '\n' </proc/self/environ 2>/dev/null | sed -n 's/^PATH=//p' | grep /bin || echo /usr/local/go/bin:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin)
endif

.DEFAULT_GOAL := help
.PHONY: help build run test lab compat lab-servers browser axe defects bench fuzz golden vet clean torture module-path picture release-check

help: ## Show this list.
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Not with -trimpath, as a release is: all would be compiled anew that go run has compiled.
build: ## Build the program as ./corsprobe.
	$(GO) build -ldflags="-s -w" -o corsprobe .

run: ## Probe the embedded S3 server with the whole catalogue.
	$(GO) run . run

# The race detector looks at the packages in which something happens at once. What tests of them leave to the pass without it, or do in part, is then
# run again: the tests of PARTLY that UNRACED names.
PACKAGES = $(shell $(GO) list -f '{{.Dir}}' ./...)
CONCURRENT = $(addprefix $(CURDIR)/,$(shell grep -lE '^[[:space:]]*go [a-z]|[.]Go.func|errgroup|sync\.(Mutex|RWMutex|WaitGroup|Map)|"sync/atomic"' $$(git ls-files '*.go') | xargs -n1 dirname | sort -u))
PARTLY = $(addprefix $(CURDIR)/,$(shell grep -l 'runnertest/race"' $$(git ls-files '*_test.go') | xargs -n1 dirname | sort -u))
UNRACED = $(shell awk -F '[ \050]' '/^func Test/ { name = $$2 } /race[.](Skip|Enabled)/ { print name }' $$(git ls-files '*_test.go') | sort -u | paste -sd '|' -)
# Beside them, what the race detector has not looked at: what takes longest begins first. Ginkgo takes no -parallel.
SUITES = $(CURDIR)/suites
REST = $(CURDIR)/suites/lab $(filter-out $(CURDIR)/suites/lab $(CONCURRENT),$(PACKAGES))
# Many tests wait for most of their time, so that more packages are tested at once than there are processors. make vet has looked at them all.
TESTED = -vet=off -timeout 60m

test: vet browser axe lab-servers ## Run every test: unit, command line, end to end, with the race detector.
	@test -n "$(RACE)" || echo "no C compiler: running without the race detector"
	$(GO) test $(RACE) $(TESTED) -p 8 $(CONCURRENT)
	$(if $(RACE),$(GO) test $(TESTED) -p 4 -parallel 8 -run '^($(UNRACED))$$' $(CURDIR)/runner/reference $(filter-out $(CURDIR)/runner/reference $(SUITES),$(PARTLY)) & partly=$$!; $(GO) test $(TESTED) $(SUITES) & suites=$$!;) \
	$(GO) test $(TESTED) $(REST); rest=$$?; $(if $(RACE),wait $$suites; suites=$$?; wait $$partly; partly=$$?; exit $$((rest | suites | partly)),exit $$rest)

lab: ## Run the catalogue against real S3 servers, one after the other: SERVERS="rgw versitygw", or all.
	suites/lab/run.sh $(SERVERS)

compat: ## Put the reports of make lab side by side: build/lab/compat.html, and the table of suites/lab/README.md.
	suites/lab/compat.sh

lab-servers: ## Install the real servers that the tests use, where that can be done.
	@suites/lab/run.sh --install versitygw gofakes3 rgw s3rver

browser: ## Install Chromium, where it is missing and can be installed.
	@for name in chromium chromium-browser google-chrome chrome-headless-shell; do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "installing Chromium"; { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 && exit 0; \
	fi; echo "no Chromium: the tests that need one are skipped"

AXE := 4.14.1
axe: ## Install axe-core, with which the HTML report's accessibility is tested, where npm is.
	@test -e build/axe/node_modules/axe-core/axe.min.js || { command -v npm >/dev/null 2>&1 && mkdir -p build/axe && \
	npm install --prefix build/axe --silent --no-audit --no-fund --ignore-scripts axe-core@$(AXE) >/dev/null 2>&1; } || \
	echo "no axe-core: the HTML report's accessibility is not tested"

defects: ## Plant every defect under the whole catalogue, and write the table of what finds it into the catalogue's README.
	$(GO) test -count 1 -timeout 2h -parallel 8 ./runner/reference -run 'TestDefects|TestCompoundDefects' -update

torture: ## Kill runs at every call, have every call fail in every way, run them against each other; print what was tried, survived, lost.
	@mkdir -p build
	set -o pipefail; $(GO) test -count 1 -timeout 4h ./suites/torture -v -full | grep -v '^=== ' | tee build/torture.txt

vet: ## Check formatting and the code's usual suspects.
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))"; test -z "$$unformatted" || { echo "not gofmt-ed: $$unformatted"; exit 1; }
	$(GO) vet ./...
	@if golangci-lint version 2>/dev/null | grep -q "version v\?2\."; then golangci-lint run; else echo "no golangci-lint 2: go vet alone looked at the code"; fi

bench: ## Run the benchmarks: speed beside a bare loop, k6 and venom, time and memory by the number of cells, the catalogue on a slow endpoint.
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 2h ./suites/bench ./runner ./runner/cli

fuzz: ## Run every fuzz test for FUZZTIME each (10s).
	@for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

golden: ## Compile the templates of pages and write the golden files anew; look at what changed before you commit it.
	$(GO) generate ./reports
	$(GO) test ./reports ./scenarios -update

release-check: ## Build and check what a release holds: binaries, packages, image, action, manifests. Nothing is published.
	.github/release/check.sh

picture: ## Make the README's picture anew: the first screen of an HTML report.
	.github/picture.sh

module-path: ## Name the module after where it is published: PATH=github.com/OWNER/corsprobe.
	@.github/release/module-path.sh "$(MODULE)"

clean: ## Remove what the other targets made.
	rm -rf corsprobe build dist
