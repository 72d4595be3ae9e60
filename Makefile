# Everything a developer runs. `make test` is the whole suite.
.PHONY: test check bench soak fuzz build needs

GO ?= go

test: needs check
	$(GO) test -race -timeout 20m ./...

# needs installs what the tests use beside Go, or says what is missing.
needs:
	@sh scripts/needs.sh

check:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt'ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod staticcheck ./...

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

soak:
	$(GO) test -race -timeout 60m -run Kill ./internal/app/... -args -soak=20m

fuzz:
	$(GO) test -run '^$$' -fuzz FuzzRead -fuzztime 2m ./internal/understand
	$(GO) test -run '^$$' -fuzz FuzzLook -fuzztime 2m ./internal/triage
	$(GO) test -run '^$$' -fuzz FuzzText -fuzztime 2m ./internal/fold
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 2m ./internal/config

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -o bin/linkline ./cmd/linkline
