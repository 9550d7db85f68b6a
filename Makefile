# What takes longer than `go test ./...`, which needs no make.

.PHONY: ci full refresh life faults fuzz bench bench-services reproducible

ci: # everything that must hold before a change lands; installs what it needs on Debian
	.ci/run

full: # every combination of every template's values, with and without units, its tests with the race detector
	CI=true go run ./cmd/svcgen lint --build --no-images templates

refresh: # the versions that the templates pin, with a table of what changed; CHECK=1 writes nothing
	go run ./tools/refresh $(if $(CHECK),--check)

life: # long random lives of a workspace: make life STEPS=1000
	for seed in 11 12 13 14 15 16 17 18; do \
	  go test ./cmd/svcgen -run TestLife -timeout 1h -life $(or $(STEPS),400) -life-seed $$seed || exit 1; \
	done

faults: # each change, killed at and failed by each system call, not a sample of them: half an hour
	go test ./cmd/svcgen -run 'TestKilled$$|TestFails$$' -timeout 2h -faults

fuzz: # every fuzz target for a while: make fuzz TIME=10m
	for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(TIME),1m) -fuzzminimizetime 100x $$pkg || exit 1; \
	  done; \
	done

bench: # what docs/benchmarks.md tells of
	go test -run '^$$' -bench . ./...

bench-services: # what rendered services cost, on Linux with two cores: make bench-services ARGS='-only http -rounds 3'
	cd tools/loadbench && go build -o loadbench . && ./loadbench $(ARGS); status=$$?; rm -f loadbench; exit $$status

reproducible: # two builds of one commit have the same bytes, for every platform of a release
	.ci/reproducible
