module github.com/svcgen/svcgen

go 1.26.0

require (
	github.com/AlecAivazis/survey/v2 v2.3.7 // questions on a terminal; internal/prompt alone
	github.com/Masterminds/sprig/v3 v3.3.0 // the functions that template authors know; internal/template alone, behind a list
	github.com/aymanbagabas/go-udiff v0.4.1 // line diffs for display
	github.com/creack/pty v1.1.24 // tests: a real pseudo-terminal
	github.com/gofrs/flock v0.13.2 // the lock of a workspace, on every system
	github.com/google/go-cmp v0.7.0 // tests: readable differences
	github.com/google/go-containerregistry v0.22.1 // tests: a registry
	github.com/moby/buildkit v0.31.2 // Docker's own parser of Dockerfiles; internal/lint alone. Newer ones need a newer Go
	github.com/opencontainers/go-digest v1.0.0 // the digests of OCI; internal/fetch alone
	github.com/opencontainers/image-spec v1.1.1 // the manifests of OCI; internal/fetch alone
	github.com/owenrumney/go-sarif/v3 v3.3.1 // tests: the schema of SARIF
	github.com/pelletier/go-toml/v2 v2.4.3 // TOML with byte positions
	github.com/rogpeppe/go-internal v1.16.0 // tests: testscript
	github.com/spf13/cobra v1.10.2 // the command line
	github.com/spf13/pflag v1.0.10 // cobra's flags, to list them in hints
	github.com/tailscale/hujson v0.0.0-20260727124030-b80ff77dac4f // JSON with comments, with byte positions
	github.com/xeipuuv/gojsonschema v1.2.0 // tests: is a document what a schema says?
	go.yaml.in/yaml/v3 v3.0.6 // YAML with positions; checks every splice
	golang.org/x/crypto v0.58.0 // signatures with SSH keys
	golang.org/x/mod v0.42.0 // go.mod, go.work, semantic versions, digests
	golang.org/x/sync v0.24.0 // work side by side, with a limit
	golang.org/x/sys v0.49.0 // bounds of a program's memory and files, on Linux
	golang.org/x/term v0.47.0 // is this a terminal?
	golang.org/x/tools v0.51.0 // txtar archives: tests, and the examples of lint rules
	oras.land/oras-go/v2 v2.7.0 // OCI registries, with their ways to log in; internal/fetch alone
)

require (
	dario.cat/mergo v1.0.1 // indirect
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/Masterminds/goutils v1.1.1 // indirect
	github.com/Masterminds/semver/v3 v3.3.0 // indirect
	github.com/containerd/typeurl/v2 v2.3.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/huandu/xstrings v1.5.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/kballard/go-shellquote v0.0.0-20180428030007-95032a82bc51 // indirect
	github.com/mattn/go-colorable v0.1.16 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mgutz/ansi v0.0.0-20170206155736-9520e82c474b // indirect
	github.com/mitchellh/copystructure v1.2.0 // indirect
	github.com/mitchellh/reflectwalk v1.0.2 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/planetscale/vtprotobuf v0.6.1-0.20240319094008-0393e58bdf10 // indirect
	github.com/shopspring/decimal v1.4.0 // indirect
	github.com/spf13/cast v1.7.0 // indirect
	github.com/xeipuuv/gojsonpointer v0.0.0-20180127040702-4e3ac2762d5f // indirect
	github.com/xeipuuv/gojsonreference v0.0.0-20180127040603-bd5ef7bd5415 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/text v0.43.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
	honnef.co/go/tools v0.8.2 // indirect
)

// staticcheck: what vet does not find.
tool honnef.co/go/tools/cmd/staticcheck
