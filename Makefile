# The flags that every build of Amana has. Without the experiment there is no
# erasure, and amana-intake refuses to serve. The tag lets the library of the terminal
# do without starting another program.
export GOEXPERIMENT = runtimesecret
export CGO_ENABLED = 0
export GOFLAGS = -trimpath -buildvcs=false -tags=tcell_minimal

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Seconds for each fuzz target in `make fuzz`.
FUZZTIME = 10s

.PHONY: build demo test bench lint race fuzz soak tools screenshots release deb

# The stock age commands come along, for the reviewers' machine.
build:
	go build -o bin/ ./cmd/... filippo.io/age/cmd/age filippo.io/age/cmd/age-keygen

# Shows the whole way once, with throwaway keys; ARGS=--once ends after that.
# Not with "go run", which takes a Ctrl-C for a failure.
demo: build
	@go build -o bin/amana-demo ./internal/demo
	@bin/amana-demo $(ARGS)

# Installs what the tests need, where it can.
tools:
	@sh internal/rig/tools.sh

# Never from the cache: the promises run programs that go test does not know of.
test: tools
	go test -count=1 -timeout 20m ./...

# Builds what people install, for every kind of machine, twice, and compares the bytes;
# RELEASE_KEY=FILE signs. See docs/release.md.
release:
	go run ./internal/release

# The Debian package and the offline archive for this kind of machine alone; once.
deb:
	go run ./internal/release -once -platforms linux/$$(go env GOARCH)

# Leaves pictures in the folder screenshots, for a person to look at: of every page,
# and of a source's whole way.
screenshots: tools
	@mkdir -p screenshots
	AMANA_SCREENSHOTS=$(CURDIR)/screenshots go test -count=1 -run InBrowser ./intake/pages ./internal/promises

# Prints a table of speeds and memory against limits measured in the same run.
bench: tools
	go test -count=1 -timeout 30m -run '^$$' -bench . -benchtime 1x ./internal/bench

# Ten thousand small testimonies while the server is killed every few seconds, and what
# a bad disk can do; prints the figures.
soak: tools
	go test -count=1 -v -timeout 30m ./internal/soak -args -testimonies=10000 -at-least=10000 -kill-every=3s -at-most=15m

lint:
	@test -z "$$(gofmt -l .)" || { echo 'gofmt would change:'; gofmt -l .; exit 1; }
	go vet ./...
	go mod tidy -diff
	go run $(STATICCHECK) ./...

# Left out is what runs the programs as they are built, without the detector: the
# promises, the way through tor, the package, the soak, the scripts of amana-intake. So
# are what only looks at the source; amana-keys, tables and what is made of them, which do
# one thing at a time; the bounds on memory, which the detector multiplies; and what a
# browser shows. Of amana-decrypt's commands come those that do several things at once.
race: export CGO_ENABLED = 1
race: tools
	go test -race -timeout 20m -skip '^TestMemory(Bounded)?$$|InBrowser|Axe|Keyboard' $$(go list ./... | grep -v -E '/internal/(promises|bench|throughtor|release|soak|demo|layers|walk|reckoning|tables|editions|synthetic|export|report|reviewer)|/cmd/amana-(intake|keys)')
	go test -race -run 'Growth|Stopped|BadPlace|PulledOut|TestScripts/(workspace|open|midway|rewrap-many|desk)$$' ./internal/reviewer

# Runs every fuzz target of the project for a while.
fuzz:
	@sh internal/rig/fuzz.sh $(FUZZTIME)
