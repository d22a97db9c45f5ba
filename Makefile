# make run     tries the portal out, on http://127.0.0.1:8080
# make test    every check and test there is
# make check   the quick part of it, for every now and then
# The rest is listed by make help.

SHELL := bash
.NOTPARALLEL:
.DELETE_ON_ERROR:

# A checkout that belongs to another user than the one who builds has no say for git.
export GOFLAGS += -buildvcs=false
# Without C, so that Go alone suffices; only the race detector asks for a compiler.
export CGO_ENABLED := 0

RENDERER := internal/export/renderer
COMPARE  := internal/collab/compare
PAGES    := internal/webui/dist/index.html
MODULES  := frontend/node_modules/.installed $(RENDERER)/node_modules/.installed

# One PostgreSQL for all test processes of a command.
CLUSTER := go run ./internal/postgres/pgtest/cluster --
in = $(addprefix samsvar/,$(1))
# Arithmetic in one goroutine, for minutes: the race detector finds nothing there, ten times as slowly.
PLAIN := $(call in,internal/yjs internal/export internal/demo internal/evidence)
# Of what goes on for minutes the race detector is given a tenth, and not what starts and stops processes; without it all is played.
LONG  := $(call in,internal/collab cmd/samsvar)
# What waits for servers and child processes to start and stop is left to make test as well.
SLOW  := $(PLAIN) $(call in,internal/pgembed internal/postgres/pgtest cmd/samsvar)
packages = $(shell go list ./...)

step = @printf '\n\033[1m== %s\033[0m\n' '$(1)'

.PHONY: help run build test check bench bench-peers soak walls crowds walk generate generated-code demo-reset \
        tidy vet staticcheck drift test-go test-go-quick lint types test-pages test-browser

help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: run         install, build, and serve the demonstration on http://127.0.0.1:8080
run: build
	@exec bin/samsvar demo

#: build       the program, with the pages in it, as bin/samsvar
build: $(MODULES) $(PAGES)
	go build -o bin/samsvar ./cmd/samsvar

#: test        every check and test there is, browser included
test: $(MODULES) $(PAGES) tidy drift
	@scripts/lanes '$(MAKE) --no-print-directory vet staticcheck' '$(MAKE) --no-print-directory vulnerabilities lint types test-pages build'
	@$(MAKE) --no-print-directory test-go test-browser
	$(call step,All is well)

#: check       the quick part of test
check: $(MODULES) tidy vet staticcheck lint types test-go-quick test-pages
	$(call step,The quick part is well)

#: walls       every operation on every ordered pair of the 19 communities, some minutes
walls: $(PAGES)
	@$(CLUSTER) go test -run TestCommunities -timeout 30m -v ./cmd/samsvar -whole

#: soak        what test does for a minute, for hours: kills, comings and goings, fuzzing
soak: $(MODULES)
	$(CLUSTER) go test -timeout 4h -v -run 'SIGKILL|MemoryIsFlat' ./internal/collab -collab.rounds 300 -collab.stays 100000
	@for target in $$(go test -list '^Fuzz' ./internal/yjs | grep ^Fuzz); do \
	  echo "$$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 30m ./internal/yjs || exit 1; done

#: crowds      fifty people at once on each of forty answers, some minutes
crowds:
	@$(CLUSTER) go test -run TestFiftyPeople -timeout 30m -v ./internal/postgres -crowds 40

#: walk        random people in a hundred random walks of five hundred steps
walk:
	@$(CLUSTER) go test -run TestRandomWalk -timeout 2h -v ./internal/postgres -walks 100

#: sbom        what the product is made of, in the folder sbom
sbom: build
	@scripts/sbom

#: bench       the benchmarks, and bench-peers
bench: build
	$(CLUSTER) go test -timeout 30m -run '^$$' -bench . -benchmem ./...
	@chromium="$$(scripts/need browser)" && cd frontend && CHROMIUM="$$chromium" node e2e/bench.mjs
	@$(MAKE) --no-print-directory bench-peers

#: bench-peers live documents beside other servers of their kind, into docs/benchmarks.md: ten minutes, two cores or more
bench-peers: build $(COMPARE)/node_modules/.installed
	go build -o bin/compare ./$(COMPARE)
	taskset -c 1 bin/compare -program bin/samsvar -scripts $(COMPARE) -trace ../shared/traces/trace-50k.bin -out docs/benchmarks.md

#: generate    what is generated: the contract's both ends, the Yjs bundle, the drawings in docs/
generate: $(MODULES) generated-code
	go test ./internal -update

generated-code:
	go generate ./internal/httpapi ./internal/yjs
	cd frontend && npm run --silent api

#: demo-reset  forget what was done in the demonstration
demo-reset:
	@scripts/demo-reset

# What is installed is what the lock file says, whatever its time.
%/node_modules/.installed: %/package-lock.json
	@cmp -s $< $@ || { echo "npm ci in $*"; cd $* && npm ci --no-audit --no-fund; }
	@cp $< $@

# Folders stand here too: their time tells of files that are gone.
$(PAGES): frontend/node_modules/.installed $(shell find frontend/src frontend/public frontend/build) \
          $(addprefix frontend/,index.html vite.config.ts package.json tsconfig.json)
	cd frontend && npm run --silent build -- --logLevel warn
	touch $@

tidy:
	$(call step,gofmt)
	@untidy="$$(gofmt -l cmd internal)"; [ -z "$$untidy" ] || { echo "gofmt would change:"; echo "$$untidy"; exit 1; }

vet:
	$(call step,go vet)
	@go vet ./...

staticcheck:
	$(call step,staticcheck)
	@go tool staticcheck ./...

drift: $(MODULES)
	$(call step,generated code)
	@scripts/drift

# Two lanes, each one package at a time: one waits for the database while the other computes.
RACED := CGO_ENABLED=1 go test -p 1 -race -timeout 30m
test-go: $(PAGES)
	$(call step,Go tests)
	@scripts/need compiler >/dev/null
	@scripts/need pg_dump >/dev/null
	@$(CLUSTER) scripts/lanes '$(RACED) $(filter-out $(PLAIN) $(LONG),$(packages)) && $(RACED) -short -skip "^Test(Process|Backup|Help|Trail)" $(LONG)' \
	  'go test -p 1 -timeout 30m $(LONG) $(PLAIN)'

test-go-quick: $(PAGES)
	$(call step,Go tests but the slow ones)
	@$(CLUSTER) go test -short $(filter-out $(SLOW),$(packages))

vulnerabilities: $(MODULES)
	$(call step,known vulnerabilities)
	@scripts/vulnerabilities

lint:
	$(call step,the pages: lint)
	@cd frontend && npm run --silent lint

types:
	$(call step,the pages: types)
	@cd frontend && npm run --silent typecheck

test-pages:
	$(call step,the pages: unit tests)
	@cd frontend && npm run --silent test

test-browser: build
	$(call step,browser tests)
	@chromium="$$(scripts/need browser)" && cd frontend && CHROMIUM="$$chromium" npm run --silent e2e
