#!/bin/sh
# Checks docker-compose.yml against the Compose specification's schema and for
# consistency. Needs no Docker engine; secrets are left as they stand.
set -eu
cd "$(dirname "$0")/.."
${GO:-go} tool -modfile=tools/go.mod github.com/compose-spec/compose-go/v2/cmd --no-interpolation docker-compose.yml >/dev/null
