# Everything a developer runs. `make test` is the whole suite.
.PHONY: test check bench soak fuzz build needs teach triage-report vuln release

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 2m
SOAK ?= 20m

test: needs check
	$(GO) test -race -timeout 30m ./...

# needs installs what the tests use beside Go, or says what is missing.
needs:
	@sh scripts/needs.sh

# check is everything that needs no server: form, vet, staticcheck, the rules
# of the house (internal/rules), flows and locales, the compose file's schema.
check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt'ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...
	$(GO) test ./internal/rules
	@sh scripts/compose.sh

# bench prints the table of budgets; ratios count, seconds do not.
bench:
	@$(GO) run ./internal/bench

# soak lets everything go wrong for SOAK each: on one Redis, on a set with
# sentinels, and on a Cluster.
soak:
	$(GO) test -race -timeout 12h -v -run 'TestKill|FailsOverUnderLoad' ./internal/app -args -soak=$(SOAK)

# fuzz runs every fuzz target of the module for FUZZTIME each.
fuzz:
	@sh scripts/fuzz.sh $(FUZZTIME)

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/linkline ./cmd/linkline

# teach fits what triage learns from examples (internal/triage/learnt.bin).
teach:
	$(GO) run ./internal/triage/teach

# triage-report measures cries for help on the texts by another hand, prints the
# rates and writes them into docs/safety.md.
triage-report:
	$(GO) test ./internal/triage -count=1 -run TestSafetyDocumentTellsTheTruth -v -report

# vuln asks the Go vulnerability database, where it can be reached.
vuln:
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...

# release builds the binaries with their checksums and the list of modules in
# them.
release:
	@sh scripts/release.sh $(VERSION)
