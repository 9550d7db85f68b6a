package lint

// Config is a .svcgen-lint.yaml.
type Config struct{}

// settle gives each finding its severity and takes out what is suppressed.
func (p *Pass) settle(found []Finding, o Options) (kept []Finding, suppressed int) {
	for i := range found {
		found[i].Severity = found[i].level.String()
	}
	return found, 0
}
