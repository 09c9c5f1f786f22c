# The flags that every build of Amana has. Without the experiment there is no
# erasure, and amana-intake refuses to serve.
export GOEXPERIMENT = runtimesecret
export CGO_ENABLED = 0
export GOFLAGS = -trimpath

.PHONY: build
build:
	go build -o bin/ ./cmd/...
