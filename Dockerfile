# One static binary and nothing else: no shell, no package manager, no root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/linkline ./cmd/linkline
RUN mkdir -p /out/ledger

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/linkline /linkline
# The ledger's volume takes its owner from here.
COPY --from=build --chown=65532:65532 /out/ledger /ledger
USER 65532:65532
ENV LINKLINE_CONFIG=/etc/linkline/linkline.yaml \
    LINKLINE_LISTEN=0.0.0.0:8080 \
    LINKLINE_LEDGER=/ledger/erasures
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/linkline", "ready"]
ENTRYPOINT ["/linkline"]
CMD ["serve"]
