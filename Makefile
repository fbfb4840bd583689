# Cambium's commands. `make` alone lists them.
#
#   args='...'   further arguments for the program:   make run args='--addr 127.0.0.1:9090'
#   pkg=...      the packages of test, test-race and bench:   make test pkg=./engine/read
#   flags='...'  further flags for go test:   make test flags='-run Cursor'

.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# A program of the tree. The go command caches the build.
API = go run ./cmd/api

pkg ?= ./...
flags ?=
args ?=

# In CI every test is really run, and none may be skipped.
STRICT = $(if $(CI),-strict)
TEST_FLAGS = $(if $(CI),-count=1) $(flags)

# The Atlas CLI does not ask the network whether there is a newer one.
export ATLAS_NO_UPDATE_NOTIFIER = true

# Every module of the tree.
MODULES = $(dir $(wildcard go.mod */go.mod */*/go.mod))

# The Go files that are here and not ignored by git.
GO_FILES = git ls-files --cached --others --exclude-standard -- '*.go' | sort -u | xargs ls -d 2>/dev/null

.PHONY: help
help: ## List the commands.
	@awk 'BEGIN { FS = ":.*## " } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 } \
		/^## / { printf "\n%s\n", substr($$0, 4) }' $(firstword $(MAKEFILE_LIST))

## Every day

.PHONY: setup
setup: ## Make this machine ready: PostgreSQL, PgBouncer, Chromium, Node, npm packages. Asks before it uses sudo; does nothing twice.
	@scripts/setup clients
	@scripts/setup chromium
	@scripts/setup pgbouncer

# What running needs, without what only tests need.
.PHONY: postgresql
postgresql:
	@scripts/setup

.PHONY: run
run: postgresql page ## Run it all: private PostgreSQL, migrations, sample data, API, studio. Prints the URLs.
	@go build -o bin/api ./cmd/api && exec bin/api dev $(args)

.PHONY: test
test: setup atlas bin/testrun studio ## Run every test against a real PostgreSQL.
	@bin/testrun $(STRICT) -json bin/test.json -- $(TEST_FLAGS) $(pkg)

.PHONY: test-race
test-race: setup atlas bin/testrun studio ## The same with the race detector. Needs a C compiler.
	@CGO_ENABLED=1 bin/testrun $(STRICT) -json bin/test-race.json -- -race $(TEST_FLAGS) $(pkg)

.PHONY: test-kills
test-kills: setup ## Kill migrations at every step, and let replicas race for longer: what make test does at each few.
	@MIGRATION_KILLS=all go test -count=1 -v -timeout 30m -run 'Kill|Replicas' ./engine/migration $(flags)

# So long is a measurement, of goodput and of what starting takes.
loadtime ?= 15s

.PHONY: test-load
test-load: setup ## Measure goodput at 1, 2 and 5 times the capacity, start-up, memory and size: a few minutes. What make test does in short.
	@go build -o bin/api ./cmd/api && go run ./bench/load -for $(loadtime) goodput && go run ./bench/load -for $(loadtime) start

.PHONY: test-soak
test-soak: setup ## An hour of mixed load: memory, goroutines and connections. make test-soak args='-for 10m -rate 50'
	@go build -o bin/api ./cmd/api && go run ./bench/load $(args) soak

.PHONY: test-faults
test-faults: setup ## Kill servers, sessions, the program and the network under load, and count every write. A quarter of an hour and more.
	@go test -count=1 -v -timeout 90m ./internal/faults -faults.writes 200000 -faults.kills 112 -faults.restarts 50 -faults.races 100000 $(flags)

.PHONY: test-scroll
test-scroll: setup studio ## Scroll the studio over 300,000 rows and tell the frames: what make test does for a few seconds.
	@go test -count=1 -v -run TestStudioScrolls ./clients $(flags) -args -scrolling 20s

# So many checks of each property, of three operations each; `make test` makes a hundred.
checks ?= 2000

.PHONY: test-properties
test-properties: setup ## Compare many drawn operations with the naive evaluator: make test-properties checks=10000
	@go test -count=1 -timeout 0 -run 'Reference|HiddenRowsDoNotExistForAnyOperation|GivesEveryRowOnce' ./graph ./internal/library -rapid.checks=$(checks) $(flags)

# Each fuzz target and how many inputs it tries; their seeds are part of `make test`. Not for a time: at its end Go takes its own
# workers' stop for a failure, now and then (golang/go#75804). What is interesting is made smaller by few tries, or a minute
# goes by for each.
fuzztargets := engine/server:FuzzRequest:60000 engine/read:FuzzCursor:20000 engine/read:FuzzID:20000 engine/access/token:FuzzToken:150000 cmd/api:FuzzFront:20000
rounds ?= 1

.PHONY: fuzz
fuzz: setup ## Fuzz what strangers can send, for so many times the usual number of inputs: make fuzz rounds=10
	@for target in $(fuzztargets); do \
		package=$${target%%:*} name=$${target#*:} inputs=$${target##*:}; \
		go test "./$$package" -run '^$$' -fuzz "^$${name%:*}\$$" -fuzztime $$((inputs * $(rounds)))x -fuzzminimizetime 100x || exit 1; \
	done

.PHONY: bench
bench: setup ## Run the benchmarks of the packages that have some.
	@packages=$$($(GO_FILES) | grep '_test\.go$$' | xargs grep -l '^func Benchmark' | xargs -n1 dirname | sort -u | sed 's,^,./,'); \
	if [ "$(pkg)" != ./... ]; then packages="$(pkg)"; fi; \
	if [ -z "$$packages" ]; then echo 'No package has a benchmark.'; exit 0; fi; \
	go test -run '^$$' -bench . -benchmem $(flags) $$packages

.PHONY: generate
generate: ## Regenerate everything that is derived from ent/schema.
	@echo 'generate: ent, the read model, the SDL, gqlgen'
	@go generate ./...

.PHONY: fmt
fmt: bin/golangci-lint ## Format what is written by hand.
	@bin/golangci-lint fmt

.PHONY: lint
lint: bin/golangci-lint ## Run the linters of .golangci.yml.
	@echo 'lint: .golangci.yml'
	@bin/golangci-lint run ./...

## The database

.PHONY: db-generate
db-generate: ## Regenerate, then write the migration that is missing: make db-generate name=add_invoices
	@if [ -z "$(name)" ]; then echo 'Say what it does: make db-generate name=add_invoices' >&2; exit 2; fi
	@$(MAKE) generate
	@$(API) migrate diff "$(name)" $(args)

.PHONY: db-migrate
db-migrate: ## Apply the pending migrations.
	@$(API) migrate apply $(args)

.PHONY: db-push
db-push: ## Bring a development database to the schema without files. Shows its plan first.
	@$(API) push $(args)

.PHONY: db-studio
db-studio: postgresql page ## Look at the data in a browser, and change it.
	@go build -o bin/api ./cmd/api && exec bin/api studio $(args)

## The studio

# Its page is built when its sources are newer than it, and embedded in the programs that are built after that.
PAGE = engine/studio/assets/index.html
PAGE_SOURCES = $(shell find engine/studio/web -name node_modules -prune -o -type f ! -name '*.test.ts' -print)

.PHONY: studio
studio: $(PAGE) ## Build the studio's page, which needs Node.

$(PAGE): $(PAGE_SOURCES)
	@scripts/setup studio
	@echo 'build the studio'
	@rm -rf engine/studio/assets/* && cd engine/studio/web && npm run --silent build -- --logLevel warn
	@touch $@

# The page where there is Node; without it the program runs, and says how to get the page.
.PHONY: page
page:
	@if command -v npm >/dev/null; then $(MAKE) studio; else echo 'There is no Node: the studio will say how to get its page.'; fi

## Before a commit

# Each check says what it looks at and, when it fails, what to do.
.PHONY: verify
verify: verify-generate verify-tidy verify-format lint verify-migrations verify-watched verify-docs ## Check that what is derived is up to date, and lint.
	@echo 'verify: all is well'

# The tree is compared with itself before and after, through an index of its own, so that a tree with uncommitted work
# can be verified too.
.PHONY: verify-generate
verify-generate:
	@echo 'verify: regenerating changes nothing'
	@mkdir -p bin; index=$$(mktemp bin/index.XXXXXX); trap 'rm -f "$$index" "$$index.lock"' EXIT; \
	tree() { rm -f "$$index" && GIT_INDEX_FILE="$$index" git add --all && GIT_INDEX_FILE="$$index" git write-tree; }; \
	before=$$(tree) && go generate ./... && after=$$(tree) || exit 1; \
	if [ "$$before" != "$$after" ]; then \
		git --no-pager diff --stat "$$before" "$$after"; \
		echo 'What is generated was out of date: commit what `make generate` has written.' >&2; exit 1; \
	fi

.PHONY: verify-tidy
verify-tidy:
	@echo 'verify: go.mod and go.sum are tidy'
	@for module in $(MODULES); do \
		go -C "$$module" mod tidy -diff || { echo "Run: go -C $$module mod tidy" >&2; exit 1; }; \
	done

.PHONY: verify-format
verify-format:
	@echo 'verify: gofmt changes nothing'
	@files=$$($(GO_FILES) | xargs gofmt -l) || exit 1; \
	if [ -n "$$files" ]; then echo "$$files"; echo 'Run: make fmt' >&2; exit 1; fi

# On a PostgreSQL of its own: the developer's is left alone.
.PHONY: verify-migrations
verify-migrations: setup atlas bin/withpg
	@echo 'verify: the migrations lead to the schema and match atlas.sum'
	@bin/withpg -- $(API) migrate diff --check
	@bin/withpg -- $(API) migrate validate
	@bin/withpg -- $(API) migrate lint
	@bin/withpg -- bin/atlas migrate validate --env local

# Prometheus' parser is in a module of its own.
.PHONY: verify-watched
verify-watched:
	@echo 'verify: the alert rules and the dashboard are PromQL'
	@go test -C ops ./...

.PHONY: verify-docs
verify-docs:
	@echo 'verify: the commands in the docs exist'
	@go test -count=1 ./internal/docs

## Tools

.PHONY: atlas
atlas: bin/atlas ## Build the Atlas CLI that tools/go.mod pins, as bin/atlas.

# Built again when the pinned version changes, never twice.
bin/atlas: tools/go.mod tools/go.sum
	@echo 'build bin/atlas (a minute or two, once)'
	@go build -C tools -o ../bin/atlas ariga.io/atlas/cmd/atlas
	@touch $@

bin/golangci-lint: tools/golangci-lint/go.mod tools/golangci-lint/go.sum
	@echo 'build bin/golangci-lint (a few minutes, once)'
	@go build -C tools/golangci-lint -o ../../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

# Helpers of this file. The go command knows whether there is anything to build.
.PHONY: bin/testrun bin/withpg
bin/testrun bin/withpg:
	@go build -o $@ ./internal/$(@F)

.PHONY: clean
clean: ## Remove bin/. The private database in .dev/ stays; `rm -r .dev` removes it.
	@rm -rf bin
