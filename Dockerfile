# svcgen with git beside it, for CI. It works in /workspace as whoever runs it:
#
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/workspace" ghcr.io/svcgen/svcgen:0.1.0 status
#
# `lint --build` needs Go as well, and is not for this image.
ARG GO_IMAGE=go
ARG RUNTIME_IMAGE=git
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS go
FROM alpine/git:v2.52.0 AS git

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOTOOLCHAIN=local GOMODCACHE=/go/pkg/mod GOCACHE=/root/.cache/go-build
ARG GOPROXY
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/svcgen ./cmd/svcgen

FROM ${RUNTIME_IMAGE}
COPY --from=build /out/svcgen /usr/local/bin/svcgen
WORKDIR /workspace
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/svcgen"]
