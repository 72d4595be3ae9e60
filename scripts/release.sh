#!/bin/sh
# Builds a release: static binaries, their checksums, and the modules in them
# (a software bill of materials as `go version -m` reads it from the binary).
# Usage: scripts/release.sh v1.2.3
set -eu
cd "$(dirname "$0")/.."
version=${1:-dev}
rm -rf bin/release && mkdir -p bin/release
for target in linux/amd64 linux/arm64 darwin/arm64; do
	os=${target%/*} arch=${target#*/}
	out="bin/release/linkline-$version-$os-$arch"
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch ${GO:-go} build -trimpath -ldflags "-s -w -X main.version=$version" -o "$out" ./cmd/linkline
	${GO:-go} version -m "$out" >"$out.modules.txt"
done
cd bin/release
if command -v sha256sum >/dev/null 2>&1; then sha256sum linkline-* >SHA256SUMS; else shasum -a 256 linkline-* >SHA256SUMS; fi
cat SHA256SUMS
